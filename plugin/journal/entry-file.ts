// The file of entries: appended and made durable in one step, or put back as it was. Read back by place.
import fs from 'node:fs';
import { Problem } from '../domain/problem.js';

const { O_CREAT, O_RDWR } = fs.constants;

/** The callback API is called by its name on `fs` each time, so that a harness outside can watch each fdatasync. */
const done = (call: (callback: (error: NodeJS.ErrnoException | null) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));

const writeAt = (file: number, bytes: Buffer, position: number): Promise<number> =>
  new Promise((resolve, reject) =>
    fs.write(file, bytes, 0, bytes.length, position, (error, written) => (error ? reject(error) : resolve(written))),
  );

export class EntryFile {
  readonly #file: number;
  /** Bytes that are on disk and count. */
  #size: number;
  #broken = false;

  /** `size`: how much of the file is good; what is behind it is cut off. Problem `journal-unwritable`. */
  static async open(path: string, size: number): Promise<EntryFile> {
    const entries = new EntryFile(openFile(path), size);
    try {
      if (fs.fstatSync(entries.#file).size > size) await entries.#putBack(new Error('The file has an unfinished record.'));
      return entries;
    } catch (thrown) {
      entries.close();
      throw thrown;
    }
  }

  private constructor(file: number, size: number) {
    this.#file = file;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Writes in one call and makes it durable by one fdatasync. Problem `journal-unwritable`: then the file is as it was before, and
   * if not even that can be had, it takes nothing any more: after a failed fdatasync nobody knows what is on disk.
   */
  async append(bytes: Buffer): Promise<void> {
    if (this.#broken) throw unwritable();
    try {
      const written = await writeAt(this.#file, bytes, this.#size);
      if (written !== bytes.length) throw new Error(`Only ${written} of ${bytes.length} bytes were written.`);
      await done((callback) => fs.fdatasync(this.#file, callback));
    } catch (cause) {
      await this.#putBack(cause);
      throw unwritable(cause);
    }
    this.#size += bytes.length;
  }

  /** Bytes at a place that was read or written before. */
  readAt(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    const read = fs.readSync(this.#file, bytes, 0, length, position);
    return bytes.subarray(0, read);
  }

  close(): void {
    this.#broken = true;
    fs.closeSync(this.#file);
  }

  async #putBack(cause: unknown): Promise<void> {
    try {
      await done((callback) => fs.ftruncate(this.#file, this.#size, callback));
      // Durable too: a refused entry must not come back after a power cut.
      await done((callback) => fs.fdatasync(this.#file, callback));
    } catch (worse) {
      this.#broken = true;
      throw unwritable(new AggregateError([cause, worse], 'Neither written nor put back.'));
    }
  }
}

function openFile(path: string): number {
  try {
    return fs.openSync(path, O_RDWR | O_CREAT, 0o600);
  } catch (cause) {
    throw unwritable(cause);
  }
}

export const unwritable = (cause?: unknown): Problem =>
  new Problem('journal-unwritable', 'The journal took no entry, so nothing was done. Look at its disk, then start the gate again.', {
    cause,
  });
