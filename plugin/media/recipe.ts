// How a viewing copy is made, as arguments: pure, so that the same request gives the same recipe and the recipe can be kept.
import { buildArguments, whitelists } from './ffmpeg.js';
import type { Filter } from './ffmpeg.js';

export interface ViewingRecipe {
  /** Plain names of files in the work folder, which is ffmpeg's current folder. */
  input: string;
  output: string;
  marks: readonly Filter[];
  /** Size at which ffmpeg stops writing. */
  mostBytes: number;
  /** First line of `ffmpeg -version`. */
  version: string;
}

/** 5.1 renamed the option that keeps every frame at its own time, and later versions drop the old name. Builds named after a commit
 *  (`N-47683-g…`) count commits: the rename was about the 107,000th. */
function keepsFrameTimes(version: string): string[] {
  const [, major, minor] = /^ffmpeg version n?(\d+)\.(\d+)/.exec(version) ?? [];
  const commits = Number(/^ffmpeg version N-(\d+)/.exec(version)?.[1] ?? 0);
  const renamed = major === undefined ? commits >= 107_200 : Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 1);
  return renamed ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough'];
}

/**
 * H.264 in the size and frame times of the part, frames hidden by its edit list left out, marks burned in, metadata stripped.
 * Microseconds throughout: the encoder's time base would otherwise be the guessed frame rate. No edit list in the copy: old versions
 * give the last frame no duration, and an edit list would then hide it. Nothing needs one without reordered frames.
 */
export const viewingRecipe = (recipe: ViewingRecipe): string[] =>
  buildArguments({
    inputOptions: whitelists,
    input: `file:${recipe.input}`,
    filters: recipe.marks,
    outputOptions: [
      '-map',
      '0:v:0',
      '-an',
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
      ...keepsFrameTimes(recipe.version),
      '-enc_time_base',
      '1:1000000',
      '-video_track_timescale',
      '1000000',
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-crf',
      '21',
      '-bf',
      '0',
      '-g',
      '50',
      '-pix_fmt',
      'yuv420p',
      '-use_editlist',
      '0',
      '-movflags',
      '+faststart',
      '-fs',
      String(recipe.mostBytes),
      '-f',
      'mp4',
    ],
    output: `file:${recipe.output}`,
  });
