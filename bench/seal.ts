// Sealing, or one stage of it alone, in a process of its own. JSON in, JSON out.
import { createCipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { MasterKeys } from '../plugin/keys/master.js';
import { Objects } from '../plugin/store/objects.js';

export interface SealOrder {
  stage: 'seal' | 'sm3' | 'sha256' | 'aes' | 'write';
  folder: string;
  /** In pieces of one MiB, as a pull writes them. */
  mebibytes: number;
}
export interface SealAnswer {
  seconds: number;
}

const { stage, folder, mebibytes } = (await json(process.stdin)) as SealOrder;
/** Another one each time: no piece is still in a cache of the processor from the one before. */
const pieces = Array.from({ length: 16 }, () => randomBytes(1024 * 1024));
const each = async (step: (piece: Buffer, at: number) => unknown): Promise<void> => {
  for (let at = 0; at < mebibytes; at++) await step(pieces[at % pieces.length]!, at);
};

const stages: Record<SealOrder['stage'], () => Promise<void>> = {
  async seal() {
    const objects = new Objects({ folder, keys: new MasterKeys(new Map([[1, randomBytes(32)]])), newId: randomUUID });
    const writer = await objects.create();
    await each((piece) => writer.write(piece));
    await writer.finish();
  },
  async sm3() {
    const hash = createHash('sm3');
    await each((piece) => hash.update(piece));
    hash.digest();
  },
  async sha256() {
    const hash = createHash('sha256');
    await each((piece) => hash.update(piece));
    hash.digest();
  },
  async aes() {
    const key = randomBytes(32);
    await each((piece) => {
      const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12));
      return [cipher.update(piece), cipher.final()];
    });
  },
  async write() {
    const file = await fs.promises.open(path.join(folder, 'plain'), 'w');
    await each((piece) => file.write(piece));
    await file.sync();
    await file.close();
  },
};

const begun = performance.now();
await stages[stage]();
process.stdout.write(JSON.stringify({ seconds: (performance.now() - begun) / 1000 } satisfies SealAnswer));
