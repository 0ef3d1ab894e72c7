// The pictures of a part in MP4, for tools that do not open the file that its sound wants: as they were received, nothing decoded and nothing encoded.
import { hash } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import type { Sample } from '../domain/vms.js';
import { microsOf } from './excerpt.js';
import { muxParts, type MuxParts, type Part, type UnitLine } from './mux-parts.js';
import { openPart } from './open-part.js';

export interface Remux {
  /** The part's file, in the work folder. */
  input: string;
  part: Part;
  /** Lines of units.ndjson of this part, in their order. */
  units: readonly UnitLine[];
  open: MuxParts['open'];
}

const asSample = ({ utc, key, flags, sequence, preRoll, postRoll }: UnitLine, data: Buffer): Sample => ({
  ...{ track: 0, utcMicros: microsOf(utc), key, flags, sequence, preRoll, data },
  ...(postRoll && { postRoll: true as const }),
});

/**
 * The same pictures at the same times, hidden where they are hidden there: one file. Its sound stays behind: MP4 has no name for G.711. Each unit is
 * held against its line. Problems: `object-corrupt`; what `open` and `write` throw comes out as it is.
 */
export async function remuxPictures({ input, part, units, open }: Remux): Promise<Part> {
  const opened = await openPart(input, part);
  const samples = async function* (): AsyncGenerator<Sample> {
    for (const line of units.filter(({ track }) => track === 0)) {
      const data = await opened.read('video', line.index);
      if (data.length !== line.bytes || hash('sha256', data, 'hex') !== line.sha256)
        throw new Problem('object-corrupt', `Unit ${line.index} of part ${line.part} is not the one that its line describes.`);
      yield asSample(line, data);
    }
  };
  const made: Part[] = [];
  try {
    const at = (micros: number): string => new Date(Math.floor(micros / 1000)).toISOString();
    const span = { from: at(part.firstUtcMicros), to: at(part.lastUtcMicros + 1000) };
    await muxParts(samples(), { tracks: opened.tracks.filter(({ kind }) => kind === 'video'), span, open, onUnit: () => undefined, onPart: (each) => void made.push(each) });
  } finally {
    await opened.close();
  }
  const [only, ...more] = made;
  if (!only || more.length > 0 || only.frames !== part.frames)
    throw new Problem('object-corrupt', 'The pictures of a sealed part are not those that its list describes.');
  return only;
}
