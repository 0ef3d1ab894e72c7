// Lays the footage on a clock: looped without a seam from start to end, with holes. Frame n of the recording is at start + n frames.
import type { Footage } from './mp4.js';

export interface Hole {
  /** Half-open, recorder's time. */
  from: Date;
  to: Date;
}

/** One access unit of the recording. */
export interface Unit {
  /** Frame number in the file. */
  fileFrame: number;
  utcMicros: number;
  key: boolean;
  /** What is sent: where the recorder sends parameter sets in-band, they stand before each key frame. */
  nals: Buffer[];
  /** First unit of a contiguous section, last unit of one. */
  first: boolean;
  last: boolean;
}

export interface Section {
  /** First frame and the one after the last, counted from the start of the recording. */
  from: number;
  to: number;
}

export interface Timeline {
  sections: Section[];
  /** Units from the key frame at or before `fromMicros` (in a hole: from the next section) to before `toMicros`. */
  play(fromMicros: number, toMicros: number): Iterable<Unit>;
  timeOf(frame: number): number;
}

/** Microseconds since 1970. */
export const micros = (date: Date): number => date.getTime() * 1000;

export function makeTimeline(footage: Footage, span: { start: Date; end: Date }, holes: readonly Hole[], inBand: boolean): Timeline {
  const { frames, parameterSets, frameMicros } = footage;
  const frameAt = (time: number): number => Math.max(0, Math.ceil((time - micros(span.start)) / frameMicros - 1e-6));
  const timeOf = (frame: number): number => micros(span.start) + Math.round(frame * frameMicros);
  const fileFrame = (frame: number): number => frame % frames.length;
  const isKey = (frame: number): boolean => frames[fileFrame(frame)]?.key ?? false;

  const ordered = [...holes].sort((a, b) => a.from.getTime() - b.from.getTime());
  const borders = [
    frameAt(micros(span.start)),
    ...ordered.flatMap((hole) => [frameAt(micros(hole.from)), frameAt(micros(hole.to))]),
    frameAt(micros(span.end)),
  ];
  const sections: Section[] = [];
  for (let index = 0; index < borders.length; index += 2) {
    let from = borders[index] ?? 0;
    const to = borders[index + 1] ?? 0;
    // A recorder's section begins with a picture that can be decoded.
    while (from < to && !isKey(from)) from++;
    if (from < to) sections.push({ from, to });
  }

  const unitOf = (frame: number, section: Section): Unit => {
    const key = isKey(frame);
    return {
      fileFrame: fileFrame(frame),
      utcMicros: timeOf(frame),
      key,
      nals: [...(key && inBand ? parameterSets : []), ...(frames[fileFrame(frame)]?.nals ?? [])],
      first: frame === section.from,
      last: frame === section.to - 1,
    };
  };

  function* play(fromMicros: number, toMicros: number): Iterable<Unit> {
    for (const section of sections) {
      if (timeOf(section.to - 1) < fromMicros) continue;
      let frame = Math.max(section.from, frameAt(fromMicros));
      if (timeOf(frame) > fromMicros && frame > section.from) frame--;
      while (!isKey(frame)) frame--;
      for (; frame < section.to && timeOf(frame) < toMicros; frame++) yield unitOf(frame, section);
    }
  }
  return { sections, play, timeOf };
}
