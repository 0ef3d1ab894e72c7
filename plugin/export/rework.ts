// A working copy made again from its parent: by our own writer where nothing was encoded.
import fs from 'node:fs';
import path from 'node:path';
import type { Manifest } from '../evidence/manifest-schema.js';
import type { Source } from '../evidence/source.js';
import { compareFrames } from '../media/compare-frames.js';
import { remuxPictures } from '../media/remux.js';
import { timeLimit } from '../media/time-limit.js';
import { factsOf } from './read-facts.js';
import { unitsOf } from './read-units.js';
import { isSame, unpack, type Listed, type ReproduceParts, type Told } from './reproduced.js';

/** `folder` is wiped by the caller. The package was found intact. */
export async function rework({ tools, signal }: ReproduceParts, manifest: Manifest, source: Source, file: Listed, folder: string): Promise<Told> {
  const { recipe } = file;
  const parent = manifest.files.find(({ path: name }) => name === file.parent);
  if (!recipe || !parent) return { outcome: 'cannot', why: 'recipe-missing' };
  const part = await factsOf(source, parent.path);
  const list = `${path.posix.dirname(parent.path)}/units.ndjson`;
  const isOurs = recipe.tool === 'exportgate' && recipe.arguments.length === 2 && recipe.arguments[0] === 'working' && recipe.arguments[1] === parent.path;
  if (!isOurs || part?.container !== 'mov' || !source.files.has(list)) return { outcome: 'cannot', why: 'recipe-unknown' };
  const [input, output, handed] = ['01.mov', 'made.mp4', 'handed-over.mp4'].map((name) => path.join(folder, name)) as [string, string, string];
  if (!(await unpack(source.read(parent.path), input, parent))) return { outcome: 'cannot', why: 'parent-changed' };
  const handle = await fs.promises.open(output, 'wx', 0o600);
  try {
    const open = async () => ({ write: async (data: Buffer, position: number) => void (await handle.write(data, 0, data.length, position)) });
    await remuxPictures({ input, part, units: await unitsOf(source.read(list), part.part), open });
  } finally {
    await handle.close();
  }
  if (await isSame(output, file)) return { outcome: 'same-bytes' };
  if (!(await unpack(source.read(file.path), handed, file))) return { outcome: 'cannot', why: 'parent-changed' };
  const difference = await compareFrames(tools, [handed, output], { container: 'mp4', codec: part.codec, audio: null }, timeLimit(part), signal);
  return difference ? { outcome: 'differs', ...difference } : { outcome: 'same-pictures' };
}
