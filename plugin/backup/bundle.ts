// Many small files as one stream: for each a line of JSON, `{"bytes","path"}`, and its bytes; at the end `{"files"}`. What is taken is the file as long as
// it was when it was looked at: a journal grows meanwhile.
import fs from 'node:fs';
import path from 'node:path';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { Problem } from '../domain/problem.js';

export interface BundleFile {
  /** Below the place it is restored to. */
  path: string;
  /** Where it lies, and how much of it is taken; or what it is. */
  from: { file: string; bytes: number } | Buffer;
}

const namePattern = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,120}\/){0,6}[A-Za-z0-9_][A-Za-z0-9._-]{0,120}$/;
const longestLine = 4096;

const mayBeNamed = (name: string): boolean => namePattern.test(name) && !name.split('/').includes('..');

/** Problem `backup-failed`, also for a name that nobody could read out of it again. */
export async function* bundle(files: Iterable<BundleFile>): AsyncGenerator<Buffer> {
  const names = new Set<string>();
  for (const { path: name, from } of files) {
    if (!mayBeNamed(name) || names.has(name)) throw new Problem('backup-failed', `A backup takes no file of the name ${JSON.stringify(name)}${names.has(name) ? ' twice' : ''}: move it away, or rename it.`);
    names.add(name);
    const bytes = Buffer.isBuffer(from) ? from.length : from.bytes;
    yield Buffer.from(`${canonicalJson({ path: name, bytes })}\n`);
    if (Buffer.isBuffer(from)) yield from;
    else yield* exactly(from.file, bytes);
  }
  yield Buffer.from(`${canonicalJson({ files: names.size })}\n`);
}

async function* exactly(file: string, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  if (bytes > 0)
    for await (const piece of fs.createReadStream(file, { end: bytes - 1, highWaterMark: 1 << 20 })) {
      left -= (piece as Buffer).length;
      yield piece as Buffer;
    }
  if (left !== 0) throw new Problem('backup-failed', `${path.basename(file)} became shorter while it was copied.`);
}

/** Files below `folder`, each 0600 in folders of 0700, durable. Names that lead elsewhere are refused. Gives their paths. Problem `backup-broken`. */
export async function unbundle(stream: AsyncIterable<Buffer>, folder: string): Promise<string[]> {
  const paths: string[] = [];
  const source = new Pieces(stream);
  for (;;) {
    const head = parse(await source.line());
    if ('files' in head) {
      if (head.files !== paths.length || !(await source.isOver())) throw broken();
      return paths;
    }
    if (!mayBeNamed(head.path) || paths.includes(head.path)) throw broken();
    const file = path.join(folder, head.path);
    await fs.promises.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await fs.promises.open(file, 'wx', 0o600);
    try {
      for await (const piece of source.take(head.bytes)) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    paths.push(head.path);
  }
}

function parse(line: string): { path: string; bytes: number } | { files: number } {
  try {
    const head = JSON.parse(line) as { path?: unknown; bytes?: unknown; files?: unknown };
    if (typeof head.files === 'number') return { files: head.files };
    if (typeof head.path === 'string' && Number.isSafeInteger(head.bytes) && (head.bytes as number) >= 0) return { path: head.path, bytes: head.bytes as number };
  } catch {
    // Told below.
  }
  throw broken();
}

class Pieces {
  readonly #from: AsyncIterator<Buffer>;
  #held = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#from = stream[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf(0x0a);
      if (end >= 0) {
        const line = this.#held.toString('utf8', 0, end);
        this.#held = this.#held.subarray(end + 1);
        return line;
      }
      if (this.#held.length > longestLine || !(await this.#more())) throw broken();
    }
  }

  async *take(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      if (this.#held.length === 0 && !(await this.#more())) throw broken();
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async isOver(): Promise<boolean> {
    return this.#held.length === 0 && !(await this.#more());
  }

  async #more(): Promise<boolean> {
    const next: IteratorResult<Buffer, unknown> = await this.#from.next();
    if (next.done) return false;
    this.#held = Buffer.concat([this.#held, next.value]);
    return true;
  }
}

const broken = (): Problem => new Problem('backup-broken', 'What was unsealed is not a bundle of files as a backup writes it.');
