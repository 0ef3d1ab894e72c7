// How a play is made of Matroska on standard input, as arguments: pure.
import type { AudioCodec } from '../domain/vms.js';
import { asTheyLie, buildArguments, whitelists, type Filter } from './ffmpeg.js';
import { fromZero, onlyAt, onlyShown } from './play-time.js';
import { isRenamed } from './recipe.js';

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

export interface PlayRecipe {
  /** RFC 6381, or `mjpeg`. */
  codec: string;
  /** Null: silent. */
  sound: { codec: AudioCodec } | null;
  /** In which everything is shown, also what comes in another one later. */
  size: Size;
  marks: readonly Filter[];
  /** First line of `ffmpeg -version`. */
  version: string;
}

/** Nothing is asked; complaints, and the count of frames where it is wanted, come on stderr. */
const runArguments = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'error'];
/** Frames from one key frame to the next, and microseconds from one piece to the next: whoever waits for the first pictures waits for so much. */
const [groupFrames, pieceMicros] = ['25', '250000'];
/** Sound that comes late keeps pictures waiting for so long, microseconds. */
const soundWait = '1000000';

/**
 * Times are kept as they are, for filters and marks live by them; the filters are not begun anew where pictures of another size come, for
 * they would begin at 0 again; nothing is read to guess a rate; a decoder of many threads would hold as many pictures back.
 */
const inputOptions = ({ codec, sound }: PlayRecipe): string[] => [
  ...whitelists({ container: 'mkv', codec, audio: sound }, 'pipe'),
  ...asTheyLie,
  ...['-threads', '1', '-fpsprobesize', '0', '-reinit_filter', '0', '-copyts', '-f', 'matroska'],
];

const build = (recipe: PlayRecipe, filters: readonly Filter[], outputOptions: readonly string[]): string[] => [
  ...runArguments,
  ...buildArguments({ inputOptions: inputOptions(recipe), input: 'pipe:0', filters, outputOptions, output: 'pipe:1' }),
];

const scale = ({ width, height }: Size, ranges: Readonly<Record<string, string>> = {}): Filter => ({
  filter: 'scale',
  options: { w: width, h: height, ...ranges },
});
const format = (name: string): Filter => ({ filter: 'format', options: { pix_fmts: name } });

const plainOutput = ['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'];
const everyFrame = ({ version }: PlayRecipe): string[] => (isRenamed(version) ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough']);

/** Gaps become silence, since players do not agree on them; sound that begins late begins with it. */
const soundOptions = ({ sound }: PlayRecipe): string[] =>
  sound
    ? [
        '-map',
        '0:a:0',
        '-af',
        'aresample=async=1:first_pts=0',
        '-c:a',
        'aac',
        '-b:a',
        '64k',
        '-ar',
        '48000',
        '-max_interleave_delta',
        soundWait,
      ]
    : ['-an'];

/** Fragmented MP4 that can be played while it comes: H.264, AAC; pictures at their times. */
export const clipRecipe = (recipe: PlayRecipe): string[] => [
  '-progress',
  'pipe:2',
  ...build(
    recipe,
    [
      onlyShown,
      // JPEG has the full range of values (JFIF), H.264 for players the narrow one.
      scale(recipe.size, recipe.codec === 'mjpeg' ? { in_range: 'full', out_range: 'limited' } : {}),
      format('yuv420p'),
      ...recipe.marks,
      fromZero,
    ],
    [
      ...['-map', '0:v:0', ...soundOptions(recipe), ...plainOutput, ...everyFrame(recipe)],
      ...['-enc_time_base', '1:1000000', '-video_track_timescale', '1000000'],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-bf', '0', '-g', groupFrames, '-rc-lookahead', '3', '-threads:v', '2'],
      // Sound begins with 1,024 samples of the encoder's own; moved behind 0 they would take the pictures with them.
      ...['-use_editlist', '0', '-avoid_negative_ts', 'disabled'],
      ...['-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-frag_duration', pieceMicros, '-flush_packets', '1', '-f', 'mp4'],
    ],
  ),
];

const jpegFilters = (recipe: PlayRecipe): Filter[] => [scale(recipe.size, { out_range: 'full' }), format('yuvj420p'), ...recipe.marks];
/**
 * Tables of each picture's own, though that costs a fifth more: with the standard ones, which cameras use, a plain area comes out in the very
 * bytes of the original, and whoever compares them finds a piece of it in the marked copy.
 */
const jpegOptions = (quality: string): string[] => [
  ...['-map', '0:v:0', '-an', ...plainOutput],
  ...['-c:v', 'mjpeg', '-huffman', 'optimal', '-q:v', quality, '-threads:v', '1'],
];

/** Every picture shown as a JPEG, in parts that tell their length. */
export const picturesRecipe = (recipe: PlayRecipe): string[] =>
  build(
    recipe,
    [onlyShown, ...jpegFilters(recipe)],
    [...jpegOptions('5'), ...everyFrame(recipe), '-enc_time_base', '1:1000000', '-flush_packets', '1', '-f', 'mpjpeg'],
  );

/** The picture that bears this time, as one JPEG. */
export const stillRecipe = (recipe: PlayRecipe, micros: number): string[] =>
  build(recipe, [onlyAt(micros), ...jpegFilters(recipe)], [...jpegOptions('3'), '-frames:v', '1', '-f', 'image2pipe']);
