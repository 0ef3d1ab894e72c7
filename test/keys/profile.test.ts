// The profile decides what a new manifest key is; keys of the other one stay, and verify on.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { algorithmOf } from '../../plugin/domain/formats/key-algorithm.js';
import type { Problem } from '../../plugin/domain/problem.js';
import { readKeys } from '../../plugin/evidence/read-keys.js';
import { expectProfile, loadKeys } from '../../plugin/keys/keys.js';
import { protectKeys } from '../../plugin/keys/protect.js';
import { rotateKey } from '../../plugin/keys/rotate.js';

const passphrase = { reveal: () => 'correct horse', cost: { N: 16, r: 1, p: 1 } };

describe('profile of keys', () => {
  let parent: string;
  let folder: string;
  beforeEach(() => {
    parent = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-profile-'));
    folder = path.join(parent, 'keys');
  });
  afterEach(() => fs.rmSync(parent, { recursive: true }));

  it('gm from the start: packages by SM2, the log by Ed25519, under a passphrase too', () => {
    for (const making of [{}, { passphrase }]) {
      const keys = loadKeys(folder, { profile: 'gm', ...making });
      expectProfile(keys, 'gm');
      assert.deepEqual([algorithmOf(keys.manifest), algorithmOf(keys.log), keys.master.suite], ['SM2', 'Ed25519', 'sm4']);
      assert.deepEqual(readKeys(keys.publicPem('manifest')).map(algorithmOf), ['SM2']);
      const opened = execFileSync('openssl', ['pkey', '-in', path.join(folder, 'manifest.pem'), '-passin', 'pass:correct horse', '-pubout']).toString();
      assert.equal(opened, keys.publicPem('manifest'));
      assert.throws(() => expectProfile(keys, 'international'), (thrown: Problem) => thrown.code === 'key-invalid' && /keys rotate manifest/.test(thrown.detail));
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('later, and back: a rotation makes a key that fits, and all former ones stay in gate.pub', () => {
    assert.throws(() => expectProfile(loadKeys(folder), 'gm'), (thrown: Problem) => /must|not SM2/.test(thrown.detail));
    rotateKey(folder, 'manifest', { profile: 'gm' });
    expectProfile(loadKeys(folder, { profile: 'gm' }), 'gm');
    protectKeys(folder, { profile: 'gm', passphrase });
    rotateKey(folder, 'manifest', { profile: 'international', passphrase });
    const keys = loadKeys(folder, { passphrase });
    expectProfile(keys, 'international');
    assert.deepEqual(readKeys(keys.publicPem('manifest')).map(algorithmOf), ['Ed25519', 'SM2', 'Ed25519']);
  });

  it('an SM2 key does not sign the log', () => {
    loadKeys(folder, { profile: 'gm' });
    fs.copyFileSync(path.join(folder, 'manifest.pem'), path.join(folder, 'log.pem'));
    assert.throws(() => loadKeys(folder, { profile: 'gm' }), (thrown: Problem) => /log\.pem holds a key of another kind; it must be Ed25519\./.test(thrown.detail));
  });
});
