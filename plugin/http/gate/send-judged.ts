// The way out of a body that is sent on while it comes.
import type { Readable, Writable } from 'node:stream';
import type { BodyJudge } from './body-judge.js';

/**
 * To its end. Fails with what `judge` throws (`GuardHit`), with what `again` rejects with, or with what broke either side off; both sides are
 * destroyed then, and nothing of the piece in which something was found, nor of what was held back for it, has left. `again` is asked before each
 * piece, and waited for where it gives a promise. By hand and not by a pipeline: live pictures of many screens go through here, and a stream
 * between the two costs as much as all else.
 */
export function sendJudged(from: Readable, judge: BodyJudge, to: Writable, again: () => Promise<void> | null = () => null): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    /** A piece waits for `again`: nothing comes before it. */
    let isAsking = false;
    const fail = (cause: unknown): void => {
      if (isOver) return;
      isOver = true;
      from.destroy();
      to.destroy(cause as Error);
      reject(cause as Error);
    };
    const forward = (judged: () => Buffer[]): void => {
      if (isOver) return;
      try {
        for (const piece of judged()) if (!to.write(piece)) from.pause();
      } catch (cause) {
        fail(cause);
      }
    };
    from
      .on('data', (chunk: Buffer) => {
        const due = again();
        if (!due) return forward(() => judge.push(chunk));
        isAsking = true;
        from.pause();
        due.then(() => {
          isAsking = false;
          from.resume();
          forward(() => judge.push(chunk));
        }, fail);
      })
      .on('end', () => {
        forward(() => judge.end());
        if (!isOver) to.end();
      })
      .on('error', fail)
      .on('close', () => from.readableEnded || fail(new Error('The body broke off.')));
    to.on('drain', () => void (isAsking || from.resume()))
      .on('finish', () => {
        isOver = true;
        resolve();
      })
      .on('error', fail)
      .on('close', () => fail(new Error('Whom it is for went away.')));
  });
}
