// Each derivative of a package made again from its parent and its recipe, in a folder that is wiped, and held against what was handed over.
import fs from 'node:fs';
import path from 'node:path';
import type { ArtifactRole } from '../domain/artifact.js';
import type { Manifest } from '../evidence/manifest-schema.js';
import type { Source } from '../evidence/source.js';
import { compareFrames } from '../media/compare-frames.js';
import { readViewingRecipe, remakeViewing } from '../media/remake.js';
import { timeLimit } from '../media/time-limit.js';
import { openWork } from '../media/work-folder.js';
import { areasTold } from './masks.js';
import { factsOf } from './read-facts.js';
import { rework } from './rework.js';
import { recut } from './recut.js';
import { isSame, unpack, type Listed, type Reproduced, type ReproduceParts, type Told } from './reproduced.js';

/** Lists that go with an excerpt are made with it. */
const remade: readonly ArtifactRole[] = ['viewing', 'masked', 'working', 'excerpt'];

/** Copies and excerpts, one after the other. `parents`: files that stayed sealed, by SHA-256. The package was found intact. */
export async function* reproduce(
  parts: ReproduceParts,
  { manifest, source }: { manifest: Manifest; source: Source },
  parents: ReadonlyMap<string, string>,
): AsyncGenerator<Reproduced> {
  for (const file of manifest.files) {
    if (!remade.includes(file.role)) continue;
    const work = await openWork(parts.workFolder);
    try {
      const told =
        file.role === 'excerpt'
          ? await recut(parts, manifest, source, file, parents, work.folder)
          : file.role === 'working' && file.recipe?.tool === 'exportgate'
            ? await rework(parts, manifest, source, file, work.folder)
            : await again(parts, manifest, source, file, parents, work.folder);
      yield { path: file.path, ...told };
    } finally {
      await work.wipe();
    }
  }
}

/** Where the parent lies: in the package, or handed over beside it. */
type Parent = Pick<Listed, 'path' | 'bytes' | 'sha256' | 'sm3'> & { read(): AsyncIterable<Buffer> };

function parentOf({ parent, sealedParent }: Listed, manifest: Manifest, source: Source, parents: ReadonlyMap<string, string>): Parent | null {
  const listed = manifest.files.find(({ path: name }) => name === parent);
  if (listed) return { ...listed, read: () => source.read(listed.path) };
  const place = sealedParent && parents.get(sealedParent.sha256);
  return sealedParent && place !== undefined ? { ...sealedParent, read: () => fs.createReadStream(place) as AsyncIterable<Buffer> } : null;
}

async function again(
  { tools, signal }: ReproduceParts,
  manifest: Manifest,
  source: Source,
  file: Listed,
  parents: ReadonlyMap<string, string>,
  folder: string,
): Promise<Told> {
  const { recipe } = file;
  if (!recipe || (!file.parent && !file.sealedParent)) return { outcome: 'cannot', why: 'recipe-missing' };
  const parent = parentOf(file, manifest, source, parents);
  if (!parent) return { outcome: 'cannot', why: file.sealedParent ? 'parent-sealed' : 'recipe-missing' };
  const part = await factsOf(source, parent.path);
  const read = part && readViewingRecipe(recipe, part, parent.bytes, areasOf(manifest, file));
  if (!part || !read) return { outcome: 'cannot', why: 'recipe-unknown' };
  if (!(await unpack(parent.read(), path.join(folder, read.input), parent))) return { outcome: 'cannot', why: 'parent-changed' };
  const made = await remakeViewing(tools, { recipe, part, folder, read, signal });
  if ('cannot' in made) return { outcome: 'cannot', why: made.cannot };
  if (await isSame(made.output, file)) return { outcome: 'same-bytes' };
  const handed = path.join(folder, 'handed-over.mp4');
  if (!(await unpack(source.read(file.path), handed, file))) return { outcome: 'cannot', why: 'parent-changed' };
  const form = { container: 'mp4', codec: 'avc1', audio: read.hasSound ? { codec: 'aac' as const } : null } as const;
  const difference = await compareFrames(tools, [handed, made.output], form, timeLimit(part), signal);
  return difference ? { outcome: 'differs', ...difference } : { outcome: 'same-pictures' };
}

/** `masked/cam-1/01.mp4` is of cam-1. A working copy is as bare as the original that lies beside it. */
const areasOf = ({ cameras }: Manifest, { role, path: name }: Listed) => (role === 'working' ? [] : areasTold(cameras.find(({ camera }) => camera === name.split('/')[1])));
