// The original: samples as received → parts, with a line per unit from which the elementary streams can be rebuilt.
import { Problem } from '../domain/problem.js';
import type { Span } from '../domain/span.js';
import type { Sample, Track } from '../domain/vms.js';
import { watchGaps, type Gap } from './gaps.js';
import { inTimeOrder } from './in-time-order.js';
import { keptTracks } from './kept-tracks.js';
import { containerFor } from './part-file.js';
import type { Container, PartTarget } from './part-file.js';
import { watchParts } from './parts.js';
import { watchPictures } from './pictures.js';
import { writePart } from './write-part.js';
import type { Part, UnitLine } from './write-part.js';

export { isoMicros } from './write-part.js';
export type { Part, UnitLine } from './write-part.js';

export interface MuxParts {
  tracks: readonly Track[];
  span: Span;
  /** Called once the part before is complete and `onPart` has ended. */
  open(part: number, container: Container): Promise<PartTarget>;
  onUnit(line: UnitLine): Promise<void> | void;
  /** All bytes of the part have been written. */
  onPart(part: Part): Promise<void> | void;
}

/** A busy recorder sends one track seconds behind the other, and sound that comes when its part is closed is lost to it. Microseconds. */
const patience = 10_000_000;
/** So many stretches in one span are no recording; each costs a file. */
const mostParts = 5000;

/**
 * Writes what came into parts, in memory that does not grow with the span. Each sample of a file is `Sample.data` byte for byte; the same
 * samples give the same bytes. Pre-roll and post-roll stay in the file, hidden by an edit list (of JPEG they are left out). Sound goes
 * into the part that is open at its time: what sounds in a hole into the part before it; what sounds before the first picture is not
 * played (in Matroska: not kept). Without pictures there is no part. Problems: `codec-unsupported`, `wrong-footage`; what `samples`,
 * `open`, `onUnit`, `onPart` and `write` throw comes out as it is.
 */
export async function muxParts(samples: AsyncIterable<Sample>, parts: MuxParts): Promise<readonly Gap[]> {
  const { video, sound } = keptTracks(parts.tracks);
  const container = containerFor(parts.tracks);
  const pictures = watchPictures(video);
  const beginsPart = watchParts();
  const watch = watchGaps();
  let done = 0;
  let current: ReturnType<typeof writePart> | undefined;
  const next = (): ReturnType<typeof writePart> => {
    if (done >= mostParts) throw new Problem('wrong-footage', `The recorder’s footage falls into more than ${mostParts} pieces.`);
    const { open, onUnit, span } = parts;
    return writePart({ number: done + 1, container, sound, pictures, creation: new Date(span.from), open, onUnit });
  };
  const finish = async (): Promise<Sample[]> => {
    const ended = current;
    const part = await ended?.finish();
    current = undefined;
    if (!part) return ended?.soundLeft() ?? [];
    done++;
    await parts.onPart(part);
    return [];
  };
  try {
    for await (const sample of inTimeOrder(samples, parts.tracks, patience)) {
      if (sample.data.length === 0) throw new Problem('wrong-footage', 'The recorder sent a unit without content.');
      if (sample.track !== video.track && sample.track !== sound?.track)
        throw new Problem('wrong-footage', 'The recorder sent a track that it did not announce.');
      if (sample.track === video.track && !sample.preRoll && !sample.postRoll) watch.note(sample);
      const begins = sample.track === video.track && beginsPart(sample, pictures.note(sample.data) || (current?.isFull() ?? false));
      const before = begins && current?.hasPictures() ? await finish() : [];
      current ??= next();
      for (const one of [...before, sample]) await current.add(one);
    }
    await finish();
    return watch.gaps();
  } catch (error) {
    await current?.cancel().catch(() => undefined);
    throw error;
  }
}
