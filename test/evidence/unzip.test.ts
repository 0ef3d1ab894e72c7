// Archives that are not what they say: refused by name, in bounded time and memory, never with a crash.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { openArchive } from '../../plugin/evidence/unzip.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { verifyByPage } from '../support/evidence/by-page.js';
import { filesOf, gather, makeTempFolder, zipFiles } from '../support/evidence/bytes.js';
import { publicPem } from '../support/evidence/keys.js';
import { rawZip } from '../support/evidence/raw-zip.js';
import type { RawEnd, RawMember } from '../support/evidence/raw-zip.js';
import { aSealedPackage, gateKey } from '../support/evidence/sealed-package.js';

const pem = publicPem(gateKey);
const one: RawMember = { name: 'a', data: Buffer.from('first') };
const two: RawMember = { name: 'b', data: Buffer.from('second') };
const zip = (members: readonly RawMember[], end?: RawEnd): Buffer => rawZip(members, end);

function end64(change: (record: Buffer) => void = () => undefined): RawEnd {
  const wide = Buffer.alloc(76);
  wide.writeUInt32LE(0x06064b50, 0);
  wide.writeUInt32LE(44, 4);
  wide.writeUInt32LE(0x07064b50, 56);
  wide.writeUInt32LE(1, 72);
  change(wide);
  return { before: wide, count: 0xffff, bytes: 0xffffffff, at: 0xffffffff };
}

const structure: [what: string, bytes: Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['21 bytes', Buffer.alloc(21)],
  ['text', Buffer.from('this is a letter and no archive, though it is long enough')],
  ['an archive cut short', zip([one, two]).subarray(0, -1)],
  ['a byte before it', Buffer.concat([Buffer.of(0), zip([one])])],
  ['a byte behind it', zip([one], { after: Buffer.of(0) })],
  ['a comment', zip([one], { comment: Buffer.from('hello') })],
  ['something before the end record', zip([one], { before: Buffer.from('stowaway') })],
  ['a count too high', zip([one], { count: 2 })],
  ['a count too low', zip([one, two], { count: 1 })],
  ['65,534 files promised', zip([one], { count: 65_534 })],
  ['a directory that begins elsewhere', zip([one], { at: 3 })],
  ['a directory of 4 GB', zip([one], { bytes: 0xfffffffe, at: 0 })],
  ['a ZIP64 end record that is not there', zip([one], { count: 0xffff, bytes: 0xffffffff, at: 0xffffffff })],
  ['ZIP64 numbers beyond 2^53', zip([one], end64((wide) => wide.fill(0xff, 24, 56)))],
  ['a ZIP64 end record without need', zip([one], end64((wide) => { wide.writeBigUInt64LE(1n, 24); wide.writeBigUInt64LE(1n, 32); wide.writeBigUInt64LE(47n, 40); wide.writeBigUInt64LE(36n, 48); }))],
  ['a file of 4 GB in a small archive', zip([{ ...one, size: 0xfffffffe }])],
  ['a ZIP64 size of 2^63', zip([{ ...one, size: 0xffffffff, extra: Buffer.concat([Buffer.of(1, 0, 16, 0), Buffer.alloc(16, 0x7f)]) }])],
  ['a ZIP64 size without its field', zip([{ ...one, size: 0xffffffff }])],
  ['another size in the local header', zip([{ ...one, localSize: 4 }, two])],
  ['another name in the local header', zip([{ ...one, localName: 'z' }])],
  ['the same path twice', zip([one, { ...one, data: Buffer.from('other') }])],
  ['two names for one file', zip([one, { ...two, headerAt: 0 }])],
  ['overlapping files', zip([{ ...one, size: 4, localSize: 4 }, { ...two, headerAt: 10 }])],
  ['a gap between files', zip([{ ...one, gap: Buffer.from('hidden') }, two])],
  ['a gap before the directory', zip([{ ...one, gap: Buffer.from('hidden') }])],
  ['compression', zip([{ ...one, method: 8 }])],
  ['encryption', zip([{ ...one, flags: 0x0801 }])],
  ['a data descriptor', zip([{ ...one, flags: 0x0808 }])],
  ['a comment on a file', zip([{ ...one, comment: Buffer.from('x') }])],
  ['a parent folder', zip([{ ...one, name: '../a' }])],
  ['a parent folder in the middle', zip([{ ...one, name: 'original/../../a' }])],
  ['an absolute path', zip([{ ...one, name: '/etc/a' }])],
  ['a drive', zip([{ ...one, name: 'C:a' }])],
  ['a backslash', zip([{ ...one, name: 'original\\a' }])],
  ['a NUL in a name', zip([{ ...one, name: 'a\0b' }])],
  ['text turned round in a name', zip([{ ...one, name: 'a\u202e4pm' }])],
  ['an empty name', zip([{ ...one, name: '' }])],
  ['a folder', zip([{ name: 'original/' }])],
  ['a name that is not UTF-8', zip([{ ...one, name: Buffer.of(0xff, 0x61) }])],
  ['a name of 300 bytes', zip([{ ...one, name: 'a'.repeat(300) }])],
  ['a large extra field', zip([{ ...one, extra: Buffer.alloc(2000) }])],
];

const dress: [what: string, bytes: Buffer][] = [
  ['another date', zip([{ ...one, date: 0x5a21 }])],
  ['other attributes', zip([{ ...one, attributes: 0 }])],
  ['another maker', zip([{ ...one, made: 0x0014 }])],
  ['another version', zip([{ ...one, needed: 10 }])],
  ['names not told as UTF-8', zip([{ ...one, flags: 0 }])],
  ['an extra field in the directory', zip([{ ...one, extra: Buffer.of(9, 9, 0, 0) }])],
  ['an extra field in the header', zip([{ ...one, localExtra: Buffer.of(9, 9, 0, 0) }])],
  ['another order', zip([two, one])],
];

describe('unzip', function () {
  this.timeout(30_000);
  let root: string;
  let path: string;

  before(() => {
    root = makeTempFolder();
    path = join(root, 'archive.zip');
  });
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  const malformed = { name: 'Broken', code: 'archive-malformed' };

  it('reads an archive as it should be', async () => {
    fs.writeFileSync(path, zip([one, two]));
    const source = await openArchive(path);
    assert.deepEqual([...source.files], [['a', 5], ['b', 6]]);
    assert.equal((await gather(source.read('b'))).toString(), 'second');
    source.settle();
    await source.close();
  });

  for (const [what, bytes] of structure)
    it(`refuses at once: ${what}`, async () => {
      fs.writeFileSync(path, bytes);
      await assert.rejects(openArchive(path), malformed);
      const verdict = await verifyPackage(path, pem);
      assert.ok(!verdict.intact && verdict.fault.code === 'archive-malformed');
      assert.deepEqual(await verifyByPage(bytes, pem), verdict, 'the page judges alike');
    });

  for (const [what, bytes] of dress)
    it(`refuses once the contents are known: ${what}`, async () => {
      fs.writeFileSync(path, bytes);
      const source = await openArchive(path);
      assert.throws(() => source.settle(), malformed);
      await source.close();
    });

  it('refuses a CRC that does not fit true bytes', async () => {
    fs.writeFileSync(path, zip([{ ...one, crc: 1 }]));
    const source = await openArchive(path);
    assert.equal((await gather(source.read('a'))).toString(), 'first');
    assert.throws(() => source.settle(), malformed);
    await source.close();
  });

  it('names a file that an ordinary ZIP program added, not that program’s habits', async () => {
    const files = await filesOf(aSealedPackage());
    const members = [...files].map(([name, data]) => ({ name, data }));
    fs.writeFileSync(path, zip([...members, { name: 'extra file.txt', data: Buffer.from('x'), flags: 0, date: 0x5a21, made: 0x031e }]));
    assert.deepEqual(await verifyPackage(path, pem), { intact: false, fault: { code: 'file-unexpected', where: 'extra file.txt' } });
    assert.deepEqual(await verifyByPage(fs.readFileSync(path), pem), { intact: false, fault: { code: 'file-unexpected', where: 'extra file.txt' } });
  });

  it('names true contents in another form: archive-malformed', async () => {
    const files = await filesOf(aSealedPackage());
    fs.writeFileSync(path, zip([...files].map(([name, data]) => ({ name, data, date: 0x5a21 }))));
    assert.deepEqual(await verifyPackage(path, pem), { intact: false, fault: { code: 'archive-malformed', where: 'manifest.json' } });
    assert.deepEqual(await verifyByPage(fs.readFileSync(path), pem), await verifyPackage(path, pem));
    fs.writeFileSync(path, await zipFiles(new Map([...files].toReversed())));
    assert.equal((await verifyPackage(path, pem)).intact, false);
  });

  it('answers whatever the bytes are', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(3), async (bytes, tail) => {
        fs.writeFileSync(path, Buffer.concat([Buffer.from(bytes), zip([one, two]).subarray(-(22 + tail * 49))]));
        const verdict = await verifyPackage(path, pem);
        assert.equal(verdict.intact, false);
        assert.deepEqual(await verifyByPage(fs.readFileSync(path), pem), verdict);
      }),
      { numRuns: 300 },
    ));

  it('answers whatever is done to a true archive', async () => {
    const whole = await zipFiles(await filesOf(aSealedPackage()));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }), fc.nat(60), async (edits, cut) => {
        const bytes = Buffer.from(whole.subarray(0, whole.length - (cut > 40 ? cut - 40 : 0)));
        for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
        fs.writeFileSync(path, bytes);
        const verdict = await verifyPackage(path, pem);
        assert.equal(verdict.intact, bytes.equals(whole));
        assert.deepEqual(await verifyByPage(bytes, pem), verdict);
      }),
      { numRuns: 100 },
    );
  });
});
