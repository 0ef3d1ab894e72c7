// What is said of a derivative that was made again, and how its bytes are taken out and weighed.
import fs from 'node:fs';
import { Digester } from '../domain/formats/digest.js';
import type { Manifest } from '../evidence/manifest-schema.js';
import type { Difference } from '../media/compare-frames.js';
import type { Tools } from '../media/find-ffmpeg.js';
import type { Cannot } from '../media/remake.js';

export type Why = Cannot | 'recipe-missing' | 'parent-sealed' | 'parent-changed';

export type Reproduced = { path: string } & Told;

export type Told = { outcome: 'same-bytes' | 'same-pictures' } | ({ outcome: 'differs' } & Difference) | { outcome: 'cannot'; why: Why };

export interface ReproduceParts {
  tools: Tools;
  /** Private; what is made lies in folders of its own below it, each wiped. */
  workFolder: string;
  signal?: AbortSignal;
}

export type Listed = Manifest['files'][number];
type Sums = Pick<Listed, 'bytes' | 'sha256' | 'sm3'>;

/** Written to `place`, which is not there yet; false where the bytes are not those that `sums` tells. */
export async function unpack(pieces: AsyncIterable<Buffer>, place: string, { bytes, sha256, sm3 }: Sums): Promise<boolean> {
  const handle = await fs.promises.open(place, 'wx', 0o600);
  try {
    const digester = new Digester();
    for await (const piece of pieces) {
      digester.update(piece);
      await handle.writeFile(piece);
    }
    const found = digester.done();
    return found.bytes === bytes && found.sha256 === sha256 && found.sm3 === sm3;
  } finally {
    await handle.close();
  }
}

export async function isSame(file: string, { bytes, sha256, sm3 }: Sums): Promise<boolean> {
  const digester = new Digester();
  for await (const piece of fs.createReadStream(file, { highWaterMark: 1 << 20 })) digester.update(piece as Buffer);
  const found = digester.done();
  return found.bytes === bytes && found.sha256 === sha256 && found.sm3 === sm3;
}
