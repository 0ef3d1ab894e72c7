// A stream lasts longer than what it was permitted by: while it goes on it is judged again, before a piece is given on.

/** Without a judgement, milliseconds. */
const MOST_MS = 5_000;

/** Ends with what `judge` throws; the stream is ended with it. By the clock, also one that was set back; nobody is judged who is given nothing. */
export async function* keepJudging<T>(stream: AsyncIterable<T>, now: () => Date, judge: () => Promise<void>): AsyncGenerator<T> {
  let judgedAt = now().getTime();
  for await (const piece of stream) {
    const time = now().getTime();
    if (Math.abs(time - judgedAt) >= MOST_MS) {
      await judge();
      judgedAt = time;
    }
    yield piece;
  }
}
