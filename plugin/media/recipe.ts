// How a viewing copy is made, as arguments: pure, so that the same request gives the same recipe and the recipe can be kept.
import type { Effort } from '../domain/duty.js';
import { inSeconds } from './bounds.js';
import { effortOptions } from './effort.js';
import { asTheyLie, buildArguments, pieceWhitelists, whitelists } from './ffmpeg.js';
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

/** Sound at its times: gaps become silence, since players do not agree on them; it ends with the pictures. `input`: which one has it. */
function soundOptions({ part }: Pick<ViewingRecipe, 'part'>, input: number): string[] {
  if (!part.audio) return ['-an'];
  const filters = `aresample=async=1:first_pts=0,apad,atrim=end=${inSeconds(part.durationMicros)}`;
  return ['-map', `${input}:a:0`, '-af', filters, '-c:a', 'aac', '-b:a', '64k', '-ar', '48000', '-flags:a', '+bitexact'];
}

/**
 * Pictures that lean on later ones are not stored in the order in which they are shown, and only an edit list says so; it also hides the 1,024 samples with
 * which AAC begins. Old versions give the last frame no duration, and an edit list would hide it: they make no such pictures and write no list, and sound comes
 * those 21 ms late.
 */
function orderOptions({ part, version }: Pick<ViewingRecipe, 'part' | 'version'>): string[] {
  if (isRenamed(version)) return ['-use_editlist', '1'];
  return ['-use_editlist', '0', ...(part.audio ? ['-avoid_negative_ts', 'disabled'] : [])];
}

const withoutWords = ['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact'];

/** Microseconds throughout: the encoder's time base would otherwise be the guessed frame rate. A key frame every ten seconds at least of 25 frames: whoever jumps waits for so many to be decoded. */
const pictureOptions = ({ version, effort }: Pick<ViewingRecipe, 'version' | 'effort'>, threads: number): string[] => [
  ...(isRenamed(version) ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough']),
  ...['-enc_time_base', '1:1000000', '-video_track_timescale', '1000000'],
  ...['-c:v', 'libx264', ...effortOptions(effort)],
  ...(isRenamed(version) ? ['-bf', '2', '-b_strategy', '0'] : ['-bf', '0']),
  ...['-g', '250', '-threads', String(threads), '-pix_fmt', 'yuv420p'],
];

/** H.264 in the size and frame times of the part, frames hidden by its edit list left out, marks burned in, metadata stripped. */
export const viewingRecipe = (recipe: ViewingRecipe): string[] =>
  buildArguments({
    inputOptions: [...whitelists(recipe.part), ...asTheyLie],
    input: `file:${recipe.input}`,
    filters: [...beforeMarks(recipe.part), ...recipe.marks],
    outputOptions: [
      ...['-map', '0:v:0', ...soundOptions(recipe, 0), ...withoutWords, ...pictureOptions(recipe, recipe.threads), ...orderOptions(recipe)],
      ...['-movflags', '+faststart', '-fs', String(recipe.mostBytes), '-f', 'mp4'],
    ],
    output: `file:${recipe.output}`,
  });

const stemOf = (output: string): string => output.slice(0, output.lastIndexOf('.'));

/** What stands in a piece's arguments until it is known which piece: its number, its span in seconds, and its beginning in microseconds. */
const blank = { number: '@piece@', from: '@from@', to: '@to@', begin: '@begin@' };

export interface Piece {
  /** From 0. */
  number: number;
  /** Microseconds of the part's presentation time. */
  from: number;
  to: number;
}

export const piecesOf = (cuts: readonly number[]): Piece[] => cuts.slice(1).map((to, number) => ({ number, from: cuts[number]!, to }));

export const pieceFile = (output: string, { number }: Piece): string => `${stemOf(output)}-${String(number).padStart(4, '0')}.mp4`;

/**
 * The pictures of one piece of a long part, with blanks where pieces differ. Begun at the key frame, what lies outside is left out by its time; marks read the part's own
 * time, and the piece begins at 0 behind them. One thread: as many pieces are made at once as there are processors, and their number changes no picture.
 */
export const pieceRecipe = (recipe: Omit<ViewingRecipe, 'threads'>): string[] =>
  buildArguments({
    inputOptions: [...whitelists({ ...recipe.part, audio: null }), ...asTheyLie, '-threads', '1', '-seek_timestamp', '1', '-noaccurate_seek', '-ss', blank.from, '-copyts'],
    input: `file:${recipe.input}`,
    filters: [
      { filter: 'trim', options: { start: blank.from, end: blank.to } },
      ...beforeMarks(recipe.part),
      ...recipe.marks,
      { filter: 'settb', options: { expr: '1/1000000' } },
      { filter: 'setpts', options: { expr: `PTS-${blank.begin}` } },
    ],
    outputOptions: [
      ...['-map', '0:v:0', '-an', ...withoutWords, ...pictureOptions(recipe, 1), ...orderOptions({ ...recipe, part: { ...recipe.part, audio: null } })],
      ...['-fs', String(recipe.mostBytes), '-f', 'mp4'],
    ],
    output: `file:${stemOf(recipe.output)}-${blank.number}.mp4`,
  });

export function fillPiece(template: readonly string[], output: string, piece: Piece): string[] {
  const file = pieceFile(output, piece);
  return template.map((argument) =>
    argument
      .replaceAll(`${stemOf(output)}-${blank.number}.mp4`, file)
      .replaceAll(blank.from, inSeconds(piece.from))
      .replaceAll(blank.to, inSeconds(piece.to))
      .replaceAll(blank.begin, String(piece.from)),
  );
}

/** The list from which pieces are joined, and its name. Durations as they were cut, so that no picture's time is added up from others. */
export const pieceList = (output: string, cuts: readonly number[]) => ({
  name: `${stemOf(output)}-pieces.txt`,
  text: `ffconcat version 1.0\n${piecesOf(cuts).map((piece) => `file ${pieceFile(output, piece)}\nduration ${inSeconds(piece.to - piece.from)}\n`).join('')}`,
});

/** Pieces joined, nothing encoded but the sound, which is made in one. */
export const joinRecipe = (recipe: Pick<ViewingRecipe, 'input' | 'output' | 'part' | 'mostBytes' | 'version'>): string[] =>
  buildArguments({
    inputOptions: [...pieceWhitelists, '-f', 'concat', '-safe', '1'],
    input: `file:${stemOf(recipe.output)}-pieces.txt`,
    ...(recipe.part.audio && { beside: { inputOptions: whitelists(recipe.part), input: `file:${recipe.input}` } }),
    filters: [],
    outputOptions: [
      ...['-map', '0:v:0', ...soundOptions(recipe, 1), ...withoutWords, '-c:v', 'copy', '-video_track_timescale', '1000000', ...orderOptions(recipe)],
      ...['-movflags', '+faststart', '-fs', String(recipe.mostBytes), '-f', 'mp4'],
    ],
    output: `file:${recipe.output}`,
  });
