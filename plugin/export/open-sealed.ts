// A sealed part, opened into a private work folder under a plain name.
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Part } from '../media/mux-parts.js';
import type { Objects } from '../store/objects.js';

/** Its file. Problem `object-corrupt`. */
export async function openSealed(
  objects: Objects,
  object: string,
  { container }: Part,
  folder: string,
  signal?: AbortSignal,
): Promise<string> {
  const file = path.join(folder, `01.${container}`);
  await pipeline(Readable.from(objects.read(object)), fs.createWriteStream(file, { mode: 0o600 }), { signal });
  return file;
}
