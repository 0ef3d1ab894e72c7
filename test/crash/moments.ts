// Seeded moments and a few hands: what makes the random part of the suite repeatable, and all of it quick.

/** mulberry32: small, and the same numbers from the same seed everywhere. Gives 0 ≤ x < 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One moment in each of `count` equal stretches of the run: at random, and nowhere left out. Milliseconds. */
export const moments = (count: number, runMs: number, random: () => number): number[] =>
  Array.from({ length: count }, (_, stretch) => ((stretch + random()) / count) * runMs);

/** Does all jobs with so many hands. A failure keeps nobody from the rest; `name: what` for each. */
export async function withHands<T>(hands: number, jobs: readonly { name: string; run: () => Promise<T> }[]): Promise<{ done: T[]; failures: string[] }> {
  const waiting = [...jobs];
  const done: T[] = [];
  const failures: string[] = [];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job; job = waiting.shift())
      await job.run().then(
        (result) => done.push(result),
        (thrown: unknown) => failures.push(`${job.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`),
      );
  };
  await Promise.all(Array.from({ length: hands }, work));
  return { done, failures };
}
