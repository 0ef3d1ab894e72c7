// The viewing copy of one part: marks written, recipe run, output probed before it counts.
import { readFile, symlink, writeFile, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Recipe, RecipeFile } from '../domain/artifact.js';
import type { CopySound, Effort, Mark } from '../domain/duty.js';
import type { MaskArea } from '../domain/mask-area.js';
import { Problem } from '../domain/problem.js';
import { cutPoints } from './cut-points.js';
import type { Filter, Readable } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { findFont, fontSum } from './font.js';
import { inDrawingOrder, markMakers } from './marks/index.js';
import { layMarks } from './marks/lay-marks.js';
import type { MarkText, Scene } from './marks/mark.js';
import { drawAreas } from './masks/draw-areas.js';
import { lastShown, probe } from './probe.js';
import type { Probed } from './probe.js';
import { copiedSize, joinRecipe, pieceRecipe, viewingRecipe } from './recipe.js';
import { renderPieces } from './render-pieces.js';
import { timeLimit } from './time-limit.js';
import { countUndecoded, shownOf } from './undecoded.js';
import { runArguments, runFfmpeg } from './run-ffmpeg.js';
import type { Part } from './write-part.js';

export interface Rendering {
  /** The part's file, inside `workFolder`, with a plain name like `01.mp4`. */
  input: string;
  workFolder: string;
  part: Part;
  /** Are the part's times the recorder's own, or only counted on from what was asked? */
  times: 'proven' | 'asserted';
  marks: readonly Mark[];
  text: MarkText;
  /** Left out: kept. */
  sound?: CopySound;
  /** Left out: `balance`. */
  effort?: Effort;
  /** What is hidden of the camera's picture; left out: nothing. */
  areas?: readonly MaskArea[];
  /** Pieces of a long part that are made at once; left out: one for each processor. */
  workers?: number;
  /** 0 to 100, never going back. */
  onProgress?: (percent: number) => void;
  signal?: AbortSignal;
}

export const plainName = /^[a-z0-9][a-z0-9-]{0,40}\.(mp4|mov|mkv)$/;

/** Far above what the encoder's quality needs: 40 Mbit/s, and four times the original. */
export const outputLimit = (part: Part, inputBytes: number): number => Math.ceil(64 * 1024 ** 2 + part.durationMicros * 5 + inputBytes * 4);

/** The part as a copy of it is heard. */
export const heardPart = (part: Part, sound: CopySound): Part => (sound === 'muted' ? { ...part, audio: null } : part);

/** As many as x264 takes by itself, within what any machine can run. */
const encoderThreads = (): number => Math.min(16, Math.ceil(availableParallelism() * 1.5));

/** What `placeMarks` put there: the font by its sum, texts as they are. They stand in the picture for all to read. */
async function besideOf(stem: string, { workFolder, marks }: Pick<Rendering, 'workFolder' | 'marks'>): Promise<RecipeFile[]> {
  if (marks.length === 0) return [];
  const texts = marks.map(async (mark) => ({
    name: `${stem}-${mark}.txt`,
    text: await readFile(path.join(workFolder, `${stem}-${mark}.txt`), 'utf8'),
  }));
  return [{ name: `${stem}-font.ttf`, sha256: await fontSum() }, ...(await Promise.all(texts))];
}

/** Writes each mark's text beside the part and tells the filters that read them, behind those that hide areas: what is masked is masked wherever marks are. */
export async function placeMarks(
  stem: string,
  {
    workFolder,
    part,
    times,
    marks,
    text,
    areas = [],
  }: Pick<Rendering, 'workFolder' | 'times' | 'marks' | 'text' | 'areas'> & {
    part: Pick<Part, 'width' | 'height' | 'firstUtcMicros'> & { spread?: number };
  },
): Promise<Filter[]> {
  const scene: Scene = { width: part.width, height: part.height, firstUtcMicros: part.firstUtcMicros, times, text };
  const font = `${stem}-font.ttf`;
  await rm(path.join(workFolder, font), { force: true });
  await symlink(findFont(), path.join(workFolder, font));
  const placed: Filter[] = drawAreas(areas, part);
  for (const mark of inDrawingOrder(marks)) {
    const file = `${stem}-${mark}.txt`;
    await writeFile(path.join(workFolder, file), markMakers[mark].write(scene), { mode: 0o600 });
    placed.push(markMakers[mark].filter(scene, { font, text: file }));
  }
  return placed;
}

/** What hides areas, as it is; marks that never change as one layer. */
function laidMarks(placed: readonly Filter[], { marks, part }: Pick<Rendering, 'marks' | 'part'>): Filter[] {
  const hidden = placed.length - marks.length;
  return [...placed.slice(0, hidden), ...layMarks(placed.slice(hidden), copiedSize(part))];
}

/** Problem `render-failed`: the output is not the whole part, less what cannot be decoded, and nothing but it. */
function accept(found: Probed, last: number | null, part: Part, undecoded: number): void {
  const frames = shownOf(part) - undecoded;
  const size = copiedSize(part);
  const interval = part.durationMicros - (part.lastUtcMicros - part.firstUtcMicros);
  const whole =
    found.streams === (part.audio ? 2 : 1) &&
    found.codec === 'h264' &&
    found.audio === (part.audio ? 'aac' : null) &&
    found.frames === frames &&
    frames > 0 &&
    found.width === size.width &&
    found.height === size.height &&
    last !== null &&
    Math.abs(last + interval - part.durationMicros) <= interval * (1 + undecoded) + 1000;
  if (whole) return;
  throw new Problem('render-failed', `The viewing copy is not the whole part: ${found.frames} of ${frames} frames came out.`, {
    cause: new Error(JSON.stringify({ found, last, part })),
  });
}

/**
 * Renders a part with its marks: same size (a side of an odd length one pixel longer), same frame times, the asked frames exactly, but for `undecoded` of them. `output` lies in `workFolder`. The work
 * files keep people's text until the folder is wiped. Problem `render-failed`.
 */
export async function renderViewing(tools: Tools, rendering: Rendering): Promise<{ output: string; recipe: Recipe; undecoded: number }> {
  const { workFolder, signal, effort = 'balance' } = rendering;
  const part = heardPart(rendering.part, rendering.sound ?? 'kept');
  const input = path.basename(rendering.input);
  if (path.resolve(workFolder, input) !== path.resolve(rendering.input) || !plainName.test(input))
    throw new Problem('internal', 'A part is rendered in the work folder alone.');
  const stem = path.parse(input).name;
  const output = `${stem}-viewing.mp4`;
  const mostBytes = outputLimit(part, (await stat(rendering.input)).size);
  const marks = laidMarks(await placeMarks(stem, rendering), rendering);
  const recipe = { input, output, part, marks, mostBytes, effort, version: tools.version };
  const limits = { timeLimitMs: timeLimit(part), cwd: workFolder, signal, mostBytes: mostBytes + 1024 ** 2 };
  const cuts = await cutPoints(tools, rendering);
  const isLong = cuts.length > 2;
  const args = isLong ? joinRecipe(recipe) : viewingRecipe({ ...recipe, threads: encoderThreads() });
  const template = pieceRecipe(recipe);
  const { onProgress, workers } = rendering;
  if (isLong) await renderPieces(tools, { template, join: args, output, cuts, workers, onProgress }, limits);
  else await runFfmpeg(tools, args, { ...limits, wantedMicros: part.durationMicros, onProgress });
  const copied: Readable = { container: 'mp4', codec: 'avc1', audio: part.audio && { codec: 'aac' } };
  const found = await probe(tools, path.join(workFolder, output), copied, signal);
  const last = await lastShown(tools, path.join(workFolder, output), copied, signal);
  const undecoded = await countUndecoded(tools, rendering, found.frames);
  accept(found, last, part, undecoded);
  return {
    output: path.join(workFolder, output),
    undecoded,
    recipe: {
      tool: 'ffmpeg',
      version: tools.version,
      arguments: [...runArguments, ...args],
      beside: await besideOf(stem, rendering),
      ...(isLong && { pieces: { arguments: [...runArguments, ...template], cuts } }),
    },
  };
}
