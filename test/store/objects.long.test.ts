// Sealed objects: what goes in comes out, by range; what was touched does not; nothing in clear is ever on the disk.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { digestOf } from '../../plugin/domain/formats/digest.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { ProblemCode } from '../../plugin/domain/problem.js';
import { MasterKeys } from '../../plugin/keys/master.js';
import { Objects } from '../../plugin/store/objects.js';
import { fileBytes, headerBytes, segmentBytes, segmentStart } from '../../plugin/store/segments.js';

const isProblem =
  (code: ProblemCode) =>
  (thrown: unknown): boolean =>
    thrown instanceof Problem && thrown.code === code;
const masterKeys = new Map([[1, randomBytes(32)]]);

async function readAll(objects: Objects, id: string, from?: number, to?: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of objects.read(id, from, to)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

for (const suite of ['aes', 'sm4'] as const)
  describe(`sealed objects by ${suite}`, () => {
    const keys = new MasterKeys(masterKeys, suite);
    let folder: string;
    let objects: Objects;
    let count = 0;
    const file = (id: string): string => path.join(folder, `${id}.sealed`);
    const seal = async (...pieces: Buffer[]): Promise<string> => {
      const writer = await objects.create();
      for (const piece of pieces) await writer.write(piece);
      const { object, ...digest } = await writer.finish();
      assert.deepEqual(digest, digestOf(Buffer.concat(pieces)));
      return object;
    };
    beforeEach(() => {
      folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-objects-')), 'objects');
      objects = new Objects({ folder, keys, newId: () => `object-${count++}` });
    });
    afterEach(() => fs.rmSync(path.dirname(folder), { recursive: true }));

    for (const length of [0, 1, segmentBytes - 1, segmentBytes, segmentBytes + 1, 2 * segmentBytes, 2 * segmentBytes + 17])
      it(`keeps ${length} bytes`, async () => {
        const bytes = randomBytes(length);
        const id = await seal(bytes.subarray(0, length / 3), bytes.subarray(length / 3));
        assert.ok((await readAll(objects, id)).equals(bytes));
        assert.equal(await objects.size(id), length);
        assert.equal(fs.statSync(file(id)).size, fileBytes(length));
        assert.equal(fs.statSync(file(id)).mode & 0o777, 0o600);
        assert.deepEqual(await objects.list(), [id]);
      });

    it('gives any range, in any way it was written', async () => {
      const bytes = randomBytes(2 * segmentBytes + 100);
      const cuts = fc.array(fc.nat(bytes.length), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(cuts, fc.nat(bytes.length), fc.nat(bytes.length), async (places, a, b) => {
          const ends = [...places.sort((x, y) => x - y), bytes.length];
          const id = await seal(...ends.map((end, n) => bytes.subarray(ends[n - 1] ?? 0, end)));
          assert.ok((await readAll(objects, id, Math.min(a, b), Math.max(a, b))).equals(bytes.subarray(Math.min(a, b), Math.max(a, b))));
        }),
        { numRuns: 15 },
      );
    });

    it('refuses ranges that are not there', async () => {
      const id = await seal(Buffer.from('abc'));
      for (const [from, to] of [
        [-1, 2],
        [2, 1],
        [0, 4],
        [NaN, 2],
      ] as const)
        await assert.rejects(readAll(objects, id, from, to), isProblem('internal'));
      assert.equal((await readAll(objects, id, 3)).length, 0);
    });

    it('reads the first byte from the first segment alone', async () => {
      const id = await seal(randomBytes(3 * segmentBytes));
      const handle = fs.openSync(file(id), 'r+');
      fs.writeSync(handle, Buffer.alloc(50), 0, 50, segmentStart(1) + 1000);
      fs.closeSync(handle);
      assert.equal((await readAll(objects, id, 0, 1)).length, 1);
      assert.equal((await readAll(objects, id, 2 * segmentBytes)).length, segmentBytes);
      await assert.rejects(readAll(objects, id), isProblem('object-corrupt'));
    });

    it('gives no byte of a segment that is not whole', async () => {
      const id = await seal(randomBytes(2 * segmentBytes));
      const handle = fs.openSync(file(id), 'r+');
      fs.writeSync(handle, Buffer.alloc(1, 1), 0, 1, segmentStart(2) - 1);
      fs.writeSync(handle, Buffer.alloc(50), 0, 50, segmentStart(1) + segmentBytes - 60);
      fs.closeSync(handle);
      let given = 0;
      await assert.rejects(async () => {
        for await (const chunk of objects.read(id)) given += chunk.length;
      }, isProblem('object-corrupt'));
      assert.equal(given, segmentBytes);
    });

    it('writes again inside the first segment, up to the end', async () => {
      const bytes = randomBytes(2 * segmentBytes + 5);
      const writer = await objects.create();
      await writer.write(bytes);
      await writer.write(Buffer.from('mdat size'), 32);
      await writer.write(Buffer.from('end'), segmentBytes - 3);
      const { object, sha256 } = await writer.finish();
      Buffer.from('mdat size').copy(bytes, 32);
      Buffer.from('end').copy(bytes, segmentBytes - 3);
      assert.equal(sha256, digestOf(bytes).sha256);
      assert.ok((await readAll(objects, object)).equals(bytes));
    });

    it('writes again and on at once, at a given place', async () => {
      const writer = await objects.create();
      await Promise.all([writer.write(Buffer.from('abc'), 0), writer.write(Buffer.from('BCD'), 1), writer.write(Buffer.from('e'), 4)]);
      assert.equal((await readAll(objects, (await writer.finish()).object)).toString(), 'aBCDe');
    });

    for (const [what, position] of [
      ['beyond the end', 2 * segmentBytes + 1],
      ['behind the first segment', segmentBytes],
      ['across the first segment’s end', segmentBytes - 1],
      ['before the beginning', -1],
    ] as const)
      it(`does not write ${what}, and leaves nothing`, async () => {
        const writer = await objects.create();
        await writer.write(randomBytes(2 * segmentBytes));
        await assert.rejects(writer.write(Buffer.from('ab'), position), isProblem('internal'));
        await assert.rejects(writer.finish(), isProblem('internal'));
        assert.deepEqual(fs.readdirSync(folder), []);
      });

    describe('is refused', () => {
      let id: string;
      let other: string;
      let whole: Buffer;
      beforeEach(async () => {
        id = await seal(randomBytes(2 * segmentBytes + 10));
        other = await seal(randomBytes(2 * segmentBytes + 10));
        whole = fs.readFileSync(file(id));
      });
      const segment = (bytes: Buffer, index: number): Buffer => bytes.subarray(segmentStart(index), segmentStart(index + 1));

      const table: [string, () => Buffer][] = [
        ['cut in its header', () => whole.subarray(0, headerBytes - 1)],
        ['emptied', () => Buffer.alloc(0)],
        ['cut at the end of a segment', () => whole.subarray(0, segmentStart(2))],
        ['cut by one byte', () => whole.subarray(0, -1)],
        ['longer by one byte', () => Buffer.concat([whole, Buffer.alloc(1)])],
        [
          'two segments changed in place',
          () => Buffer.concat([whole.subarray(0, headerBytes), segment(whole, 1), segment(whole, 0), segment(whole, 2)]),
        ],
        [
          'a segment put in twice',
          () => Buffer.concat([whole.subarray(0, headerBytes), segment(whole, 0), segment(whole, 0), segment(whole, 2)]),
        ],
        [
          'a segment of another object',
          () => Buffer.concat([whole.subarray(0, segmentStart(1)), segment(fs.readFileSync(file(other)), 1), segment(whole, 2)]),
        ],
        ['another object in its place', () => fs.readFileSync(file(other))],
        [
          'another object’s header',
          () => Buffer.concat([fs.readFileSync(file(other)).subarray(0, headerBytes), whole.subarray(headerBytes)]),
        ],
        [
          'a shorter length, cut to fit',
          () => {
            const header = Buffer.from(whole.subarray(0, headerBytes));
            header.writeBigUInt64BE(BigInt(segmentBytes), 12);
            return Buffer.concat([header, segment(whole, 0)]);
          },
        ],
        [
          'an impossible length',
          () => {
            const changed = Buffer.from(whole);
            changed.fill(0xff, 12, 20);
            return changed;
          },
        ],
        ['no sealed object at all', () => randomBytes(whole.length)],
      ];
      for (const [what, change] of table)
        it(what, async () => {
          fs.writeFileSync(file(id), change());
          await assert.rejects(readAll(objects, id), isProblem('object-corrupt'));
        });

      it('for a flipped bit in any byte of the header, also by who asks its size', async () => {
        for (let byte = 0; byte < headerBytes; byte++) {
          const handle = fs.openSync(file(id), 'r+');
          fs.writeSync(handle, Buffer.of(whole[byte]! ^ (1 << (byte % 8))), 0, 1, byte);
          await assert.rejects(objects.size(id), isProblem('object-corrupt'), `byte ${byte}`);
          fs.writeSync(handle, whole, byte, 1, byte);
          fs.closeSync(handle);
        }
        assert.equal(await objects.size(id), 2 * segmentBytes + 10);
      });

      it('for a flipped bit anywhere in its segments', async () => {
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: headerBytes, max: whole.length - 1 }), fc.nat(7), async (byte, bit) => {
            const handle = fs.openSync(file(id), 'r+');
            fs.writeSync(handle, Buffer.of(whole[byte]! ^ (1 << bit)), 0, 1, byte);
            await assert.rejects(readAll(objects, id), isProblem('object-corrupt'));
            fs.writeSync(handle, whole, byte, 1, byte);
            fs.closeSync(handle);
          }),
          { numRuns: 40 },
        );
      });

      it('for a foreign master key, and where it is not there', async () => {
        const strangers = new Objects({ folder, keys: new MasterKeys(new Map([[1, randomBytes(32)]])), newId: () => 'x' });
        await assert.rejects(readAll(strangers, id), isProblem('object-corrupt'));
        for (const wrong of ['not-there', '../escape', '', 'a/b', 'x'.repeat(64)])
          await assert.rejects(readAll(objects, wrong), isProblem('object-corrupt'));
      });
    });

    it('has nothing in clear on the disk, before and after the end', async () => {
      const secret = Buffer.from('a face in the crowd '.repeat(4000));
      const writer = await objects.create();
      for (let n = 0; n < 40; n++) await writer.write(secret);
      const scan = (): void => {
        for (const name of fs.readdirSync(folder)) assert.ok(!fs.readFileSync(path.join(folder, name)).includes('face in the'), name);
      };
      scan();
      await writer.finish();
      scan();
    });

    it('leaves nothing when it is given up, at any time', async () => {
      const writer = await objects.create();
      await writer.write(randomBytes(segmentBytes * 2));
      await writer.abort();
      await writer.abort();
      await assert.rejects(writer.write(Buffer.from('a')), isProblem('internal'));
      assert.deepEqual(fs.readdirSync(folder), []);
      const id = await seal(Buffer.from('a'));
      const finished = await objects.create();
      const { object } = await finished.finish();
      await finished.abort();
      assert.deepEqual(await objects.list(), [id, object].sort());
    });

    it('is written once', async () => {
      const same = new Objects({ folder, keys, newId: () => 'same' });
      await (await same.create()).finish();
      await assert.rejects(same.create(), isProblem('internal'));
    });

    it('sweeps what a crash left and what nobody knows', async () => {
      const [known, unknown] = [await seal(Buffer.from('a')), await seal(Buffer.from('b'))];
      const writer = await objects.create();
      await writer.write(Buffer.from('c'));
      const left = fs.readdirSync(folder).find((name) => name.endsWith('.part'))!;
      assert.deepEqual(await objects.sweep(new Set([known])), [`${unknown}.sealed`, left].sort());
      assert.deepEqual(fs.readdirSync(folder), [`${known}.sealed`]);
      assert.deepEqual(await objects.sweep(new Set([known])), []);
      await writer.abort();
    });

    it('removes, and does not mind what is gone', async () => {
      const id = await seal(Buffer.from('a'));
      await objects.remove(id);
      await objects.remove(id);
      assert.deepEqual(await objects.list(), []);
    });

    it('tells the room of its disk', async () => assert.ok((await objects.room()) > 0));

    // The file size limit is a full disk that any user can have.
    it('says disk-full when the disk is, and leaves nothing', () => {
      const child = path.join(import.meta.dirname, 'fill.ts');
      const { stdout, stderr } = spawnSync(
        'bash',
        ['-c', `ulimit -f 2048 && exec "${process.execPath}" --import tsx "${child}" "${folder}"`],
        { encoding: 'utf8' },
      );
      assert.equal(stdout, 'disk-full []\n', stderr);
    });
  });
