// The sealed objects of one folder: made once, read by range, removed whole. An object's name is its id.
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { diskProblem, syncFolder } from './disk.js';
import { roomIn } from './room.js';
import { SealedWriter } from './sealed-object.js';
import type { Paths } from './sealed-object.js';
import { SealedReader } from './sealed-reader.js';
import type { Wrapping } from './sealed-reader.js';
import { corrupt, isObjectId } from './segments.js';
import { sharedSums } from './sums.js';
import type { Sums } from './sums.js';

const sealedEnd = '.sealed';
const temporaryEnd = '.part';

interface Parts {
  /** Made (0700) where it is not there. */
  folder: string;
  keys: Wrapping;
  newId: () => string;
  /** What sums objects; left out: the threads of this process. */
  sums?: Sums;
}

export class Objects {
  readonly #parts: Parts;
  /** What was to be removed and could not be. */
  readonly #unremoved = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The same folder, where what is made new belongs to the key of this name, and ends with it. */
  under(key: string): Objects {
    const { keys } = this.#parts;
    return keys.under ? new Objects({ ...this.#parts, keys: keys.under(key) }) : this;
  }

  /** Begins an object. Problems: `disk-full`, `store-unavailable`. */
  async create(): Promise<SealedWriter> {
    const { newId, keys, sums = sharedSums } = this.#parts;
    const id = newId();
    const paths = this.#paths(id);
    try {
      await fs.promises.mkdir(paths.folder, { recursive: true, mode: 0o700 });
      if (fs.existsSync(paths.final)) throw new Problem('internal', `There is an object ${id} already; objects are written once.`);
      return new SealedWriter(id, await fs.promises.open(paths.temporary, 'wx+', 0o600), paths, keys, sums);
    } catch (thrown) {
      throw diskProblem(thrown);
    }
  }

  /** Plaintext from `from` up to, not including, `to`. Problem `object-corrupt`, also for what is not there. */
  async *read(id: string, from = 0, to?: number): AsyncGenerator<Buffer> {
    const { reader, close } = await this.#open(id);
    try {
      const end = to ?? reader.length;
      if (!(from >= 0 && from <= end && end <= reader.length))
        throw new Problem('internal', `Object ${id} has no bytes ${from} to ${end}.`);
      yield* reader.read(from, end);
    } catch (thrown) {
      throw diskProblem(thrown);
    } finally {
      await close();
    }
  }

  /** Plaintext bytes. Problem `object-corrupt`. */
  async size(id: string): Promise<number> {
    const { reader, close } = await this.#open(id);
    await close();
    return reader.length;
  }

  get folder(): string {
    return this.#parts.folder;
  }

  /** What could not be removed: to be tried again. */
  get unremoved(): readonly string[] {
    return [...this.#unremoved];
  }

  /** Removes an object; nothing happens where there is none. One that cannot be is `unremoved` from then on. */
  async remove(id: string): Promise<void> {
    const { folder, final } = this.#paths(id);
    this.#unremoved.add(id);
    try {
      await fs.promises.rm(final, { force: true });
      await syncFolder(folder);
      this.#unremoved.delete(id);
    } catch (thrown) {
      throw diskProblem(thrown);
    }
  }

  /** Ids of all finished objects, sorted. */
  async list(): Promise<string[]> {
    const names = await this.#names();
    return names
      .filter((name) => name.endsWith(sealedEnd))
      .map((name) => name.slice(0, -sealedEnd.length))
      .sort();
  }

  /**
   * At start, before anything is written: removes what a crash left behind, unfinished files and objects that no journal entry
   * names. Gives the names of the removed files.
   */
  async sweep(known: ReadonlySet<string>): Promise<string[]> {
    const isLeft = (name: string): boolean =>
      name.endsWith(temporaryEnd) || (name.endsWith(sealedEnd) && !known.has(name.slice(0, -sealedEnd.length)));
    const left = (await this.#names()).filter(isLeft).sort();
    for (const name of left) await fs.promises.rm(path.join(this.#parts.folder, name), { force: true });
    if (left.length > 0) await syncFolder(this.#parts.folder);
    return left;
  }

  /** Bytes that the disk still takes. */
  async room(): Promise<number> {
    await fs.promises.mkdir(this.#parts.folder, { recursive: true, mode: 0o700 });
    return roomIn(this.#parts.folder);
  }

  async #open(id: string): Promise<{ reader: SealedReader; close: () => Promise<void> }> {
    const file = await fs.promises.open(this.#paths(id).final, 'r').catch((cause: unknown) => {
      throw corrupt(id, 'its file cannot be opened', cause);
    });
    try {
      return { reader: await SealedReader.open(id, file, this.#parts.keys), close: () => file.close() };
    } catch (thrown) {
      await file.close();
      throw diskProblem(thrown);
    }
  }

  #paths(id: string): Paths {
    if (!isObjectId(id)) throw new Problem('object-corrupt', 'An object’s id is letters, digits and dashes.');
    const { folder } = this.#parts;
    return { folder, temporary: path.join(folder, id + temporaryEnd), final: path.join(folder, id + sealedEnd) };
  }

  async #names(): Promise<string[]> {
    return fs.promises.readdir(this.#parts.folder).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return [];
      throw diskProblem(cause);
    });
  }
}
