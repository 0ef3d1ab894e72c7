// A seeded choice: the same seed makes the same people want the same things, as far as what they see is the same.

export interface Random {
  /** From 0 to below 1. */
  next(): number;
  of<T>(things: readonly T[]): T;
  /** Of things with weights: twice the weight, twice as often. */
  weighed<T>(things: readonly (readonly [weight: number, thing: T])[]): T;
}

/** Mulberry32: 32 bits of state, good enough for who does what. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    of: (things) => things[Math.floor(next() * things.length)]!,
    weighed(things) {
      let left = next() * things.reduce((sum, [weight]) => sum + weight, 0);
      return (things.find(([weight]) => (left -= weight) < 0) ?? things.at(-1)!)[1];
    },
  };
}
