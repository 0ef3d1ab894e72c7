// A request's keys: made with its first object, private, and once destroyed nothing opens any more what they wrapped.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { keyOf } from '../../plugin/domain/request-key.js';
import { Problem } from '../../plugin/domain/problem.js';
import { sealBytes } from '../../plugin/export/custody.js';
import { MasterKeys } from '../../plugin/keys/master.js';
import { RequestKeys } from '../../plugin/keys/request-keys.js';
import { Objects } from '../../plugin/store/objects.js';
import { inFolder } from '../media/tools.js';
import { problemOf } from '../support/walk.js';

const longest = 'EG-310000-ABCDEFGHIJKLMNOP-2026-123456789';
const [original, copies] = [keyOf(longest, 'original'), keyOf(longest, 'copies')];

const read = async (objects: Objects, id: string): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of objects.read(id)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
};

for (const suite of ['aes', 'sm4'] as const)
  describe(`request keys, ${suite}`, () => {
    const withKeys = (work: (place: { folder: string; keys: RequestKeys; objects: Objects; again: (version?: number) => Objects }) => Promise<void>) =>
      inFolder(async (folder) => {
        const masters = new Map([[1, randomBytes(32)]]);
        let count = 0;
        const of = (version = 1) => {
          if (version > 1) masters.set(version, randomBytes(32));
          return new RequestKeys(path.join(folder, 'keys'), new MasterKeys(masters, suite));
        };
        const over = (keys: RequestKeys) => new Objects({ folder: path.join(folder, 'objects'), keys, newId: () => `object-${count++}` });
        const keys = of();
        await work({ folder, keys, objects: over(keys), again: (version) => over(of(version)) });
      });

    it('seal, and open at a later start, also after the master key was rotated', () =>
      withKeys(async ({ keys, objects, again }) => {
        const one = await sealBytes(objects.under(original), Buffer.from('一'));
        const two = await sealBytes(objects.under(copies), Buffer.from('二'));
        const none = await sealBytes(objects, Buffer.from('三'));
        assert.deepEqual(keys.ids(), [copies, original]);
        const later = again(2);
        assert.deepEqual(await Promise.all([one, two, none].map(({ object }) => read(later, object))), ['一', '二', '三']);
      }));

    it('are closed to others, and tell nothing of the key', () =>
      withKeys(async ({ keys, objects }) => {
        await sealBytes(objects.under(original), Buffer.from('一'));
        assert.equal(fs.statSync(keys.folder).mode & 0o777, 0o700);
        const [name] = fs.readdirSync(keys.folder);
        assert.equal(name, `${longest}.original.key`);
        const file = path.join(keys.folder, name!);
        assert.equal(fs.statSync(file).mode & 0o777, 0o600);
        fs.chmodSync(file, 0o644);
        assert.equal((await problemOf(sealBytes(objects.under(original), Buffer.from('二'))))?.code, 'key-invalid');
      }));

    it('destroyed, open nothing: not here, and not from a copy of the objects', () =>
      withKeys(async ({ folder, keys, objects, again }) => {
        const gone = await sealBytes(objects.under(original), Buffer.from('一'));
        const kept = await sealBytes(objects.under(copies), Buffer.from('二'));
        const backup = path.join(folder, 'backup');
        fs.cpSync(path.join(folder, 'objects'), backup, { recursive: true });
        const link = path.join(folder, 'link');
        fs.linkSync(path.join(keys.folder, `${longest}.original.key`), link);
        const before = fs.readFileSync(link);
        keys.destroy(original);
        keys.destroy(original);
        assert.deepEqual([keys.ids(), keys.isThere(original)], [[copies], false]);
        // What the disk held is written over, not only unnamed.
        assert.ok(!fs.readFileSync(link).includes(before.subarray(12, 44)));
        for (const store of [objects, again(2), new Objects({ folder: backup, keys, newId: () => 'x' })]) {
          assert.equal((await problemOf(read(store, gone.object)))?.code, 'object-corrupt');
          assert.equal(await read(store, kept.object), '二');
        }
        // A new key of the same name opens nothing of the old one.
        const next = await sealBytes(objects.under(original), Buffer.from('四'));
        assert.equal(await read(objects, next.object), '四');
        assert.equal((await problemOf(read(objects, gone.object)))?.code, 'object-corrupt');
      }));

    it('of another request, or put in another’s place, open nothing', () =>
      withKeys(async ({ keys, objects }) => {
        const one = await sealBytes(objects.under(original), Buffer.from('一'));
        await sealBytes(objects.under(copies), Buffer.from('二'));
        fs.copyFileSync(path.join(keys.folder, `${longest}.copies.key`), path.join(keys.folder, `${longest}.original.key`));
        assert.equal((await problemOf(read(objects, one.object)))?.code, 'object-corrupt');
        fs.writeFileSync(path.join(keys.folder, `${longest}.original.key`), 'nothing');
        assert.equal((await problemOf(read(objects, one.object)))?.code, 'object-corrupt');
      }));

    it('have names that cannot leave their folder', () =>
      withKeys(async ({ keys }) => {
        for (const id of ['../x/original', 'EG-1', 'EG-1/other', 'EG-1/original/copies', '/original', `${'A'.repeat(46)}/copies`, ''])
          assert.throws(() => keys.under(id), (thrown) => thrown instanceof Problem && thrown.code === 'key-invalid', id);
      }));
  });
