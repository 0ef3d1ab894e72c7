// Rotation: a new key is in use, the former ones verify and open; and gates that start at once share one set of keys.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import type { Problem } from '../../plugin/domain/problem.js';
import { keyKinds, keyName, numbersOf } from '../../plugin/keys/key-names.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { rotateKey, rotationsOf } from '../../plugin/keys/rotate.js';
import { readKeys } from '../../plugin/evidence/read-keys.js';

const passphrase = { reveal: () => 'correct horse', cost: { N: 16, r: 1, p: 1 } };
const isInvalid = (detail: RegExp) => (thrown: Problem): boolean => thrown.code === 'key-invalid' && detail.test(thrown.detail);

describe('key rotation', function () {
  this.timeout(60_000);
  let parent: string;
  let folder: string;
  beforeEach(() => {
    parent = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-rotate-'));
    folder = path.join(parent, 'keys');
  });
  afterEach(() => fs.rmSync(parent, { recursive: true }));

  for (const kind of keyKinds)
    it(`of ${kind}: the new one is in use, the former stays, others are as they were`, () => {
      const before = loadKeys(folder);
      const made = rotateKey(folder, kind, {});
      const after = loadKeys(folder);
      assert.equal(made.name, keyName(kind, 2));
      assert.equal(fs.statSync(path.join(folder, made.name)).mode & 0o777, 0o600);
      const mine = after.known.filter((key) => key.kind === kind);
      assert.deepEqual(mine.map(({ fingerprint, number, inUse }) => [fingerprint, number, inUse]), [[made.from, 1, false], [made.to, 2, true]]);
      const others = (keys: typeof before) => keys.known.filter((key) => key.kind !== kind).map(({ fingerprint }) => fingerprint);
      assert.deepEqual(others(after), others(before));
      assert.deepEqual(rotationsOf(after.known), [{ key: kind, from: made.from, to: made.to }]);
      assert.deepEqual(rotationsOf(before.known), []);
    });

  it('again and again: each kind counts on, and the newest signs, wraps and comes first', () => {
    for (const kind of keyKinds) for (const next of [2, 3]) assert.equal(rotateKey(folder, kind, { passphrase }).name, keyName(kind, next));
    const keys = loadKeys(folder, { passphrase });
    const pub = readKeys(keys.publicPem('manifest'));
    const manifests = keys.known.filter(({ kind }) => kind === 'manifest').map(({ fingerprint }) => fingerprint);
    assert.deepEqual(pub.map(keyIdOf), manifests.toReversed());
    assert.equal(keyIdOf(keys.manifest), keys.keyId('manifest'));
    assert.deepEqual([keys.formerLogs.length, keys.formerTokens.length, keys.master.current], [2, 2, 3]);
    assert.equal(rotationsOf(keys.known).length, 8);
    assert.equal(rotationsOf(keys.known)[0]!.key, 'log');
    assert.ok(keys.known.every(({ kept }) => kept === 'under a passphrase'));
  });

  it('under another passphrase than that of the others: nothing is made', () => {
    loadKeys(folder, { passphrase });
    assert.throws(() => rotateKey(folder, 'manifest', { passphrase: { ...passphrase, reveal: () => 'another one' } }), isInvalid(/The passphrase does not open the key/));
    assert.throws(() => rotateKey(folder, 'manifest', {}), isInvalid(/there is none/));
    assert.deepEqual(numbersOf('manifest', fs.readdirSync(folder)), [1]);
  });

  it('of master keys in a folder of their own: there; in the environment: not at all', () => {
    const masterFolder = path.join(parent, 'medium');
    assert.equal(rotateKey(folder, 'master', { masterFolder }).name, 'master-2.key');
    assert.deepEqual(fs.readdirSync(masterFolder).sort(), ['master-1.key', 'master-2.key']);
    const fixed = randomBytes(32).toString('base64');
    assert.throws(() => rotateKey(folder, 'master', { masterKeys: new Map([[7, { reveal: () => fixed }]]) }), isInvalid(/EXPORTGATE_MASTER_KEY_8/));
  });

  it('ends at 32 of a kind, and more are not read', () => {
    loadKeys(folder);
    for (let made = 2; made <= 32; made++) fs.writeFileSync(path.join(folder, `tokens-${made}.key`), randomBytes(32), { mode: 0o600 });
    assert.throws(() => rotateKey(folder, 'tokens', {}), isInvalid(/no more than 32/));
    fs.writeFileSync(path.join(folder, 'tokens-33.key'), randomBytes(32), { mode: 0o600 });
    assert.throws(() => loadKeys(folder), isInvalid(/at most 32/));
  });

  const strays = ['log-1.pem', 'log-02.pem', 'log-2.pem~', 'log-2.key', 'log-x.pem', 'master.key', 'tokens-2.pem', 'manifest-1000000.pem', 'setup-token'];
  it(`takes none of these for keys: ${strays.join(' ')}`, () => {
    const before = loadKeys(folder).known;
    for (const name of strays) fs.writeFileSync(path.join(folder, name), 'x', { mode: 0o600 });
    assert.deepEqual(loadKeys(folder).known.map(({ fingerprint }) => fingerprint), before.map(({ fingerprint }) => fingerprint));
  });

  it('four gates that start at once for the first time have the same keys', async () => {
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'first-start.ts'), folder], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const lines = children.map((child) => createInterface(child.stdout)[Symbol.asyncIterator]());
    for (const each of lines) assert.equal((await each.next()).value, 'ready');
    for (const child of children) child.stdin.write('go\n');
    const told = await Promise.all(lines.map(async (each) => String((await each.next()).value)));
    assert.equal(new Set(told).size, 1, told.join('\n'));
    assert.equal((JSON.parse(told[0]!) as string[]).length, 4);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['log.pem', 'manifest.pem', 'master-1.key', 'tokens.key']);
  });
});
