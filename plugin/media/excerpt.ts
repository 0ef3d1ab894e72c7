// A part cut to a shorter span without decoding anything: the units of the span as they were received, and before them what decoding needs.
import { hash } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import type { Span } from '../domain/span.js';
import type { Sample } from '../domain/vms.js';
import { muxParts, type MuxParts, type Part, type UnitLine } from './mux-parts.js';
import { openPart } from './open-part.js';

export interface Excerpt extends Pick<MuxParts, 'open' | 'onUnit' | 'onPart'> {
  /** The sealed part, opened into the work folder. */
  input: string;
  part: Part;
  /** Lines of units.ndjson of this part, in their order. */
  units: readonly UnitLine[];
  /** By the recorder's clock, inside the span of the part. */
  span: Span;
}

/** Microseconds. */
interface Bounds {
  from: number;
  to: number;
}

type Timed = UnitLine & { micros: number };

/** `2026-03-01T02:00:00.123456Z` → microseconds since 1970. */
export const microsOf = (utc: string): number => Math.floor(Date.parse(utc) / 1000) * 1_000_000 + Number(utc.slice(20, 26));

const isPicture = ({ track }: UnitLine): boolean => track === 0;

/**
 * Pictures that the excerpt holds, in decode order: from the last key frame from which every picture of the span can be decoded, up to the
 * last picture of the span. Nothing after that: no picture leans on a later one in decode order. Empty where the span shows none.
 */
function picturesOf(pictures: readonly Timed[], { from, to }: Bounds): Timed[] {
  const isShown = ({ micros }: Timed): boolean => micros >= from && micros < to;
  const first = pictures.findIndex(isShown);
  if (first < 0) return [];
  const last = pictures.findLastIndex(isShown);
  // A key frame is no beginning for a picture shown before it: that one leans on what came earlier.
  const earliest = pictures.slice(first).reduce((least, one) => (isShown(one) ? Math.min(least, one.micros) : least), Infinity);
  const begin = pictures.findLastIndex((one, at) => at <= first && one.key && one.micros <= earliest);
  const start = Math.max(0, begin);
  const lead = pictures[start]!.micros;
  // Right behind the key frame, shown before it and before the span (leading pictures): they lean on what is not here, and nothing on them.
  const trailing = pictures.findIndex(({ micros }, at) => at > start && (micros >= lead || micros >= from));
  const resumed = trailing < 0 ? start + 1 : trailing;
  return [pictures[start]!, ...pictures.slice(resumed, last + 1)];
}

/** Lines of the excerpt in the order in which they came: sound of the span alone. */
function chooseUnits(units: readonly UnitLine[], bounds: Bounds): Timed[] {
  const timed = units.map((line) => ({ ...line, micros: microsOf(line.utc) }));
  const pictures = new Set(picturesOf(timed.filter(isPicture), bounds));
  if (pictures.size === 0) return [];
  return timed.filter((line) => (isPicture(line) ? pictures.has(line) : line.micros >= bounds.from && line.micros < bounds.to));
}

function asSample({ track, micros, key, flags, sequence }: Timed, { from, to }: Bounds, data: Buffer): Sample {
  // Sound of a pull may bear any number but 0; in a part there is one track of it.
  const sample: Sample = { track: track === 0 ? 0 : 1, utcMicros: micros, key, flags, sequence, preRoll: micros < from, data };
  return micros < to ? sample : { ...sample, postRoll: true };
}

/**
 * Writes what `span` holds of the part, in the same form as an original: the same bytes, times and hidden lead-in (of JPEG there is none). No
 * part comes where the span shows no picture; more than one only where the part itself could have been divided. Each unit is held against its
 * line before it is written. Problems: `object-corrupt`; what `open`, `onUnit`, `onPart` and `write` throw comes out as it is.
 */
export async function cutPart({ input, part, units, span, ...into }: Excerpt): Promise<void> {
  const bounds = { from: Date.parse(span.from) * 1000, to: Date.parse(span.to) * 1000 };
  const chosen = chooseUnits(units, bounds);
  if (chosen.length === 0) return;
  const opened = await openPart(input, part);
  const samples = async function* (): AsyncGenerator<Sample> {
    for (const line of chosen) {
      const data = await opened.read(isPicture(line) ? 'video' : 'audio', line.index);
      if (data.length !== line.bytes || hash('sha256', data, 'hex') !== line.sha256)
        throw new Problem('object-corrupt', `Unit ${line.index} of part ${line.part} is not the one that its line describes.`);
      yield asSample(line, bounds, data);
    }
  };
  try {
    await muxParts(samples(), { tracks: opened.tracks, span, ...into });
  } finally {
    await opened.close();
  }
}
