// The parts of a pull as plain files, fsynced: what the gate itself never does, for it seals.
import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../plugin/domain/formats/canonical-json.js';
import type { UnitLine } from '../plugin/media/mux-parts.js';
import type { Container, PartTarget } from '../plugin/media/part-file.js';

const linesHeld = 256 * 1024;

async function writeAll(file: FileHandle, data: Buffer, position: number): Promise<void> {
  for (let done = 0; done < data.length;) done += (await file.write(data, done, data.length - done, position + done)).bytesWritten;
}

/** Written under another name, fsynced, then named. */
async function openFile(
  folder: string,
  name: string,
): Promise<{ write(data: Buffer, position: number): Promise<void>; close(): Promise<void> }> {
  const unfinished = path.join(folder, `.${name}.part`);
  const file = await fs.promises.open(unfinished, 'w', 0o600);
  return {
    write: (data, position) => writeAll(file, data, position),
    close: async () => {
      await file.sync();
      await file.close();
      await fs.promises.rename(unfinished, path.join(folder, name));
    },
  };
}

export class PartFiles {
  #part: Awaited<ReturnType<typeof openFile>> | null = null;
  #units: Awaited<ReturnType<typeof openFile>> | null = null;
  #lines = '';
  #unitBytes = 0;
  #bytes = 0;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of all finished files. */
  get bytes(): number {
    return this.#bytes;
  }

  async open(part: number, container: Container): Promise<PartTarget> {
    const file = (this.#part = await openFile(this.#folder, `${String(part).padStart(2, '0')}.${container}`));
    let end = 0;
    return {
      write: async (data, position) => {
        await file.write(data, position);
        this.#bytes += Math.max(0, position + data.length - end);
        end = Math.max(end, position + data.length);
      },
    };
  }

  async closePart(): Promise<void> {
    await this.#part?.close();
    this.#part = null;
  }

  writeUnit(line: UnitLine): Promise<void> | void {
    this.#lines += `${canonicalJson(line)}\n`;
    if (this.#lines.length > linesHeld) return this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#units?.close();
    const folder = await fs.promises.open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
  }

  async #flush(): Promise<void> {
    this.#units ??= await openFile(this.#folder, 'units.ndjson');
    const lines = Buffer.from(this.#lines);
    this.#lines = '';
    await this.#units.write(lines, this.#unitBytes);
    this.#unitBytes += lines.length;
    this.#bytes += lines.length;
  }
}
