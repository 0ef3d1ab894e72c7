// Lays the footage on a clock: looped without a seam from start to end, with holes, each track by itself. What is recorded may change to
// other footage (another size, other parameter sets) in the middle.
import type { Footage, Frame, MediaTrack } from './mp4.js';

export interface Hole {
  /** Half-open, recorder's time. */
  from: Date;
  to: Date;
}

/** One access unit of the recording. */
export interface Unit {
  /** Frame number in the file. */
  fileFrame: number;
  /** Of presentation. */
  utcMicros: number;
  key: boolean;
  /** What is sent: where the recorder sends parameter sets in-band, they stand before each key frame. */
  nals: Buffer[];
  /** First unit of a contiguous section, last unit of one. */
  first: boolean;
  last: boolean;
  /** Number of its track; 0 is the video. */
  track: number;
}

/** A unit with the time at which it stands in the recording, and its place for the packets that are kept ready. */
export interface LaidUnit extends Unit {
  decodeMicros: number;
  media: MediaTrack;
}

/** Contiguous footage of one file. Frames are counted in order of decoding from `origin` on. */
export interface Section {
  footage: Footage;
  origin: number;
  from: number;
  to: number;
  /** Does footage of another file join without a gap? */
  joinsBefore: boolean;
  joinsBehind: boolean;
}

export interface Ask {
  fromMicros: number;
  toMicros: number;
  /** Audio from the key frame on; from the asked time on when unset. */
  audioFromKey?: boolean;
}

export interface Timeline {
  /** Contiguous footage, microseconds since 1970. */
  spans: { from: number; to: number }[];
  /** One sequence for each track: video from the key frame at or before `fromMicros` (in a hole: from the next section), in order of
   *  decoding, to before `toMicros` by the time of decoding. */
  lanes(ask: Ask): Iterable<LaidUnit>[];
  /** The lanes as one, in order of time. */
  play(fromMicros: number, toMicros: number): Iterable<LaidUnit>;
}

/** Microseconds since 1970. */
export const micros = (date: Date): number => date.getTime() * 1000;

const at = (track: MediaTrack, frame: number, which: 'at' | 'decodeAt'): number =>
  Math.floor(frame / track.frames.length) * track.cycle + (track.frames[frame % track.frames.length]?.[which] ?? 0);

/** First frame that stands at or behind `offset` microseconds from the beginning; its time is told in whole microseconds. */
function frameAt(track: MediaTrack, offset: number): number {
  if (offset <= 0) return 0;
  const { frames, cycle } = track;
  const rest = (offset % cycle) - 0.5;
  let [low, high] = [0, frames.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[middle]?.decodeAt ?? 0) < rest) low = middle + 1;
    else high = middle;
  }
  return Math.floor(offset / cycle) * frames.length + low;
}

const frameOf = (track: MediaTrack, frame: number): Frame => track.frames[frame % track.frames.length] as Frame;

/** Takes turns: always the lane whose next unit is the earliest. */
export function* merge<T extends { decodeMicros: number }>(lanes: readonly Iterable<T>[]): Iterable<T> {
  const heads = lanes.map((lane) => lane[Symbol.iterator]());
  const next = heads.map((head) => head.next());
  for (;;) {
    let earliest = -1;
    for (let index = 0; index < next.length; index++) {
      const candidate = next[index];
      const best = next[earliest];
      if (candidate && !candidate.done && (!best || best.done || candidate.value.decodeMicros < best.value.decodeMicros)) earliest = index;
    }
    const head = next[earliest];
    if (!head || head.done) return;
    yield head.value;
    next[earliest] = (heads[earliest] as Iterator<T>).next();
  }
}

/** Sections of one file between two instants. */
function sectionsOf(footage: Footage, span: { start: number; end: number }, holes: readonly Hole[]): Section[] {
  const video = footage.tracks[0] as MediaTrack;
  const number = (time: number): number => frameAt(video, Math.min(time, span.end) - span.start);
  const borders = [0, ...holes.flatMap((hole) => [number(micros(hole.from)), number(micros(hole.to))]), number(span.end)];
  const sections: Section[] = [];
  for (let index = 0; index < borders.length; index += 2) {
    let from = borders[index] ?? 0;
    const to = borders[index + 1] ?? 0;
    // A recorder's section begins with a picture that can be decoded.
    while (from < to && !frameOf(video, from).key) from++;
    if (from < to) sections.push({ footage, origin: span.start, from, to, joinsBefore: false, joinsBehind: false });
  }
  return sections;
}

export interface TimelineParts {
  footage: Footage;
  start: Date;
  end: Date;
  holes: readonly Hole[];
  /** What is recorded from an instant on. */
  later?: { footage: Footage; from: Date };
}

export function makeTimeline({ footage, start, end, holes, later }: TimelineParts): Timeline {
  const ordered = [...holes].sort((a, b) => a.from.getTime() - b.from.getTime());
  const change = micros(later?.from ?? end);
  const before = sectionsOf(footage, { start: micros(start), end: change }, ordered);
  const behind = later ? sectionsOf(later.footage, { start: change, end: micros(end) }, ordered) : [];
  const sections = [...before, ...behind];
  const time = (section: Section, frame: number): number =>
    section.origin + Math.round(at(section.footage.tracks[0] as MediaTrack, frame, 'decodeAt'));
  for (const section of sections) {
    const follower = sections[sections.indexOf(section) + 1];
    if (!follower || time(follower, follower.from) !== time(section, section.to)) continue;
    section.joinsBehind = true;
    follower.joinsBefore = true;
  }
  const spans: { from: number; to: number }[] = [];
  for (const section of sections) {
    const [from, to, last] = [time(section, section.from), time(section, section.to), spans.at(-1)];
    if (last && section.joinsBefore) last.to = to;
    else spans.push({ from, to });
  }

  /** First and behind the last frame of a track in a section, and the one to begin with. */
  function bounds(section: Section, track: number, ask: Ask): { first: number; begin: number; behind: number } {
    const video = section.footage.tracks[0] as MediaTrack;
    const media = section.footage.tracks[track] as MediaTrack;
    let key = Math.max(section.from, frameAt(video, ask.fromMicros - section.origin));
    if (key > section.from && time(section, key) > ask.fromMicros) key--;
    while (!frameOf(video, key).key) key--;
    if (media === video) return { first: section.from, begin: key, behind: section.to };
    const first = frameAt(media, time(section, section.from) - section.origin);
    const begin = frameAt(media, (ask.audioFromKey ? time(section, key) : ask.fromMicros) - section.origin);
    return { first, begin: Math.max(first, begin), behind: frameAt(media, time(section, section.to) - section.origin) };
  }

  function* lane(track: number, ask: Ask): Iterable<LaidUnit> {
    for (const section of sections) {
      const media = section.footage.tracks[track];
      if (!media || time(section, section.to - 1) < ask.fromMicros) continue;
      const { first, begin, behind } = bounds(section, track, ask);
      for (let frame = begin; frame < behind; frame++) {
        const decodeMicros = section.origin + Math.round(at(media, frame, 'decodeAt'));
        if (decodeMicros >= ask.toMicros) return;
        const { key, nals } = frameOf(media, frame);
        yield {
          fileFrame: frame % media.frames.length,
          utcMicros: section.origin + Math.round(at(media, frame, 'at')),
          key,
          nals,
          first: frame === first && !section.joinsBefore,
          last: frame === behind - 1 && !section.joinsBehind,
          track,
          decodeMicros,
          media,
        };
      }
    }
  }
  const lanes = (ask: Ask): Iterable<LaidUnit>[] => footage.tracks.map((_, track) => lane(track, ask));
  return { spans, lanes, play: (fromMicros, toMicros) => merge(lanes({ fromMicros, toMicros })) };
}
