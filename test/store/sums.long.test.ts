// Sums that threads make while an object is written: node:crypto's, however it was written; and none at all where a thread fails.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { Problem } from '../../plugin/domain/problem.js';
import { MasterKeys } from '../../plugin/keys/master.js';
import { Objects } from '../../plugin/store/objects.js';
import { segmentBytes } from '../../plugin/store/segments.js';
import { slotBytes, slots } from '../../plugin/store/sum-crew.js';
import { Sums } from '../../plugin/store/sums.js';
import { SyncAhead } from '../../plugin/store/sync-ahead.js';

const isProblem =
  (code: string) =>
  (thrown: unknown): boolean =>
    thrown instanceof Problem && thrown.code === code;
const keys = new MasterKeys(new Map([[1, randomBytes(32)]]));
const sumsOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  sm3: createHash('sm3').update(bytes).digest('hex'),
  crc32: crc32(bytes),
});

describe('sums of an object', function () {
  this.timeout(60_000);

  let folder: string;
  let count = 0;
  const objectsBy = (sums?: Sums): Objects => new Objects({ folder, keys, newId: () => `object-${count++}`, sums });
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-sums-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const pool = randomBytes(4 * segmentBytes);
  /** Around what is summed at once, the first segment, and the end of a later one. */
  const lengths = fc
    .tuple(fc.constantFrom(0, 64 * 1024, segmentBytes, 2 * segmentBytes, 3 * segmentBytes), fc.integer({ min: -2, max: 2 }))
    .map(([near, off]) => Math.max(0, near + off));
  const rewrite = fc.record({ after: fc.nat(8), at: fc.nat(segmentBytes - 1), bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) });

  it('are those of node:crypto, whatever it was written in and written over', async () => {
    const objects = objectsBy();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(lengths, fc.nat(pool.length)),
        fc.array(fc.nat(pool.length), { maxLength: 7 }),
        fc.array(rewrite, { maxLength: 3 }),
        async (length, cuts, rewrites) => {
          const ends = [...cuts.filter((cut) => cut < length).sort((a, b) => a - b), length];
          const expected = Buffer.from(pool.subarray(0, length));
          const writer = await objects.create();
          let done = 0;
          for (const [piece, end] of ends.entries()) {
            // What was written over is in the object whatever was appended since; the append itself is the pool's.
            await writer.write(Buffer.from(pool.subarray(done, end)));
            done = end;
            for (const { at, bytes, after } of rewrites) {
              const fitting = Buffer.from(bytes).subarray(0, Math.max(0, Math.min(done, segmentBytes) - at));
              if (Math.min(after, ends.length - 1) !== piece || fitting.length === 0) continue;
              await writer.write(Buffer.from(fitting), at);
              fitting.copy(expected, at);
            }
          }
          const { object, ...sums } = await writer.finish();
          assert.deepEqual(sums, sumsOf(expected));
          const read: Buffer[] = [];
          for await (const chunk of objects.read(object)) read.push(chunk);
          assert.ok(Buffer.concat(read).equals(expected));
          await objects.remove(object);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of several that are written at once are kept apart', async () => {
    const objects = objectsBy();
    const made = Array.from({ length: 9 }, async (_, n) => {
      const bytes = pool.subarray(n * 1000, n * 1000 + 2 * segmentBytes + n * 77_777);
      const writer = await objects.create();
      for (let at = 0; at < bytes.length; at += 300_000) await writer.write(bytes.subarray(at, at + 300_000));
      if (n % 3 === 0) return writer.abort();
      const { object: _object, ...sums } = await writer.finish();
      assert.deepEqual(sums, sumsOf(bytes));
    });
    await Promise.all(made);
  });

  it('end with the process, which waits for them and for no thread that is idle', () => {
    const child = path.join(import.meta.dirname, 'seal-once.ts');
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', child, folder], { encoding: 'utf8', timeout: 30_000 });
    assert.equal(stdout, `${sumsOf(Buffer.alloc(3_000_000, 'exportgate')).sha256}\n`, stderr);
    assert.equal(status, 0);
  });

  describe('where a thread fails', () => {
    const failing = (way: string): void => void (process.env['EXPORTGATE_TEST_SUMS'] = way);
    const program = path.join(import.meta.dirname, 'fail-to-sum.ts');
    afterEach(() => void delete process.env['EXPORTGATE_TEST_SUMS']);

    for (const [way, code] of [
      ['throws when it starts', 'store-unavailable'],
      ['throws at the first piece', 'store-unavailable'],
      ['ends at the first piece', 'store-unavailable'],
      ['ends when it is asked', 'store-unavailable'],
      ['stands still, then ends', 'store-unavailable'],
      ['sums other bytes', 'internal'],
    ] as const)
      it(`and ${way}, no object is left (${code}); the next one is sealed`, async () => {
        const sums = new Sums(program);
        const objects = objectsBy(sums);
        failing(way);
        const writers = await Promise.all([objects.create(), objects.create()]);
        for (const writer of writers)
          await assert.rejects(async () => {
            for (let n = 0; n < 5; n++) await writer.write(pool.subarray(0, 2 * segmentBytes));
            await writer.finish();
          }, isProblem(code));
        assert.deepEqual(fs.readdirSync(folder), []);
        for (const writer of writers) await assert.rejects(writer.finish(), isProblem('internal'));

        // Threads that fail are never asked again; those that only lie are, so these get others.
        failing('');
        const after = code === 'internal' ? objectsBy(new Sums(program)) : objects;
        const writer = await after.create();
        await writer.write(pool);
        const { object: _object, ...made } = await writer.finish();
        assert.deepEqual(made, sumsOf(pool));
      });

    it('nobody waits for ever, and no more lies in memory than was said', async () => {
      failing('stands still, then ends');
      const sum = new Sums(program).begin();
      for (let slot = 0; slot < slots; slot++) await sum.add(pool.subarray(0, slotBytes));
      await assert.rejects(sum.add(Buffer.from('more')), isProblem('store-unavailable'));
      await assert.rejects(sum.done(), isProblem('store-unavailable'));
    });

    it('what is small needs none', async () => {
      failing('throws when it starts');
      const writer = await objectsBy(new Sums(program)).create();
      await writer.write(pool.subarray(0, 64 * 1024));
      const { object: _object, ...sums } = await writer.finish();
      assert.deepEqual(sums, sumsOf(pool.subarray(0, 64 * 1024)));
    });
  });
});

describe('a file made durable ahead', () => {
  const step = 32 * 1024 * 1024;
  const fileOf = (answers: (Error | null)[]) => {
    const calls: string[] = [];
    const sync = (name: string) => async (): Promise<void> => {
      calls.push(name);
      const answer = name === 'datasync' ? answers.shift() : null;
      await new Promise(setImmediate);
      if (answer) throw answer;
    };
    return { calls, file: { datasync: sync('datasync'), sync: sync('sync') } as unknown as FileHandle };
  };

  it('asks once in a while, not while it is asking, and in the end', async () => {
    const { calls, file } = fileOf([]);
    const ahead = new SyncAhead(file);
    ahead.wrote(step - 1);
    assert.deepEqual(calls, []);
    ahead.wrote(1);
    ahead.wrote(step);
    assert.deepEqual(calls, ['datasync']);
    await ahead.finish();
    assert.deepEqual(calls, ['datasync', 'sync']);
  });

  it('keeps what the disk said once: a later answer does not make it good', async () => {
    const lost = Object.assign(new Error('lost'), { code: 'EIO' });
    const { calls, file } = fileOf([lost, null]);
    const ahead = new SyncAhead(file);
    ahead.wrote(step);
    await new Promise((done) => setTimeout(done, 20));
    ahead.wrote(step);
    await assert.rejects(ahead.finish(), lost);
    assert.deepEqual(calls, ['datasync', 'datasync']);
  });
});
