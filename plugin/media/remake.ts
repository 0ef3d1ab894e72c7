// A viewing copy made again by the recipe that a manifest names. The recipe comes from outside, signed or not: it is run only where it is, word
// for word, one that this program itself could have written for this part; ffmpeg's language could else read and write what it likes.
import { symlink, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Recipe, RecipeFile } from '../domain/artifact.js';
import { copySounds, efforts, marks } from '../domain/duty.js';
import type { MaskArea } from '../domain/mask-area.js';
import { Problem } from '../domain/problem.js';
import { areCuts } from './cut-points.js';
import type { Filter } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { findFont, fontSum } from './font.js';
import { drawAreas } from './masks/draw-areas.js';
import { isRunning, layMarks } from './marks/lay-marks.js';
import { copiedSize, joinRecipe, pieceRecipe, viewingRecipe } from './recipe.js';
import { renderPieces } from './render-pieces.js';
import { heardPart, outputLimit } from './render.js';
import { runArguments, runFfmpeg } from './run-ffmpeg.js';
import { timeLimit } from './time-limit.js';
import type { Part } from './write-part.js';

export type Cannot = 'recipe-unknown' | 'other-ffmpeg' | 'other-font' | 'render-failed';

/** What the parts of a recipe are that differ from copy to copy. */
export interface ReadRecipe {
  /** Plain names in the work folder. */
  input: string;
  output: string;
  arguments: readonly string[];
  beside: readonly RecipeFile[];
  /** Has the copy sound? */
  hasSound: boolean;
  /** Of a long part. */
  pieces?: { template: readonly string[]; cuts: readonly number[] };
}

const drawn = /^(?:fontfile|textfile|expansion|fontsize|fontcolor|box|boxcolor|boxborderw|shadowcolor|shadowx|shadowy|line_spacing|x|y)=[A-Za-z0-9_.@+*/()#-]+$/;
/** Of one graph: a mark that never changes is drawn on white and on black. */
const mostDrawn = 5;
const after = (args: readonly string[], name: string): string | undefined => args[args.indexOf(name) + 1];

/** The font by its sum, and the text of a mark: whatever draws letters is given no font from outside. */
const isBeside = (file: RecipeFile, stem: string): boolean =>
  'text' in file ? marks.some((mark) => file.name === `${stem}-${mark}.txt`) : file.name === `${stem}-font.ttf`;

/** The filter graph; null where there is none. */
const graphOf = (args: readonly string[]): string | null => (args.includes('-filter:v') ? after(args, '-filter:v')! : null);

/** Options of a filter that draws a mark from files that the recipe brings along; null where it is anything else. */
function readDrawtext(text: string, names: ReadonlySet<string>): Filter | null {
  const [, options = ''] = /^drawtext=(.+)$/.exec(text) ?? [];
  const files = [...options.matchAll(/(fontfile|textfile)=([^:]*)/g)].map(([, kind, name]) => names.has(name!) && name!.endsWith(kind === 'fontfile' ? '.ttf' : '.txt'));
  if (!options.split(':').every((option) => drawn.test(option)) || files.length !== 2 || files.includes(false)) return null;
  return { filter: 'drawtext', options: Object.fromEntries(options.split(':').map((option) => [option.slice(0, option.indexOf('=')), option.slice(option.indexOf('=') + 1)])) };
}

/** The marks of this graph as they would be laid; null where a filter that draws is not one of ours. */
function marksIn(graph: string | null, names: ReadonlySet<string>, part: Part): Filter[] | null {
  const filters = (graph?.match(/drawtext=[^,[]*/g) ?? []).map((text) => readDrawtext(text, names));
  const known = filters.filter((one) => one !== null);
  if (known.length !== filters.length || known.length > mostDrawn) return null;
  const running = known.filter(isRunning);
  const still = known.slice(0, (known.length - running.length) / 2);
  return layMarks([...still, ...running], copiedSize(part));
}

/** null where the recipe is not one of ours for this part. `parentBytes`: of the part's file; `areas`: what the manifest says is hidden. */
export function readViewingRecipe(recipe: Recipe, part: Part, parentBytes: number, areas: readonly MaskArea[] = []): ReadRecipe | null {
  const args = recipe.arguments.slice(runArguments.length);
  const pictures = recipe.pieces ? recipe.pieces.arguments.slice(runArguments.length) : args;
  const [input, output] = [after(pictures, '-i'), args.at(-1)].map((name) => /^file:(.+)$/.exec(name ?? '')?.[1] ?? '') as [string, string];
  const [threads, mostBytes] = [Number(after(pictures, '-threads')), Number(after(args, '-fs'))];
  const beside = recipe.beside ?? [];
  const names = beside.map(({ name }) => name);
  // The names that the gate gives (a part is opened under 01): else a piece could be written over the part, or what was handed over not be put beside the copy.
  const stem = '01';
  const areOurs =
    input === `${stem}.${part.container}` && output === `${stem}-viewing.mp4` && new Set(names).size === names.length && beside.every((file) => isBeside(file, stem));
  const isBounded = Number.isInteger(threads) && threads >= 1 && threads <= 16 && mostBytes === outputLimit(part, parentBytes);
  if (recipe.tool !== 'ffmpeg' || !areOurs || !isBounded || (recipe.pieces && !areCuts(recipe.pieces.cuts, part))) return null;
  const said = [recipe.arguments, recipe.pieces?.arguments ?? []];
  const laid = marksIn(graphOf(pictures), new Set(names), part);
  if (!laid) return null;
  for (const heard of copySounds.map((sound) => heardPart(part, sound)))
    for (const effort of efforts) {
      const ours = { input, output, part: heard, marks: [...drawAreas(areas, part), ...laid], mostBytes, effort, version: recipe.version };
      const written = recipe.pieces ? [joinRecipe(ours), pieceRecipe(ours)] : [viewingRecipe({ ...ours, threads })];
      if (isSame(said, written.map((one) => [...runArguments, ...one])))
        return { input, output, arguments: args, beside, hasSound: heard.audio !== null, ...(recipe.pieces && { pieces: { template: pictures, cuts: recipe.pieces.cuts } }) };
    }
  return null;
}

const isSame = (said: readonly (readonly string[])[], written: readonly (readonly string[])[]): boolean =>
  said.every((list, at) => list.length === (written[at]?.length ?? 0) && list.every((one, i) => one === written[at]![i]));

/** Puts the files beside the part; false where one is a font that is not ours. */
async function placeBeside(folder: string, beside: readonly RecipeFile[]): Promise<boolean> {
  for (const file of beside) {
    const place = path.join(folder, file.name);
    if ('text' in file) await writeFile(place, file.text, { mode: 0o600, flag: 'wx' });
    else if (file.sha256 === (await fontSum())) await symlink(findFont(), place);
    else return false;
  }
  return true;
}

export interface Remake {
  recipe: Recipe;
  part: Part;
  /** Private, with the parent in it under the name that the recipe reads. */
  folder: string;
  read: ReadRecipe;
  signal?: AbortSignal;
}

/** Path of what came out, or why nothing could. */
export async function remakeViewing(
  tools: Tools,
  { recipe, part, folder, read, signal }: Remake,
): Promise<{ output: string } | { cannot: Cannot }> {
  if (recipe.version !== tools.version) return { cannot: 'other-ffmpeg' };
  if (!(await placeBeside(folder, read.beside))) return { cannot: 'other-font' };
  const mostBytes = outputLimit(part, (await stat(path.join(folder, read.input))).size) + 1024 ** 2;
  try {
    const limits = { timeLimitMs: timeLimit(part), cwd: folder, mostBytes, signal };
    if (read.pieces) await renderPieces(tools, { ...read.pieces, join: read.arguments, output: read.output }, limits);
    else await runFfmpeg(tools, read.arguments, { ...limits, wantedMicros: part.durationMicros });
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === 'render-failed' && !signal?.aborted) return { cannot: 'render-failed' };
    throw thrown;
  }
  return { output: path.join(folder, read.output) };
}
