// A file made durable while it is written: at the end the disk has hardly anything left to do, instead of all of it.
import type { FileHandle } from 'node:fs/promises';

/** Bytes after which the disk is asked again, where it is done with the last time. */
const stepBytes = 32 * 1024 * 1024;

export class SyncAhead {
  readonly #file: FileHandle;
  #written = 0;
  #running: Promise<void> | null = null;
  /** The system tells of a write that failed once, to whoever asks first (fsync(2)): it is kept for the end. */
  #failed: { cause: unknown } | null = null;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** So many bytes more. Does not wait. */
  wrote(bytes: number): void {
    this.#written += bytes;
    if (this.#running || this.#written < stepBytes) return;
    this.#written = 0;
    this.#running = this.#file
      .datasync()
      .catch((cause: unknown) => void (this.#failed ??= { cause }))
      .finally(() => (this.#running = null));
  }

  /** All is on the disk. Throws what the disk has said of any of it. */
  async finish(): Promise<void> {
    await this.#running;
    if (this.#failed) throw this.#failed.cause;
    await this.#file.sync();
  }
}
