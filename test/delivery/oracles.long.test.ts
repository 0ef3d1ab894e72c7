// Other people's programs open what the gate wraps: 7-Zip (Debian's 7z) the ZIP, age the other; and they refuse what was changed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Readable as Stream } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { ageFile } from '../../plugin/delivery/age-file.js';
import { readAgeKey } from '../../plugin/delivery/age-key.js';
import { aesZip } from '../../plugin/delivery/aes-zip.js';
import type { Readable, Wrapped } from '../../plugin/delivery/readable.js';
import { inFolder } from '../media/tools.js';

const run = promisify(execFile);
/** 64 MiB of chance, read again and again. */
const pattern = randomBytes(2 ** 26);
const content = (bytes: number): Readable => ({
  bytes,
  async *read(from, to) {
    for (let at = from; at < to;) {
      const begin = at % pattern.length;
      const end = Math.min(pattern.length, begin + 2 ** 20, begin + to - at);
      yield pattern.subarray(begin, end);
      at += end - begin;
    }
  },
});
const sumOf = async (pieces: AsyncIterable<Buffer>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
};
const write = (wrapped: Wrapped, file: string) => pipeline(Stream.from(wrapped.read(0, wrapped.bytes), { objectMode: false }), fs.createWriteStream(file));
const flip = async (file: string, at: number): Promise<void> => {
  const handle = await fs.promises.open(file, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  await handle.write(Buffer.of(byte[0]! ^ 1), 0, 1, at);
  await handle.close();
};

const passphrase = 'ABCDE-FGHJK-01234-56789-QRSTV';
const name = 'EG-310000-SH-YUNFAN-2026-000001.zip';
const zipped = (bytes: number): Wrapped => aesZip(content(bytes), { name, passphrase, salt: randomBytes(16) });

describe('7-Zip opens the wrapped package', function () {
  this.timeout(600_000);

  for (const bytes of [0, 1, 16, 100_003, 2 ** 23])
    it(`${bytes} bytes, by the passphrase and no other`, () =>
      inFolder(async (folder) => {
        const file = path.join(folder, 'package.zip');
        await write(zipped(bytes), file);
        const { stdout } = await run('7z', ['l', '-slt', file]);
        for (const said of ['Method = AES-256 Store', 'Encrypted = +', `Size = ${bytes}`, `Path = ${name}`]) assert.ok(stdout.includes(said), `${said}: ${stdout}`);
        await run('7z', ['x', `-p${passphrase}`, `-o${folder}/out`, file]);
        assert.equal(await sumOf(fs.createReadStream(path.join(folder, 'out', name))), await sumOf(content(bytes).read(0, bytes)));
        if (bytes > 0) await assert.rejects(run('7z', ['t', '-pABCDE-FGHJK-01234-56789-QRSTW', file]), /Wrong password|ERROR/);
      }));

  it('and says so where one byte was changed, of the content or of its code', () =>
    inFolder(async (folder) => {
      const file = path.join(folder, 'package.zip');
      const wrapped = zipped(100_003);
      for (const at of [30 + name.length + 11 + 18 + 50_000, 30 + name.length + 11 + 18 + 100_003 + 3]) {
        await write(wrapped, file);
        await flip(file, at);
        await assert.rejects(run('7z', ['t', `-p${passphrase}`, file]), /ERROR|Wrong/);
      }
    }));

  it('also one of more than 4 GiB', () =>
    inFolder(async (folder) => {
      const [bytes, file] = [2 ** 32 + 12_345, path.join(folder, 'package.zip')];
      await write(zipped(bytes), file);
      const { stdout } = await run('7z', ['t', `-p${passphrase}`, file]);
      assert.match(stdout, /Everything is Ok/);
    }));
});

describe('age opens the wrapped package', function () {
  this.timeout(120_000);

  for (const bytes of [1, 65_535, 65_536, 65_537, 2 ** 23 + 5])
    it(`${bytes} bytes, by the receiver’s key and no other; what was changed is refused`, () =>
      inFolder(async (folder) => {
        const [key, other, file] = ['key', 'other', 'package.zip.age'].map((it) => path.join(folder, it)) as [string, string, string];
        for (const it of [key, other]) await run('age-keygen', ['-o', it]);
        const recipient = /age1\w+/.exec(await fs.promises.readFile(key, 'utf8'))![0];
        const draw = { ephemeral: randomBytes(32), fileKey: randomBytes(16), nonce: randomBytes(16) };
        const wrapped = ageFile(content(bytes), { name, recipient: readAgeKey(recipient), draw });
        await write(wrapped, file);
        await run('age', ['-d', '-i', key, '-o', path.join(folder, 'out'), file]);
        assert.equal(await sumOf(fs.createReadStream(path.join(folder, 'out'))), await sumOf(content(bytes).read(0, bytes)));
        await assert.rejects(run('age', ['-d', '-i', other, '-o', path.join(folder, 'no'), file]), /no identity matched/);
        await flip(file, wrapped.bytes - 1);
        await assert.rejects(run('age', ['-d', '-i', key, '-o', path.join(folder, 'no'), file]));
      }));
});
