// Which pictures of a play are to come out, and which of them is the next: they go in by the order of decoding and come out by that of time.

export interface ShownTally {
  note(utcMicros: number): void;
  /** So many went in. */
  count(): number;
  /** The time of the next one that comes out; the clock that stepped back has a later one come first. */
  next(): number;
}

export function tallyShown(): ShownTally {
  const waiting: number[] = [];
  let count = 0;
  return {
    note(utcMicros) {
      count++;
      let at = waiting.length;
      while (at > 0 && waiting[at - 1]! > utcMicros) at--;
      waiting.splice(at, 0, utcMicros);
    },
    count: () => count,
    next: () => waiting.shift() ?? NaN,
  };
}
