// How long something may take, where somebody else may end it too.

/**
 * Aborts with `signal`, or after so many milliseconds with a `TimeoutError`. Not `AbortSignal.any([AbortSignal.timeout(…), signal])`: of what
 * such a signal is made Node keeps nothing, and the garbage collector takes the timeout away. The timer here keeps its own.
 */
export function deadlineOr(milliseconds: number, signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  setTimeout(() => late.abort(new DOMException(`It took longer than ${milliseconds} ms.`, 'TimeoutError')), milliseconds).unref();
  return AbortSignal.any([late.signal, signal]);
}
