// A viewing copy made again by the recipe that a manifest names. The recipe comes from outside, signed or not: it is run only where it is, word
// for word, one that this program itself could have written for this part; ffmpeg's language could else read and write what it likes.
import { symlink, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Recipe, RecipeFile } from '../domain/artifact.js';
import { copySounds, efforts } from '../domain/duty.js';
import type { MaskArea } from '../domain/mask-area.js';
import { Problem } from '../domain/problem.js';
import { buildArguments } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { findFont, fontSum } from './font.js';
import { drawAreas } from './masks/draw-areas.js';
import { beforeMarks, viewingRecipe } from './recipe.js';
import { heardPart, outputLimit, plainName } from './render.js';
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
}

const besideName = /^[a-z0-9][a-z0-9-]{0,40}\.(txt|ttf)$/;
const drawn = /^(?:fontfile|textfile|expansion|fontsize|fontcolor|box|boxcolor|boxborderw|shadowcolor|shadowx|shadowy|line_spacing|x|y)=[A-Za-z0-9_.@+*/()#-]+$/;
const after = (args: readonly string[], name: string): string | undefined => args[args.indexOf(name) + 1];

/** The filter graph; null where there is none. */
const graphOf = (args: readonly string[]): string | null => (args.includes('-filter:v') ? after(args, '-filter:v')! : null);

/** What of a graph draws the marks of this part: what stands behind the filters that come before them. null where those are not there. */
function marksIn(graph: string | null, part: Part, areas: readonly MaskArea[]): string[] | null {
  const before = graphOf(buildArguments({ inputOptions: [], input: '-', filters: [...beforeMarks(part), ...drawAreas(areas, part)], outputOptions: [], output: '-' }));
  if (graph === before) return [];
  if (graph === null || (before !== null && !graph.startsWith(`${before},`))) return null;
  return graph.slice(before === null ? 0 : before.length + 1).split(',');
}

/** Does each of these filters draw a mark, from files that the recipe brings along, and nothing else? */
function drawMarks(filters: readonly string[], names: ReadonlySet<string>): boolean {
  return filters.every((filter) => {
    const [, options] = /^drawtext=(.+)$/.exec(filter) ?? [];
    const files = [...(options ?? '').matchAll(/(?:fontfile|textfile)=([^:]*)/g)].map(([, name]) => name!);
    return (
      options !== undefined &&
      options.split(':').every((option) => drawn.test(option)) &&
      files.length === 2 &&
      files.every((name) => names.has(name))
    );
  });
}

/** null where the recipe is not one of ours for this part. `parentBytes`: of the part's file; `areas`: what the manifest says is hidden. */
export function readViewingRecipe(recipe: Recipe, part: Part, parentBytes: number, areas: readonly MaskArea[] = []): ReadRecipe | null {
  const args = recipe.arguments.slice(runArguments.length);
  const [input, output] = [after(args, '-i'), args.at(-1)].map((name) => /^file:(.+)$/.exec(name ?? '')?.[1] ?? '') as [string, string];
  const [threads, mostBytes] = [Number(after(args, '-threads')), Number(after(args, '-fs'))];
  const beside = recipe.beside ?? [];
  const names = beside.map(({ name }) => name);
  const graph = graphOf(args);
  const marks = marksIn(graph, part, areas);
  const arePlain = plainName.test(input) && plainName.test(output) && names.every((name) => besideName.test(name));
  const areApart = new Set([input, output, ...names]).size === names.length + 2;
  const isBounded = Number.isInteger(threads) && threads >= 1 && threads <= 16 && mostBytes === outputLimit(part, parentBytes);
  if (recipe.tool !== 'ffmpeg' || !arePlain || !areApart || !isBounded || !marks || !drawMarks(marks, new Set(names)))
    return null;
  // All but what is drawn: exactly what would be written today.
  const any = graph === null ? [] : [{ filter: 'drawtext', options: { x: 0 } }];
  for (const heard of copySounds.map((sound) => heardPart(part, sound)))
    for (const effort of efforts) {
      const ours = [...runArguments, ...viewingRecipe({ input, output, part: heard, marks: any, mostBytes, effort, threads, version: recipe.version })];
      if (graph !== null && ours.includes('-filter:v')) ours[ours.indexOf('-filter:v') + 1] = graph;
      if (ours.length === recipe.arguments.length && ours.every((one, at) => one === recipe.arguments[at]))
        return { input, output, arguments: args, beside, hasSound: heard.audio !== null };
    }
  return null;
}

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
    await runFfmpeg(tools, read.arguments, {
      timeLimitMs: timeLimit(part),
      cwd: folder,
      mostBytes,
      signal,
      wantedMicros: part.durationMicros,
    });
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === 'render-failed' && !signal?.aborted) return { cannot: 'render-failed' };
    throw thrown;
  }
  return { output: path.join(folder, read.output) };
}
