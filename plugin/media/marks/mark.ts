// What a mark is: a text file in the work folder and one drawtext filter that reads it.
import type { Filter } from '../ffmpeg.js';

/** People's text on the picture. Personal data. */
export interface MarkText {
  requestId: string;
  /** Which of the viewing copies of its package this is; left out of what is no copy: streams, stills. */
  copy?: { number: number; of: number };
  /** Code of the gate, which the number of a copy bears. */
  gate?: string;
  /** Number of the paper on which the copy was given; left out where there is none. */
  instrument?: string;
  /** The requesting unit. */
  unit: string;
  officers: readonly string[];
}

/** The picture that is marked. */
export interface Scene {
  width: number;
  height: number;
  /** Recorder's time of the frame at presentation time 0. */
  firstUtcMicros: number;
  /** `asserted`: no recorder proved it; the clock must not say that one did. */
  times: 'proven' | 'asserted';
  text: MarkText;
}

/** Plain names of files in the work folder. */
export interface MarkFiles {
  font: string;
  text: string;
}

export interface MarkMaker {
  /** Content of the text file. */
  write(scene: Scene): string;
  filter(scene: Scene, files: MarkFiles): Filter;
}
