// Rows that do nothing. Somebody wrote each of them and believes that it counts.
import type { Fault } from '../domain/problem.js';
import type { SiteInUse } from './fillable.js';
import { paced, type Pace } from './pace.js';
import type { RowIndex } from './row-index.js';
import type { PolicyRow } from './rows.js';
import { coversAll } from './strictest.js';

/** What rows can name, and the places that it lies in: `camera:x`, `group:x` → `310000`, `310000/SH-YUNFAN`, `tier-1`. */
export interface Reach {
  placesOf(object: string): readonly string[];
  /** Places without cameras sleep: nothing there is judged. */
  isAwake(place: string): boolean;
}

export async function reachOf(sites: readonly SiteInUse[], awake: ReadonlySet<string>, index: RowIndex, pace: Pace): Promise<Reach> {
  const places = new Map<string, Set<string>>();
  for (const { city, id, objects } of sites) {
    if (pace.isDue()) await pace.rest();
    const around = index.around(`${city}/${id}`);
    for (const object of objects) {
      const there = places.get(object) ?? new Set();
      for (const place of around) there.add(place);
      places.set(object, there);
    }
  }
  return { placesOf: (object) => [...(places.get(object) ?? [])], isAwake: (place) => awake.has(place) };
}

export async function judgeShadows(rows: readonly PolicyRow[], index: RowIndex, reach: Reach, pace: Pace): Promise<Fault[]> {
  const order = new Map(rows.map((row, at) => [row, at]));
  const faults: Fault[] = [];
  for await (const row of paced(rows, pace)) {
    const fault = judgeReach(row, reach) ?? judgeShadow(row, index, order);
    if (fault) faults.push(fault);
  }
  return faults;
}

function judgeReach({ object, place, source }: PolicyRow, { placesOf, isAwake }: Reach): Fault | null {
  if (!/^(camera:(?!\*$)|group:)/.test(object) || placesOf(object).includes(place) || !(object.startsWith('camera:') || isAwake(place)))
    return null;
  const right = placesOf(object).filter((it) => it !== '*');
  return {
    code: 'row-unreachable',
    where: `${source}:1`,
    detail: object.startsWith('camera:')
      ? `The camera ${object.slice('camera:'.length)} does not lie in ${place}, so this row never matches; it lies in ${right.join(', ')}.`
      : `No camera in ${place} is of ${object}, so this row never matches; ${right.length > 0 ? `cameras of it lie in ${right.slice(0, 5).join(', ')}` : 'cameras.csv names no camera of it'}.`,
  };
}

function judgeShadow(row: PolicyRow, index: RowIndex, order: ReadonlyMap<PolicyRow, number>): Fault | null {
  const wider = index.companions(row);
  const isTwin = (other: PolicyRow): boolean =>
    other.place === row.place && other.object === row.object && other.basis === row.basis && other.when === row.when;
  // Of two rows that say the same, the later one is surplus.
  const isSurplusBeside = (other: PolicyRow): boolean =>
    coversAll(other.duties, row.duties) && !(isTwin(other) && coversAll(row.duties, other.duties) && order.get(other)! > order.get(row)!);
  const denied = wider.find(
    (other) => other.effect === 'deny' && !(row.effect === 'deny' && isTwin(other) && order.get(other)! > order.get(row)!),
  );
  if (denied)
    return {
      code: 'row-shadowed',
      where: `${row.source}:1`,
      detail: `The row ${denied.source} denies whenever this one matches, so this one changes nothing; remove one of the two.`,
    };
  if (row.effect === 'deny') return null;
  const same = wider.find((other) => other.effect === 'allow' && isSurplusBeside(other));
  if (!same) return null;
  return {
    code: 'row-shadowed',
    where: `${row.source}:1`,
    detail: `The row ${same.source} matches whenever this one does and asks for as much, so this one changes nothing; remove it, or write what it shall add.`,
  };
}
