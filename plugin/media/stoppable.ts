// A source that may be stuck, read by somebody who must not be.
import { Problem } from '../domain/problem.js';

/** The same items; Problem `render-failed` as soon as `signal` tells it, though the source still has nothing. It is then told to return. */
export async function* stoppable<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const stopped = (): Problem => new Problem('render-failed', 'The work was stopped.', { cause: signal.reason });
  const iterator = items[Symbol.asyncIterator]();
  let stop = (): void => undefined;
  const tell = (): void => stop();
  signal.addEventListener('abort', tell);
  let isOver = false;
  try {
    for (;;) {
      if (signal.aborted) throw stopped();
      const step = await new Promise<IteratorResult<T>>((resolve, reject) => {
        stop = () => reject(stopped());
        iterator.next().then(resolve, reject);
      });
      isOver = step.done === true;
      if (step.done) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', tell);
    // Not waited for: it returns when it is no longer stuck.
    if (!isOver) iterator.return?.().catch(() => undefined);
  }
}
