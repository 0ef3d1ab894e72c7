// Rows that do nothing. Somebody wrote each of them and believes that it counts.
import type { Fault } from '../domain/problem.js';
import { paced, type Pace } from './pace.js';
import type { RowIndex } from './row-index.js';
import type { PolicyRow } from './rows.js';
import { coversAll } from './strictest.js';

/** Where cameras are: camera id → every place that it lies in (`310000`, `310000/SH-YUNFAN`, `tier-1`). */
type PlacesOf = (camera: string) => readonly string[];

export async function judgeShadows(rows: readonly PolicyRow[], index: RowIndex, placesOf: PlacesOf, pace: Pace): Promise<Fault[]> {
  const order = new Map(rows.map((row, at) => [row, at]));
  const faults: Fault[] = [];
  for await (const row of paced(rows, pace)) {
    const fault = judgeReach(row, placesOf) ?? judgeShadow(row, index, order);
    if (fault) faults.push(fault);
  }
  return faults;
}

function judgeReach({ object, place, source }: PolicyRow, placesOf: PlacesOf): Fault | null {
  const camera = /^camera:(?!\*$)(.+)$/.exec(object)?.[1];
  if (camera === undefined || place === '*' || placesOf(camera).includes(place)) return null;
  const right = placesOf(camera).join(', ');
  return {
    code: 'row-unreachable',
    where: `${source}:1`,
    detail: `The camera ${camera} does not lie in ${place}, so this row never matches; it lies in ${right}.`,
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
