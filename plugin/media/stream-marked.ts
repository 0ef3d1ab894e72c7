// A part with its marks as a stream for eyes alone: a fragmented MP4 that begins while it is made and is never a file.
import path from 'node:path';
import { stat } from 'node:fs/promises';
import { Problem } from '../domain/problem.js';
import { boundsOf, inSeconds, type Within } from './bounds.js';
import { asTheyLie, buildArguments, whitelists, type Filter } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { beforeMarks, isRenamed } from './recipe.js';
import { outputLimit, placeMarks, plainName, type Rendering } from './render.js';
import { streamTool } from './stream-tool.js';
import { timeLimit } from './time-limit.js';
import { countUndecoded, shownOf } from './undecoded.js';
import { watchFrames } from './watch-frames.js';

export interface MarkedStream extends Pick<Rendering, 'input' | 'workFolder' | 'part' | 'times' | 'marks' | 'text' | 'areas'>, Within {
  /** Left out: silent. */
  sound?: boolean;
}

/** A person may stop to look at a picture for so long. */
const stallLimitMs = 5 * 60_000;
/** Frames from one key frame, and so one fragment, to the next. */
const fragmentFrames = '25';
/** Nothing is asked, complaints and the count of frames come on stderr. */
const runArguments = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'error', '-progress', 'pipe:2'];

function argumentsFor(stream: MarkedStream, input: string, marks: readonly Filter[], version: string): string[] {
  const { part, sound } = stream;
  const { begin, end } = boundsOf(part, stream);
  const filters: Filter[] = [...beforeMarks(part), ...marks];
  // The clock mark reads the part's own time, so what is shown begins at 0 only behind it.
  if (begin !== null) filters.push({ filter: 'setpts', options: { expr: `PTS-${inSeconds(begin)}/TB` } });
  const soundOptions =
    sound && part.audio
      ? ['-map', '0:a:0', ...(begin === null ? [] : ['-af', `asetpts=PTS-${inSeconds(begin)}/TB`]), '-c:a', 'aac', '-b:a', '64k', '-ar', '48000']
      : ['-an'];
  return buildArguments({
    inputOptions: [
      ...whitelists(part),
      ...asTheyLie,
      ...(begin === null ? [] : ['-ss', inSeconds(begin)]),
      ...(end === null ? [] : ['-to', inSeconds(end)]),
      ...(begin === null && end === null ? [] : ['-copyts']),
    ],
    input: `file:${input}`,
    filters,
    outputOptions: [
      ...['-map', '0:v:0', ...soundOptions, '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
      ...(isRenamed(version) ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough']),
      ...['-enc_time_base', '1:1000000', '-video_track_timescale', '1000000'],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-bf', '0', '-g', fragmentFrames, '-pix_fmt', 'yuv420p'],
      ...['-use_editlist', '0', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-flush_packets', '1', '-f', 'mp4'],
    ],
    output: 'pipe:1',
  });
}

/**
 * The marked pictures while they are rendered. Ends well only where all of the part came out that can be decoded; else Problem `render-failed`, also after bytes have
 * been given: whoever passes them on breaks off. ffmpeg is dead when the reader goes away or `signal` tells it. The work files keep people's text
 * until the folder is wiped. Problem `span-invalid`.
 */
export async function* streamMarked(tools: Tools, stream: MarkedStream, signal: AbortSignal): AsyncGenerator<Buffer> {
  const { workFolder, part, from, to } = stream;
  const input = path.basename(stream.input);
  if (path.resolve(workFolder, input) !== path.resolve(stream.input) || !plainName.test(input))
    throw new Problem('internal', 'A part is rendered in the work folder alone.');
  const marks = await placeMarks(path.parse(input).name, stream);
  const args = [...runArguments, ...argumentsFor(stream, input, marks, tools.version)];
  const mostBytes = outputLimit(part, (await stat(stream.input)).size);
  const limits = { timeLimitMs: timeLimit(part), stallLimitMs, cwd: workFolder, signal, mostBytes };
  const watch = watchFrames();
  yield* streamTool(tools.fence, tools.ffmpeg, args, limits, { onComplaint: watch.hear });
  // ffmpeg ends well also where it left out what it could not decode.
  const isWhole = from === undefined && to === undefined;
  const shown = watch.frames();
  if (!isWhole && shown > 0) return;
  if (isWhole && shown === shownOf(part) - (await countUndecoded(tools, { input: stream.input, part, signal }, shown))) return;
  throw new Problem('render-failed', `What was shown is not the whole part: ${shown} of ${shownOf(part)} frames came out.`);
}
