// An excerpt cut again: from the sealed file and its two lists, which whoever keeps them hands over beside the package.
import fs from 'node:fs';
import path from 'node:path';
import type { Manifest } from '../evidence/manifest-schema.js';
import type { Source } from '../evidence/source.js';
import { compareFrames } from '../media/compare-frames.js';
import { cutPart } from '../media/excerpt.js';
import type { UnitLine } from '../media/mux-parts.js';
import { timeLimit } from '../media/time-limit.js';
import { factsIn, factsOf } from './read-facts.js';
import { unitsByPart } from './read-units.js';
import { isSame, unpack, type Listed, type ReproduceParts, type Told } from './reproduced.js';

const mostListBytes = 64 * 1024 * 1024;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** `parents`: SHA-256 → path of a file that was handed over. `folder` is wiped by the caller. */
export async function recut(
  { tools, signal }: ReproduceParts,
  manifest: Manifest,
  source: Source,
  file: Listed,
  parents: ReadonlyMap<string, string>,
  folder: string,
): Promise<Told> {
  const { recipe, sealedParent } = file;
  if (!recipe || !sealedParent) return { outcome: 'cannot', why: 'recipe-missing' };
  const [verb, , from, , to, original] = recipe.arguments;
  const isOurs =
    recipe.tool === 'exportgate' &&
    verb === 'excerpt' &&
    instant.test(from ?? '') &&
    instant.test(to ?? '') &&
    original === sealedParent.path;
  if (!isOurs) return { outcome: 'cannot', why: 'recipe-unknown' };
  const sealed = sealedLists(manifest, file);
  const [movie, units, coverage] = [sealedParent, sealed.units, sealed.coverage].map((it) => it && parents.get(it.sha256));
  if (!movie || !units || !coverage || fs.statSync(coverage).size > mostListBytes) return { outcome: 'cannot', why: 'parent-sealed' };
  // What was handed over is copied and weighed first: the cut reads files that nobody else can change meanwhile.
  const input = path.join(folder, `01${path.extname(original!)}`);
  if (!(await unpack(fs.createReadStream(movie), input, sealedParent))) return { outcome: 'cannot', why: 'parent-changed' };
  const part = factsIn(await fs.promises.readFile(coverage), original!);
  if (!part) return { outcome: 'cannot', why: 'recipe-unknown' };
  const lines = await linesOf(units, part.part);
  const made = await cutAgain({ input, part, units: lines, span: { from: from!, to: to! } }, folder);
  for (const output of made) if (await isSame(output, file)) return { outcome: 'same-bytes' };
  return compareWith(made);

  async function compareWith(outputs: readonly string[]): Promise<Told> {
    // Parts that one cut gave stand in the package in their order.
    const brothers = manifest.files.filter((each) => each.role === 'excerpt' && JSON.stringify(each.recipe) === JSON.stringify(recipe));
    const output = outputs[brothers.indexOf(file)];
    const facts = await factsOf(source, file.path);
    if (output === undefined || !facts) return { outcome: 'differs', track: 'picture', frame: 0 };
    const handed = path.join(folder, `handed-over${path.extname(file.path)}`);
    if (!(await unpack(source.read(file.path), handed, file))) return { outcome: 'cannot', why: 'parent-changed' };
    const difference = await compareFrames(tools, [handed, output], facts, timeLimit(facts), signal);
    return difference ? { outcome: 'differs', ...difference } : { outcome: 'same-pictures' };
  }
}

/** The sealed lists of the camera of this excerpt. */
function sealedLists({ files }: Manifest, { path: excerpt }: Listed) {
  const of = (name: string) => files.find((each) => each.path === `${path.posix.dirname(excerpt)}/${name}`)?.sealedParent;
  return { units: of('units.ndjson'), coverage: of('coverage.json') };
}

async function linesOf(file: string, number: number): Promise<UnitLine[]> {
  const pieces = fs.createReadStream(file) as AsyncIterable<Buffer>;
  for await (const { units } of unitsByPart(pieces, (part) => part === number)) return units;
  return [];
}

/** Paths of what one cut gives, in order. */
async function cutAgain(cut: Pick<Parameters<typeof cutPart>[0], 'input' | 'part' | 'units' | 'span'>, folder: string): Promise<string[]> {
  const made: string[] = [];
  let open: fs.promises.FileHandle | null = null;
  try {
    await cutPart({
      ...cut,
      open: async (number, container) => {
        made.push(path.join(folder, `cut-${number}.${container}`));
        const handle = (open = await fs.promises.open(made.at(-1)!, 'wx', 0o600));
        return { write: async (data, position) => void (await handle.write(data, 0, data.length, position)) };
      },
      onUnit: () => undefined,
      onPart: async () => {
        await open!.close();
        open = null;
      },
    });
    return made;
  } finally {
    await (open as fs.promises.FileHandle | null)?.close();
  }
}
