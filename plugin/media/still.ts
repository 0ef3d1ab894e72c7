// One frame of a part, marked, as JPEG: for the person who reads the clock in the picture.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Edge } from '../domain/audit-event.js';
import { Problem } from '../domain/problem.js';
import { boundsOf, inSeconds, type Within } from './bounds.js';
import { asTheyLie, buildArguments, whitelists } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { beforeMarks } from './recipe.js';
import { placeMarks, plainName, type Rendering } from './render.js';
import { runFfmpeg } from './run-ffmpeg.js';
import type { Part } from './write-part.js';

const timeLimitMs = 60_000;
const mostBytes = 32 * 1024 ** 2;
/** The last frame is looked for from here on, microseconds before it, or before the end that is asked for: a slow camera has no frame there. */
const LOOK_BACK = 1_000_000;
const LONG_LOOK_BACK = 10_000_000;

/** The first or the last frame that is shown, of the part or of what is asked for of it. Problems `render-failed`, `span-invalid`. */
export async function renderStill(tools: Tools, rendering: Rendering & Within & { edge: Edge }): Promise<Buffer> {
  const { workFolder, part, edge } = rendering;
  const input = path.basename(rendering.input);
  if (path.resolve(workFolder, input) !== path.resolve(rendering.input) || !plainName.test(input))
    throw new Problem('internal', 'A part is rendered in the work folder alone.');
  const stem = path.parse(input).name;
  const output = `${stem}-${edge}.jpg`;
  const args = buildArguments({
    // The times of the file are kept: the clock mark reads them.
    inputOptions: [...whitelists(part), ...asTheyLie, ...seek(rendering)],
    input: `file:${input}`,
    // What is blurred is cut out by pairs of pixels: a side of an odd length gets one more.
    filters: [...(hasBlur(rendering) ? beforeMarks({ ...part, codec: 'avc1' }) : []), ...(await placeMarks(stem, rendering))],
    // Each frame is written over the one before, so that the last one stays.
    outputOptions: [
      '-map',
      '0:v:0',
      '-an',
      '-sn',
      '-dn',
      ...(edge === 'first' ? ['-frames:v', '1'] : []),
      '-update',
      '1',
      '-q:v',
      '3',
      '-f',
      'image2',
    ],
    output: `file:${output}`,
  });
  await runFfmpeg(tools, args, { timeLimitMs, cwd: workFolder, signal: rendering.signal, mostBytes, wantedMicros: part.durationMicros });
  const still = await readFile(path.join(workFolder, output)).catch(() => null);
  if (!still || still.length === 0) throw new Problem('render-failed', 'No picture came of the footage.');
  return still;
}

const hasBlur = ({ areas = [] }: Rendering): boolean => areas.some(({ style }) => style === 'blur');

/** Decoding begins at the key frame before. */
function seek({ part, edge, from, to }: Within & { part: Part; edge: Edge }): string[] {
  const { begin, end } = boundsOf(part, { from, to });
  const searched = end === null ? part.lastUtcMicros - part.firstUtcMicros - LOOK_BACK : end - LONG_LOOK_BACK;
  const start = edge === 'first' ? (begin ?? 0) : Math.max(begin ?? 0, searched);
  const until = end !== null ? ['-to', inSeconds(end)] : [];
  return start > 0 || until.length > 0 ? ['-ss', inSeconds(Math.max(0, start)), ...until, '-copyts'] : [];
}
