// What a faultless pull of a span holds: video from the key frame at or before it, audio inside it.
import { micros, type Timeline, type Unit } from './timeline.js';

export interface Expected extends Unit {
  /** Shown before the span: sent because decoding starts at a key frame. */
  preRoll: boolean;
  /** Shown behind the span, and decoded before a picture of the span that leans on it. */
  postRoll: boolean;
}

/** In order of decoding. */
export function expectUnits(timeline: Timeline, span: { from: string | Date; to: string | Date }, track: number): Expected[] {
  const [fromMicros, toMicros] = [micros(new Date(span.from)), micros(new Date(span.to))];
  // With B-frames, pictures of the span are decoded behind its end.
  const lane = timeline.lanes({ fromMicros, toMicros: toMicros + 2_000_000 })[track] ?? [];
  const units = [...lane].map((unit) => ({ ...unit, preRoll: unit.utcMicros < fromMicros, postRoll: unit.utcMicros >= toMicros }));
  while (units.at(-1)?.postRoll) units.pop();
  return units;
}
