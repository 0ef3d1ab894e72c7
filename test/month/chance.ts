// Chance that can be had again: everything the month leaves open comes from one seed, in one order.
import { pick } from '../support/evidence/random.js';

export class Chance {
  #drawn = 0;

  constructor(readonly seed: number) {}

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    return pick(String(this.seed), this.#drawn++, limit);
  }

  /** `least` to `most`, both of them too. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  shuffle<T>(list: readonly T[]): T[] {
    const left = [...list];
    return list.map(() => left.splice(this.below(left.length), 1)[0]!);
  }
}
