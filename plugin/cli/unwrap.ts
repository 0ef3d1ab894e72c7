// exportgate unwrap FILE --out PACKAGE: an encrypted package opened with its passphrase, where there is no 7-Zip.
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { openAesZip } from '../delivery/open-aes-zip.js';
import { readPassphrase } from '../delivery/secret.js';
import { askLines, type Input } from './ask-login.js';
import { openNew } from './client.js';
import type { Verb } from './context.js';

/** The passphrase is typed, or lies in a file of one line: an argument is seen by everybody on the machine. */
export const unwrap =
  (desk: { input: Input; prompts: NodeJS.WritableStream }): Verb<{ file: string; out: string; passphraseFile?: string }> =>
  async ({ output }, { file, out, passphraseFile }) => {
    if (fs.existsSync(out)) throw new Problem('config-invalid', `--out: ${out} is there already; name a file that is not.`);
    const bytes = await unwrapTo(file, await passphraseOf(desk, passphraseFile), out);
    output.result({ package: out, bytes }, [`${out}: ${bytes} bytes; check it: exportgate verify ${out} --key gate.pub`]);
    return 0;
  };

async function passphraseOf({ input, prompts }: { input: Input; prompts: NodeJS.WritableStream }, file: string | undefined): Promise<string> {
  if (file !== undefined) return readPassphrase(await fs.promises.readFile(file, 'utf8').catch(notThere(file)));
  if (!input.isTTY) throw new Problem('config-invalid', 'Nobody sits at a terminal: name the file with the passphrase by --passphrase-file.');
  return readPassphrase((await askLines(input, prompts, [{ prompt: '口令 passphrase (not shown 不显示): ' }]))[0]!);
}

/** Whole, or not there. */
export async function unwrapTo(file: string, passphrase: string, out: string): Promise<number> {
  const [source, temporary] = [await fs.promises.open(file, 'r').catch(notThere(file)), `${out}.part`];
  try {
    const target = await openNew(temporary, 0o600);
    let at = 0;
    try {
      const { size } = await source.stat();
      for await (const piece of openAesZip({ bytes: size, read: (from, to) => readFile(source, from, to) }, passphrase)) {
        await target.write(piece, 0, piece.length, at);
        at += piece.length;
      }
      await target.sync();
    } finally {
      await target.close();
    }
    await fs.promises.rename(temporary, out);
    return at;
  } finally {
    await source.close();
    await fs.promises.rm(temporary, { force: true });
  }
}

const pieceBytes = 256 * 1024;

async function* readFile(handle: fs.promises.FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, to - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) throw new Problem('body-malformed', 'The file is shorter than it was a moment ago.');
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}

const notThere =
  (file: string) =>
  (cause: unknown): never => {
    throw new Problem('config-invalid', `${path.basename(file)} cannot be read.`, { cause });
  };
