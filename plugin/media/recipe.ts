// How a viewing copy is made, as arguments: pure, so that the same request gives the same recipe and the recipe can be kept.
import type { Effort } from '../domain/duty.js';
import { effortOptions } from './effort.js';
import { buildArguments, whitelists } from './ffmpeg.js';
import type { Filter } from './ffmpeg.js';
import type { Part } from './write-part.js';

export interface ViewingRecipe {
  /** Plain names of files in the work folder, which is ffmpeg's current folder. */
  input: string;
  output: string;
  part: Pick<Part, 'container' | 'codec' | 'audio' | 'durationMicros' | 'width' | 'height'>;
  marks: readonly Filter[];
  /** Size at which ffmpeg stops writing. */
  mostBytes: number;
  effort: Effort;
  /** Of the encoder. Their number changes what comes out (x264 looks no further down than other threads have come): left to the machine, no other
   *  machine could make the same pictures. */
  threads: number;
  /** First line of `ffmpeg -version`. */
  version: string;
}

/** 5.1 renamed the option that keeps every frame at its own time, and later versions drop the old name. Builds named after a commit
 *  (`N-47683-g…`) count commits: the rename was about the 107,000th. */
export function isRenamed(version: string): boolean {
  const [, major, minor] = /^ffmpeg version n?(\d+)\.(\d+)/.exec(version) ?? [];
  const commits = Number(/^ffmpeg version N-(\d+)/.exec(version)?.[1] ?? 0);
  return major === undefined ? commits >= 107_200 : Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 1);
}

/** JPEG has the full range of values (JFIF), H.264 for players the narrow one. */
const narrowRange: Filter[] = [
  { filter: 'scale', options: { in_range: 'full', out_range: 'limited' } },
  { filter: 'format', options: { pix_fmts: 'yuv420p' } },
];

const even = (pixels: number): number => pixels + (pixels % 2);

/** What is done to a picture before it is marked. Players want colours by two pixels (4:2:0), so a side of an odd length gets one more. */
export const beforeMarks = ({ codec, width, height }: ViewingRecipe['part']): Filter[] => [
  ...(codec === 'mjpeg' ? narrowRange : []),
  ...(width % 2 || height % 2 ? [{ filter: 'pad', options: { w: even(width), h: even(height) } }] : []),
];

/** Of the copy. */
export const copiedSize = ({ width, height }: Pick<Part, 'width' | 'height'>): Pick<Part, 'width' | 'height'> => ({ width: even(width), height: even(height) });

/** Sound at its times: gaps become silence, since players do not agree on them; it ends with the pictures. */
function soundOptions({ part }: ViewingRecipe): string[] {
  if (!part.audio) return ['-an'];
  const filters = `aresample=async=1:first_pts=0,apad,atrim=end=${(part.durationMicros / 1_000_000).toFixed(6)}`;
  return ['-map', '0:a:0', '-af', filters, '-c:a', 'aac', '-b:a', '64k', '-ar', '48000', '-flags:a', '+bitexact'];
}

/**
 * None in a copy without sound: old versions give the last frame no duration, and an edit list would then hide it. Nothing needs one
 * without reordered frames. But AAC begins with 1,024 samples of the encoder's own, which only an edit list hides: in old versions sound
 * comes those 21 ms late.
 */
function editList({ part, version }: ViewingRecipe): string[] {
  if (part.audio && isRenamed(version)) return ['-use_editlist', '1'];
  return ['-use_editlist', '0', ...(part.audio ? ['-avoid_negative_ts', 'disabled'] : [])];
}

/**
 * H.264 in the size and frame times of the part, frames hidden by its edit list left out, marks burned in, metadata stripped.
 * Microseconds throughout: the encoder's time base would otherwise be the guessed frame rate.
 */
export const viewingRecipe = (recipe: ViewingRecipe): string[] =>
  buildArguments({
    inputOptions: whitelists(recipe.part),
    input: `file:${recipe.input}`,
    filters: [...beforeMarks(recipe.part), ...recipe.marks],
    outputOptions: [
      '-map',
      '0:v:0',
      ...soundOptions(recipe),
      '-sn',
      '-dn',
      '-map_metadata',
      '-1',
      '-map_chapters',
      '-1',
      '-fflags',
      '+bitexact',
      '-flags:v',
      '+bitexact',
      ...(isRenamed(recipe.version) ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough']),
      '-enc_time_base',
      '1:1000000',
      '-video_track_timescale',
      '1000000',
      '-c:v',
      'libx264',
      ...effortOptions(recipe.effort),
      '-bf',
      '0',
      '-g',
      '50',
      '-threads',
      String(recipe.threads),
      '-pix_fmt',
      'yuv420p',
      ...editList(recipe),
      '-movflags',
      '+faststart',
      '-fs',
      String(recipe.mostBytes),
      '-f',
      'mp4',
    ],
    output: `file:${recipe.output}`,
  });
