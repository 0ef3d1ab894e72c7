// Any single flipped bit of a package is found, and named for what it hit.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { verifyByPage } from '../support/evidence/by-page.js';
import { filesOf, makeTempFolder, putFolder, zipOf } from '../support/evidence/bytes.js';
import { publicPem } from '../support/evidence/keys.js';
import { pick } from '../support/evidence/random.js';
import { faultIn, regionsOf } from '../support/evidence/regions.js';
import { aSealedPackage, gateKey } from '../support/evidence/sealed-package.js';

const seed = process.env['EVIDENCE_SEED'] ?? '20261123';
const pem = publicPem(gateKey);

describe(`bit flips (EVIDENCE_SEED=${seed})`, function () {
  this.timeout(120_000);
  let root: string;
  let files: Map<string, Buffer>;

  before(async () => {
    root = makeTempFolder();
    files = await filesOf(aSealedPackage());
  });
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  const flip = (path: string, bytes: Buffer, bit: number): void => {
    const fd = fs.openSync(path, 'r+');
    fs.writeSync(fd, Buffer.of(bytes[bit >> 3]! ^ (1 << (bit & 7))), 0, 1, bit >> 3);
    fs.closeSync(fd);
  };
  const restore = (path: string, bytes: Buffer, bit: number): void => {
    const fd = fs.openSync(path, 'r+');
    fs.writeSync(fd, bytes, bit >> 3, 1, bit >> 3);
    fs.closeSync(fd);
  };
  async function expectFault(path: string, expected: { code: string; where?: string }, what: string): Promise<void> {
    const verdict = await verifyPackage(path, pem);
    assert.ok(!verdict.intact, `${what}: not noticed`);
    assert.equal(verdict.fault.code, expected.code, `${what}: ${JSON.stringify(verdict.fault)}`);
    if (expected.where !== undefined) assert.equal(verdict.fault.where, expected.where, what);
  }

  /** Four copies side by side: most of a verification is waiting for reads. */
  async function flipAll(zip: Buffer, name: string, bits: readonly number[]): Promise<void> {
    const regions = regionsOf(files, zip.length);
    const lanes = [0, 1, 2, 3].map(async (lane) => {
      const path = join(root, `${name}-${lane}.zip`);
      fs.writeFileSync(path, zip);
      for (const bit of bits.filter((_, i) => i % 4 === lane)) {
        const region = regions.find(({ from, to }) => from <= bit >> 3 && bit >> 3 < to)!;
        const expected =
          region.path === null ? { code: 'archive-malformed' } : faultIn(region.path, files.get(region.path)!, (bit >> 3) - region.from);
        flip(path, zip, bit);
        await expectFault(path, expected, `bit ${bit} of the archive, in ${region.path ?? 'a record'}`);
        // The page takes longer for each: every fourth bit.
        if (bit % 4 === 0) assert.deepEqual(await verifyByPage(fs.readFileSync(path), pem), await verifyPackage(path, pem), `bit ${bit}, in the page`);
        restore(path, zip, bit);
      }
      assert.equal((await verifyPackage(path, pem)).intact, true);
    });
    await Promise.all(lanes);
  }

  it('names 2,000 of them anywhere in the archive', async () => {
    const zip = await zipOf(aSealedPackage());
    await flipAll(zip, 'anywhere', Array.from({ length: 2000 }, (_, i) => pick(seed, i, zip.length * 8)));
  });

  it('names every bit of one local header, one directory record and the end record', async () => {
    const zip = await zipOf(aSealedPackage());
    const directoryAt = regionsOf(files, zip.length).at(-1)!.from;
    const ranges = [[0, 30 + 13], [directoryAt, directoryAt + 46 + 13], [zip.length - 22, zip.length]] as const;
    const bits = ranges.flatMap(([from, to]) => Array.from({ length: (to - from) * 8 }, (_, i) => from * 8 + i));
    await flipAll(zip, 'records', bits);
  });

  it('names 40 in each kind of file of the folder form', async () => {
    const folder = putFolder(root, files);
    const proofs = [...files.keys()].filter((path) => path.endsWith('.tlog-proof'));
    const kinds = [
      'manifest.json', 'manifest.dsse.json', 'original/cam-1/01.mp4', 'viewing/cam-1/01.mp4', 'original/cam-1/coverage.json',
      'journal/entries.ndjson', proofs[0]!, proofs.at(-2)!, proofs.at(-1)!, 'journal/checkpoint',
    ];
    for (const path of kinds) {
      const content = files.get(path)!;
      for (let i = 0; i < 40; i++) {
        const bit = pick(`${seed}/${path}`, i, content.length * 8);
        flip(join(folder, path), content, bit);
        await expectFault(folder, faultIn(path, content, bit >> 3), `bit ${bit} of ${path}`);
        restore(join(folder, path), content, bit);
      }
    }
  });

  it('tells a flipped bit of the last entry from one of its proof, though no entry follows', async () => {
    const folder = putFolder(root, files);
    const entries = files.get('journal/entries.ndjson')!;
    const lastLine = entries.lastIndexOf(0x0a, entries.length - 2) + 1;
    for (let i = 0; i < 200; i++) {
      const bit = lastLine * 8 + pick(`${seed}/last`, i, (entries.length - lastLine) * 8);
      flip(join(folder, 'journal/entries.ndjson'), entries, bit);
      await expectFault(folder, faultIn('journal/entries.ndjson', entries, bit >> 3), `bit ${bit} of the entries`);
      restore(join(folder, 'journal/entries.ndjson'), entries, bit);
    }
  });
});
