// A long policy is read in slices, so that the requests that the old one answers meanwhile do not wait for the new one.

/**
 * Longest slice, milliseconds: far under what a request may wait, because a slice ends only where a loop looks, and what it leaves
 * behind is cleared away on top of it.
 */
const SLICE_MS = 5;

export interface Pace {
  /** Is it time to let others go first? Cheap; asked once in each turn of a loop. */
  isDue(): boolean;
  rest(): Promise<void>;
}

export function makePace(): Pace {
  let since = performance.now();
  return {
    isDue: () => performance.now() - since > SLICE_MS,
    rest: () =>
      new Promise((resolve) =>
        // Not a microtask: those run before anybody's request is read.
        setImmediate(() => {
          since = performance.now();
          resolve();
        }),
      ),
  };
}

/** The list, one by one, with rests in between. */
export async function* paced<T>(list: Iterable<T>, pace: Pace): AsyncGenerator<T> {
  for (const each of list) {
    if (pace.isDue()) await pace.rest();
    yield each;
  }
}
