// Tracks brought into one order of time: a recorder sends sound a little before or after the pictures it belongs to, and a part must not
// end before its sound has come.
import type { Sample, Track } from '../domain/vms.js';

/** A track that is silent for so long is not waited for. Microseconds, bytes, samples. */
const longestWait = 3_000_000;
const mostBytes = 16 * 1024 * 1024;
const mostSamples = 2000;

interface Queue {
  waiting: { sample: Sample; at: number }[];
  /** Newest time of the track: pictures come in decode order, so the order that counts is when each could have come. */
  newest: number;
}

/** The same samples; each track keeps its own order. What `samples` throws comes out as it is, after nothing more. */
export async function* inTimeOrder(samples: AsyncIterable<Sample>, tracks: readonly Track[]): AsyncGenerator<Sample> {
  const queues = new Map<number, Queue>(tracks.map(({ track }) => [track, { waiting: [], newest: -Infinity }]));
  let [bytes, count] = [0, 0];

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
    let all = true;
    let newest = -Infinity;
    for (const queue of queues.values()) {
      all &&= queue.waiting.length > 0;
      newest = Math.max(newest, queue.newest);
    }
    return all || newest - waiting[0]!.at > longestWait;
  };

  for await (const sample of samples) {
    const queue = queues.get(sample.track);
    if (queues.size === 1 || !queue) {
      yield sample;
      continue;
    }
    queue.newest = Math.max(queue.newest, sample.utcMicros);
    queue.waiting.push({ sample, at: queue.newest });
    bytes += sample.data.length;
    count++;
    for (let next = earliest(); next && isDue(next); next = earliest()) yield take(next);
  }
  for (let next = earliest(); next; next = earliest()) yield take(next);
}
