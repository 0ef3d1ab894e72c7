// What a witness has cosigned last of each log: one file a log, on disk before anybody hears of it.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { emptyRoot, type TreeHead } from '../domain/formats/merkle.js';
import { openCheckpoint } from '../domain/formats/signed-checkpoint.js';
import { Problem } from '../domain/problem.js';

export class Record {
  readonly #heads = new Map<string, TreeHead>();

  /** Problem `journal-corrupt`: a file of the record is not what was written. It is never taken for a log that was not seen yet. */
  static async open(folder: string, logs: ReadonlyMap<string, readonly string[]>): Promise<Record> {
    await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
    const record = new Record(folder);
    for (const [origin, vkeys] of logs) {
      const note = await fs.promises.readFile(record.#fileOf(origin), 'utf8').catch((thrown: NodeJS.ErrnoException) => {
        if (thrown.code === 'ENOENT') return null;
        throw thrown;
      });
      if (note !== null) record.#heads.set(origin, headOf(note, origin, vkeys));
    }
    return record;
  }

  private constructor(readonly folder: string) {}

  /** The tree of no leaf for a log that was never cosigned. */
  last(origin: string): TreeHead {
    return this.#heads.get(origin) ?? { size: 0, root: emptyRoot() };
  }

  /** Durable when it resolves. The caller sees to it that one log is put by one at a time. */
  async put(origin: string, head: TreeHead, note: string): Promise<void> {
    const file = this.#fileOf(origin);
    const handle = await fs.promises.open(`${file}.part`, 'w', 0o600);
    try {
      await handle.writeFile(note);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.promises.rename(`${file}.part`, file);
    const folder = await fs.promises.open(this.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    this.#heads.set(origin, head);
  }

  /** An origin has slashes in it, and may differ from another one by case alone. */
  #fileOf(origin: string): string {
    return path.join(this.folder, `${createHash('sha256').update(origin).digest('hex')}.checkpoint`);
  }
}

function headOf(note: string, origin: string, vkeys: readonly string[]): TreeHead {
  const checkpoint = openCheckpoint(note, vkeys);
  if (checkpoint) return checkpoint;
  throw new Problem(
    'journal-corrupt',
    `What was recorded of ${origin} is no checkpoint of it under a key that is named here. Nothing is cosigned before somebody has looked at it.`,
  );
}
