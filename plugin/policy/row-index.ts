// Rows by where they stand and which act they are for, and which row stands whenever another one does.
import { ordinaryBases, type Basis } from '../domain/basis.js';
import type { Act } from '../domain/decision.js';
import type { PolicyRow } from './rows.js';

/** What the index must know of places and cameras. */
export interface Ground {
  /** City code → `tier-1`. */
  tierOf(city: string): string;
  /** Groups of a camera; empty for one that is not there. */
  groupsOf(camera: string): readonly string[];
}

export class RowIndex {
  readonly #byPlace = new Map<string, Map<Act, PolicyRow[]>>();

  constructor(
    rows: readonly PolicyRow[],
    private readonly ground: Ground,
  ) {
    for (const row of rows) {
      const acts = this.#byPlace.get(row.place) ?? new Map<Act, PolicyRow[]>();
      const there = acts.get(row.act);
      if (there) there.push(row);
      else acts.set(row.act, [row]);
      this.#byPlace.set(row.place, acts);
    }
  }

  /** Rows for an act that stand at one of these places. */
  at(places: readonly string[], act: Act): PolicyRow[] {
    return places.flatMap((place) => this.#byPlace.get(place)?.get(act) ?? []);
  }

  /** Of these places, those where any row for the act stands. */
  inhabited(places: readonly string[], act: Act): string[] {
    return places.filter((place) => this.#byPlace.get(place)?.has(act));
  }

  /** The places that a row's place lies in: `310000/SH-YUNFAN` → `* tier-1 310000 310000/SH-YUNFAN`. */
  around(place: string): string[] {
    if (place === '*') return ['*'];
    if (place.startsWith('tier-')) return ['*', place];
    const [city = '', site] = place.split('/');
    return ['*', this.ground.tierOf(city), city, ...(site === undefined ? [] : [place])];
  }

  /** The places with rows that lie in this one, and the place itself: rows there count beside its own. */
  within(place: string): string[] {
    return [place, ...[...this.#byPlace.keys()].filter((other) => other !== place && this.around(other).includes(place))];
  }

  /** The allowing rows of one role that count at a place for an object, where at most this fact holds. */
  asked(role: string, place: string, act: Act, basis: PolicyRow['basis'], object: string, fact: PolicyRow['when']): PolicyRow[] {
    return this.at(this.around(place), act).filter(
      (row) =>
        row.role === role &&
        row.effect === 'allow' &&
        basisCovers(row.basis, basis) &&
        (row.when === '*' || row.when === fact) &&
        this.objectCovers(row.object, object),
    );
  }

  /**
   * The other rows of the same role that match whenever `row` does, whatever the facts. Under one basis, if one is given: `ordinary`
   * stands for many, and a row for one of them does not stand for the others.
   */
  companions(row: PolicyRow, basis: PolicyRow['basis'] = row.basis): PolicyRow[] {
    return this.at(this.around(row.place), row.act).filter(
      (other) =>
        other !== row &&
        other.role === row.role &&
        basisCovers(other.basis, basis) &&
        (other.when === '*' || other.when === row.when) &&
        this.objectCovers(other.object, row.object),
    );
  }

  objectCovers(wide: string, narrow: string): boolean {
    if (wide === narrow || wide === '*') return true;
    const isFootage = /^(camera|group):/.test(narrow);
    if (wide === 'camera:*') return isFootage;
    return narrow.startsWith('camera:') && this.ground.groupsOf(narrow.slice('camera:'.length)).includes(wide);
  }
}

const basisCovers = (wide: PolicyRow['basis'], narrow: PolicyRow['basis']): boolean =>
  wide === narrow || (wide === 'ordinary' && ordinaryBases.includes(narrow as Basis));

/** The codes that a row's basis cell stands for. */
export const basesOf = (cell: PolicyRow['basis']): readonly Basis[] => (cell === 'ordinary' ? ordinaryBases : cell === '-' ? [] : [cell]);
