// Coded pictures of originals: all of them are found in the files that recorders write, and 32 bytes of them wherever they stand.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { fixture } from '../../media/footage.js';
import { elementary, readStreet } from '../../media/street.js';
import { ask, inFolder, machineTools } from '../../media/tools.js';
import { CodedSlices } from '../../support/gate/oracle/coded-slices.js';
import { slicesOf } from '../../support/gate/oracle/find-slices.js';
import { readMp4 } from '../../support/recorder/mp4.js';

/** Slices by the recorder in a box's own reading of the file. */
function slicesByTable(name: string): Buffer[] {
  const video = readMp4(fixture(name)).tracks[0]!;
  const nals = video.frames.flatMap((frame) => frame.nals);
  if (video.codec === 'h265') return nals.filter((nal) => nal[0]! >> 1 <= 21);
  return nals.filter((nal) => [1, 5].includes(nal[0]! & 0x1f));
}
const dataOf = (bytes: Buffer): Buffer[] => slicesOf(bytes).map(({ data }) => data);
const remux = (name: string, ...options: string[]): Promise<Buffer> =>
  inFolder(async (folder) => {
    const { ffmpeg } = await machineTools();
    await ask(ffmpeg, ['-v', 'error', '-i', fixture(name), '-map', '0', '-c', 'copy', ...options, 'out'], folder);
    return readFile(path.join(folder, 'out'));
  });

describe('coded pictures of an original', () => {
  for (const name of ['street.mp4', 'street-h265.mp4', 'street-b.mp4'])
    it(`are the slices of ${name}, sound between them or not`, async () => {
      assert.deepEqual(dataOf(await readFile(fixture(name))), slicesByTable(name));
    });

  it('are the same slices in fragments, and while they are being written', async () => {
    const [whole, wanted] = [
      await remux('street-b.mp4', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4'),
      slicesByTable('street-b.mp4'),
    ];
    assert.deepEqual(dataOf(whole), wanted);
    const written = dataOf(whole.subarray(0, Math.floor(whole.length / 2)));
    assert.ok(written.length > wanted.length / 3);
    assert.deepEqual(written.slice(0, -1), wanted.slice(0, written.length - 1));
  });

  it('are the same slices in media data without any table', async () => {
    const file = await readFile(fixture('street.mp4'));
    const mdat = file.indexOf('mdat') - 4;
    assert.deepEqual(dataOf(file.subarray(mdat)), slicesByTable('street.mp4'));
  });

  it('are the same slices behind start codes', async () => {
    const { samples } = await readStreet({ to: 20 });
    assert.deepEqual(dataOf(elementary(samples.map(({ data }) => data))), slicesByTable('street.mp4').slice(0, 20));
  });

  it('are the scans of JPEG pictures, without tables and thumbnails', async () => {
    const scans = slicesOf(await readFile(fixture('street-jpeg.mov')));
    const pictures = readMp4(fixture('street-jpeg.mov')).tracks[0]!.frames.map(({ nals }) => nals[0]!);
    assert.equal(scans.length, pictures.length);
    scans.forEach(({ kind, data }, at) => {
      assert.equal(kind, 'scan');
      const picture = pictures[at]!;
      const start = picture.lastIndexOf(Buffer.from('ffda', 'hex'));
      assert.deepEqual(
        data,
        picture.subarray(start + 2 + picture.readUInt16BE(start + 2), picture.lastIndexOf(Buffer.from('ffd9', 'hex'))),
      );
    });
  });

  it('are everything of what nobody knows', () =>
    assert.deepEqual(slicesOf(Buffer.from('any bytes at all')), [{ kind: 'whole', data: Buffer.from('any bytes at all') }]));
});

function indexOf(...originals: Buffer[]): CodedSlices {
  const index = new CodedSlices();
  originals.forEach((bytes, at) => index.add(`original ${at}`, bytes));
  return index;
}

/** By comparing everything with everything. */
function leaksSlowly(original: Buffer, answer: Buffer): boolean {
  for (let at = 0; at + 32 <= answer.length; at++) {
    const run = answer.subarray(at, at + 32);
    if (new Set(run).size >= 16 && original.includes(run)) return true;
  }
  return false;
}

describe('a run of coded picture', function () {
  this.timeout(60_000);

  it('is found from any place in an original at any place in an answer, and one byte less is not', () => {
    const original = randomBytes(5000);
    const index = indexOf(randomBytes(777), original, randomBytes(40));
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5000 - 32 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        (at, before, after) => {
          // Not by chance the byte that stands there in the original too.
          const other = (place: number): number => (original[place] ?? 0) ^ 0xff;
          const around = (run: Buffer): Buffer =>
            Buffer.concat([Buffer.alloc(before, other(at - 1)), run, Buffer.alloc(after, other(at + 32))]);
          assert.match(
            index.leaks(around(original.subarray(at, at + 32)))!,
            new RegExp(`^byte ${before} and on are coded picture of original 1: `),
          );
          const changed = Buffer.from(original.subarray(at, at + 32));
          changed[31]! ^= 1;
          assert.equal(index.leaks(around(changed)), null);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is found exactly where comparing everything finds one', () => {
    const few = fc.integer({ min: 0, max: 30 });
    const random = fc.array(few, { minLength: 10, maxLength: 80, size: 'max' });
    const repeated = fc
      .tuple(fc.array(few, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 30 }))
      .map(([some, times]) => Array.from({ length: times }, () => some).flat());
    const original = fc.array(fc.oneof(random, repeated), { minLength: 3, maxLength: 8 }).map((pieces) => Buffer.from(pieces.flat()));
    const cuts = fc.array(fc.tuple(fc.double({ min: 0, max: 0.9, noNaN: true }), fc.integer({ min: 24, max: 70 }), random), {
      minLength: 1,
      maxLength: 5,
    });
    let found = 0;
    fc.assert(
      fc.property(original, cuts, (bytes, pieces) => {
        const answer = Buffer.concat(
          pieces.flatMap(([place, length, other]) => [
            bytes.subarray(Math.floor(place * bytes.length)).subarray(0, length),
            Buffer.from(other),
          ]),
        );
        const wanted = leaksSlowly(bytes, answer);
        found += Number(wanted);
        assert.equal(indexOf(bytes).leaks(answer) !== null, wanted);
      }),
      { numRuns: 500 },
    );
    assert.ok(found > 100, `only ${found} of the cases held a run`);
  });

  it('is found across the pieces of memory that a long original lies in', () => {
    const [border, some] = [4 * 1024 ** 2, randomBytes(400)];
    const original = Buffer.concat([Buffer.alloc(border - 200), some, Buffer.alloc(1000)]);
    const index = indexOf(original);
    for (let at = border - 200; at <= border + 200 - 32; at++) assert.ok(index.leaks(original.subarray(at, at + 32)), String(at - border));
    assert.equal(index.leaks(randomBytes(100_000)), null);
  });

  const plain: readonly (readonly [what: string, bytes: Buffer])[] = [
    ['zeros', Buffer.alloc(4000)],
    ['a gray area as every JPEG encoder with the standard tables codes it', Buffer.from('28a28a00'.repeat(500), 'hex')],
    ['a pattern of five bytes', Buffer.from('0014514500'.repeat(500), 'hex')],
  ];
  for (const [what, bytes] of plain)
    it(`is not told where there is nothing but ${what}`, () =>
      assert.equal(indexOf(Buffer.concat([randomBytes(100), bytes, randomBytes(100)])).leaks(bytes), null));

  it('is found where a plain area ends', () => {
    const different = (from: number): Buffer => Buffer.from(Array.from({ length: 100 }, (_, at) => from + at));
    const original = Buffer.concat([different(1), Buffer.alloc(4000), different(101)]);
    for (const at of [85, 4083]) assert.ok(indexOf(original).leaks(original.subarray(at, at + 32)), String(at));
  });
});
