// How long a question to the video system may take, in words for who asked.
import { Problem } from '../../domain/problem.js';

/** Ends with the Problem `vms-unreachable` after so many milliseconds; the reason of `AbortSignal.timeout` would be nobody's fault. */
export function deadline(milliseconds: number): AbortSignal {
  const late = new AbortController();
  setTimeout(() => late.abort(new Problem('vms-unreachable', 'The video system did not answer in time.')), milliseconds).unref();
  return late.signal;
}
