// The canonical archive: a function of its files, readable by others, its length and every range known beforehand.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import type { PackageFile } from '../../plugin/evidence/read-exactly.js';
import { openArchive } from '../../plugin/evidence/unzip.js';
import { writeZip, zipLayout } from '../../plugin/evidence/zip.js';
import { gather, makeTempFolder, zipFiles } from '../support/evidence/bytes.js';
import { rawZip } from '../support/evidence/raw-zip.js';

const GiB = 1024 ** 3;
const hasPython = spawnSync('python3', ['--version']).status === 0;

const held = (path: string, content: Buffer): PackageFile => ({
  path, bytes: content.length, crc32: crc32(content),
  read: async function* (from, to) {
    yield content.subarray(from, to);
  },
});

const someFiles = fc.uniqueArray(
  fc.record({ path: fc.stringMatching(/^[a-z大门]{1,8}(\/[a-z0-9]{1,5})?$/), content: fc.uint8Array({ maxLength: 300 }) }),
  { selector: ({ path }) => path, maxLength: 6 },
);

describe('zip', () => {
  let root: string;

  before(() => {
    root = makeTempFolder();
  });
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  it('has the length that its layout tells, and any range of it is that range', () =>
    fc.assert(
      fc.asyncProperty(someFiles, fc.nat(3000), fc.nat(3000), async (list, a, b) => {
        const files = list.map(({ path, content }) => held(path, Buffer.from(content)));
        const whole = await gather(writeZip(files));
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        assert.equal(whole.length, zipLayout(files).total);
        assert.deepEqual(await gather(writeZip(files, from, to)), whole.subarray(from, to));
      }),
      { numRuns: 100 },
    ));

  it('is byte for byte what the specification’s table makes of the files', () =>
    fc.assert(
      fc.asyncProperty(someFiles, async (list) => {
        const files = list.map(({ path, content }) => ({ path, content: Buffer.from(content) }));
        const ours = await gather(writeZip(files.map(({ path, content }) => held(path, content))));
        assert.deepEqual(ours, rawZip(files.map(({ path, content }) => ({ name: path, data: content }))));
      }),
      { numRuns: 50 },
    ));

  it('tells where each file lies', async () => {
    const files = [held('a/1', Buffer.from('one')), held('b', Buffer.alloc(0)), held('c', Buffer.from('three'))];
    const whole = await gather(writeZip(files));
    for (const [i, { dataAt, dataEnd }] of zipLayout(files).members.entries())
      assert.deepEqual(whole.subarray(dataAt, dataEnd), await gather(files[i]!.read(0, files[i]!.bytes)));
  });

  it('reads only the files that a range touches', async () => {
    const touched: string[] = [];
    const files = ['a', 'b', 'c'].map((path) => {
      const file = held(path, Buffer.from(path.repeat(10)));
      return { ...file, read: (from: number, to: number) => (touched.push(`${path} ${from} ${to}`), file.read(from, to)) };
    });
    const { dataAt } = zipLayout(files).members[1]!;
    assert.equal((await gather(writeZip(files, dataAt + 2, dataAt + 5))).toString(), 'bbb');
    assert.deepEqual(touched, ['b 2 5']);
  });

  const liars: [what: string, gives: string][] = [['fewer bytes', 'tru'], ['more bytes', 'truths'], ['other bytes', 'truht']];
  for (const [what, gives] of liars)
    it(`stops at a file that gives ${what} than it promised`, async () => {
      const file: PackageFile = {
        ...held('a', Buffer.from('truth')),
        read: async function* () {
          yield Buffer.from(gives);
        },
      };
      await assert.rejects(gather(writeZip([file])), { name: 'Problem', code: 'object-corrupt' });
    });

  it('goes over to ZIP64 where 32 bits end, and the reader follows (5 GiB that are only holes)', async () => {
    const read = (): never => assert.fail('no data is read');
    const files = [
      { path: 'original/cam-1/01.mp4', bytes: 5 * GiB, crc32: 1, read }, { path: 'original/cam-1/02.mp4', bytes: 7, crc32: 2, read },
      { path: 'viewing/cam-1/01.mp4', bytes: 0xffffffff, crc32: 3, read }, { path: 'viewing/cam-1/02.mp4', bytes: 0xfffffffe, crc32: 4, read },
    ];
    const layout = zipLayout(files);
    // By hand: 30 + name (21, 21, 20, 20), 20 bytes of ZIP64 field from 2^32 - 1 on.
    const second = 30 + 21 + 20 + 5 * GiB;
    const third = second + 30 + 21 + 7;
    const fourth = third + 30 + 20 + 20 + 0xffffffff;
    const directoryAt = fourth + 30 + 20 + 0xfffffffe;
    assert.deepEqual(layout.members.map(({ headerAt }) => headerAt), [0, second, third, fourth]);
    assert.equal(layout.directoryAt, directoryAt);
    assert.equal(layout.total, directoryAt + (46 + 21 + 20) + (46 + 21 + 12) + (46 + 20 + 28) + (46 + 20 + 12) + 56 + 20 + 22);

    const path = join(root, 'holes.zip');
    const handle = await fs.promises.open(path, 'w+');
    await handle.truncate(layout.total);
    const records = [...layout.members.map(({ headerAt, dataAt }) => [headerAt, dataAt] as const), [directoryAt, layout.total] as const];
    for (const [from, to] of records) await handle.write(await gather(writeZip(files, from, to)), 0, to - from, from);
    await handle.close();
    const source = await openArchive(path);
    assert.deepEqual([...source.files], files.map(({ path: name, bytes }) => [name, bytes]));
    source.settle();
    await source.close();
    if (hasPython) {
      const listed = spawnSync('python3', ['-c', 'import sys,zipfile; print([(i.filename,i.file_size,i.header_offset) for i in zipfile.ZipFile(sys.argv[1]).infolist()])', path]);
      assert.equal(
        listed.stdout.toString().trim(),
        `[${files.map(({ path: name, bytes }, i) => `('${name}', ${bytes}, ${layout.members[i]!.headerAt})`).join(', ')}]`,
      );
    }
  });

  if (hasPython)
    it('is opened and tested by Python’s zipfile', async () => {
      const path = join(root, 'python.zip');
      fs.writeFileSync(path, await zipFiles(new Map([['a/大门.mp4', Buffer.alloc(5000, 7)], ['b', Buffer.alloc(0)]])));
      const told = spawnSync('python3', ['-c', 'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), sorted(z.namelist())==["a/大门.mp4","b"])', path], { env: { ...process.env, PYTHONUTF8: '1' } });
      assert.equal(told.stdout.toString().trim(), 'None True', told.stderr.toString());
    });
});
