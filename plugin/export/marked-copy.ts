// One marked copy on its way into a private file, and those who read it meanwhile: each from where they like, none further than it is written.
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { diskProblem } from '../store/disk.js';

const pieceBytes = 64 * 1024;

const onDisk = <T>(step: Promise<T>): Promise<T> =>
  step.catch((thrown: unknown) => {
    throw diskProblem(thrown);
  });

export class MarkedCopy {
  readonly #name: string;
  /** Where it lies now; null while it does not. */
  #file: string | null = null;
  #handle: FileHandle | undefined;
  #written = 0;
  #isWhole = false;
  #failure: Problem | undefined;
  #isGone = false;
  /** Who writes it and who reads it; the file is closed behind the last of them. */
  #users = 0;
  #tell = (): void => undefined;
  #change: Promise<void> = Promise.resolve();

  constructor(name: string) {
    this.#name = name;
    this.#renew();
  }

  /** Bytes so far. */
  get written(): number {
    return this.#written;
  }

  /** Bytes; null while it is being made. */
  get size(): number | null {
    return this.#isWhole ? this.#written : null;
  }

  get failure(): Problem | undefined {
    return this.#failure;
  }

  #expectWanted(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Comes back when more is written, when it is whole, and when it failed. */
  changed(): Promise<void> {
    return this.#change;
  }

  /** Ends with a whole copy, or throws; then nothing is left of it. `room` is asked before each piece is written. */
  async take(folder: string, pieces: AsyncIterable<Buffer>, room: (bytes: number) => void): Promise<void> {
    const whole = path.join(folder, this.#name);
    this.#users++;
    try {
      this.#expectWanted();
      this.#file = `${whole}.part`;
      this.#handle = await onDisk(open(this.#file, 'wx+', 0o600));
      for await (const piece of pieces) {
        room(piece.length);
        await this.#write(this.#handle, piece);
      }
      if (this.#written === 0) throw new Problem('render-failed', 'Nothing came of the footage.');
      await onDisk(rename(this.#file, whole));
      this.#file = whole;
      this.#expectWanted();
      this.#isWhole = true;
      this.#renew();
    } catch (thrown) {
      const problem = Problem.from(thrown);
      await this.discard(problem);
      throw problem;
    } finally {
      this.#users--;
      await this.#closeUnused();
    }
  }

  async #write(handle: FileHandle, piece: Buffer): Promise<void> {
    for (let done = 0; done < piece.length;) {
      const { bytesWritten } = await onDisk(handle.write(piece, done, piece.length - done, this.#written));
      done += bytesWritten;
      this.#written += bytesWritten;
    }
    this.#renew();
  }

  #renew(): void {
    this.#tell();
    this.#change = new Promise((resolve) => (this.#tell = resolve));
  }

  /** From `from` on, before `to`; what is not written yet is waited for. Throws the Problem of a making that fails, and `reason` once `signal`
   *  is ended. */
  async *read(from: number, to: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const wake = (): void => this.#renew();
    signal.addEventListener('abort', wake);
    this.#users++;
    try {
      for (let at = from; at < to;) {
        signal.throwIfAborted();
        this.#expectWanted();
        if (at < this.#written) {
          const piece = Buffer.allocUnsafe(Math.min(pieceBytes, to - at, this.#written - at));
          const { bytesRead } = await onDisk(this.#handle!.read(piece, 0, piece.length, at));
          if (bytesRead === 0) throw new Problem('store-unavailable', 'A marked copy is shorter than what was written.');
          at += bytesRead;
          yield piece.subarray(0, bytesRead);
        } else if (this.#isWhole) return;
        else await this.#change;
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#users--;
      await this.#closeUnused();
    }
  }

  /** Who reads it is told `problem`; the file is gone at once. */
  async discard(problem: Problem): Promise<void> {
    this.#failure ??= problem;
    this.#isGone = true;
    this.#renew();
    if (this.#file !== null) await rm(this.#file, { force: true });
    await this.#closeUnused();
  }

  async #closeUnused(): Promise<void> {
    if (!this.#isGone || this.#users > 0) return;
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}
