// A stream lasts longer than what it was permitted by: while it goes on it is judged again, before a piece is given on.

/** Without a judgement, milliseconds. */
const MOST_MS = 5_000;

/** Gives a promise when it is time to judge again, by the clock, also one that was set back; null: not yet. It rejects with what `judge` throws. */
export function judgeAgain(now: () => Date, judge: () => Promise<void>): () => Promise<void> | null {
  let judgedAt = now().getTime();
  return () => {
    const time = now().getTime();
    if (Math.abs(time - judgedAt) < MOST_MS) return null;
    return judge().then(() => {
      judgedAt = time;
    });
  };
}

/** Ends with what `judge` throws; the stream is ended with it. Nobody is judged who is given nothing. */
export async function* keepJudging<T>(stream: AsyncIterable<T>, now: () => Date, judge: () => Promise<void>): AsyncGenerator<T> {
  const due = judgeAgain(now, judge);
  for await (const piece of stream) {
    await due();
    yield piece;
  }
}
