// Tracks brought into one order of time: a recorder sends sound a little before or after the pictures it belongs to, and a part must not
// end before its sound has come.
import type { Sample, Track } from '../domain/vms.js';

/** One step of footage: a hole is no time in which the other track could have come. Microseconds. */
const longestStep = 1_000_000;
/** More than this is not held, whatever has not come yet. Bytes, samples. */
const mostBytes = 16 * 1024 * 1024;
const mostSamples = 2000;

interface Queue {
  /** `progress`: microseconds of footage that had come by then. */
  waiting: { sample: Sample; at: number; progress: number }[];
  /** Newest time of the track: pictures come in decode order, so the order that counts is when each could have come. */
  newest: number;
}

/** The same samples; each track keeps its own order. A track of which nothing comes while `patience` microseconds of another come is not
 *  waited for. What `samples` throws comes out as it is, after nothing more. */
export async function* inTimeOrder(samples: AsyncIterable<Sample>, tracks: readonly Track[], patience: number): AsyncGenerator<Sample> {
  const queues = new Map<number, Queue>(tracks.map(({ track }) => [track, { waiting: [], newest: -Infinity }]));
  let [bytes, count] = [0, 0];
  /** Of whichever track is ahead. */
  let [newest, progress] = [-Infinity, 0];

  const earliest = (): Queue | undefined => {
    let found: Queue | undefined;
    for (const queue of queues.values()) if (queue.waiting[0] && (!found || queue.waiting[0].at < found.waiting[0]!.at)) found = queue;
    return found;
  };
  const take = ({ waiting }: Queue): Sample => {
    const { sample } = waiting.shift()!;
    bytes -= sample.data.length;
    count--;
    return sample;
  };
  /** Nothing earlier can come: every track has something to compare, or was waited for long enough. */
  const isDue = ({ waiting }: Queue): boolean => {
    if (bytes > mostBytes || count > mostSamples) return true;
    for (const queue of queues.values()) if (queue.waiting.length === 0) return progress - waiting[0]!.progress > patience;
    return true;
  };

  for await (const sample of samples) {
    const queue = queues.get(sample.track);
    if (queues.size === 1 || !queue) {
      yield sample;
      continue;
    }
    queue.newest = Math.max(queue.newest, sample.utcMicros);
    if (queue.newest > newest) {
      progress += Math.min(queue.newest - newest, longestStep);
      newest = queue.newest;
    }
    queue.waiting.push({ sample, at: queue.newest, progress });
    bytes += sample.data.length;
    count++;
    for (let next = earliest(); next && isDue(next); next = earliest()) yield take(next);
  }
  for (let next = earliest(); next; next = earliest()) yield take(next);
}
