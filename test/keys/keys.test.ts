// Keys: made once, kept private, refused where they are not; and the wrapping of object keys.
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import { Problem } from '../../plugin/domain/problem.js';
import { loadKeys } from '../../plugin/keys/keys.js';

const isInvalid =
  (detail: RegExp) =>
  (thrown: unknown): boolean =>
    thrown instanceof Problem && thrown.code === 'key-invalid' && detail.test(thrown.detail);

describe('keys', () => {
  let parent: string;
  let folder: string;
  const put = (name: string, bytes: Buffer | string, mode = 0o600): void => {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(folder, name), bytes, { mode });
    fs.chmodSync(path.join(folder, name), mode);
  };
  beforeEach(() => {
    parent = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-keys-'));
    folder = path.join(parent, 'keys');
  });
  afterEach(() => fs.rmSync(parent, { recursive: true }));

  it('are made at first use, private, and stay the same', () => {
    const keys = loadKeys(folder);
    assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['log.pem', 'manifest.pem', 'master-1.key', 'tokens.key']);
    for (const name of fs.readdirSync(folder)) assert.equal(fs.statSync(path.join(folder, name)).mode & 0o777, 0o600, name);
    const again = loadKeys(folder);
    assert.deepEqual([again.keyId('log'), again.keyId('manifest')], [keys.keyId('log'), keys.keyId('manifest')]);
    assert.notEqual(keys.keyId('log'), keys.keyId('manifest'));
    assert.ok(again.tokens.equals(keys.tokens));
    assert.equal(keys.tokens.symmetricKeySize, 32);
  });

  it('have a public half that a stranger can use', () => {
    const keys = loadKeys(folder);
    const gate = createPublicKey(keys.publicPem('manifest'));
    assert.match(keys.publicPem('manifest'), /^-----BEGIN PUBLIC KEY-----/);
    assert.equal(keyIdOf(gate), keys.keyId('manifest'));
    assert.ok(verify(null, Buffer.from('a'), gate, sign(null, Buffer.from('a'), keys.manifest)));
  });

  const table: [string, () => void, RegExp][] = [
    ['a key that others may read', () => put('log.pem', 'x', 0o640), /log\.pem has mode 0640.*0600/],
    ['a secret that others may write', () => put('tokens.key', randomBytes(32), 0o602), /mode 0602/],
    ['a folder that others may enter', () => (fs.mkdirSync(folder), fs.chmodSync(folder, 0o755)), /folder has mode 0755.*0700/],
    ['a key that is no key', () => put('manifest.pem', 'not a key'), /manifest\.pem is not a private key/],
    ['an empty key', () => put('manifest.pem', ''), /manifest\.pem is not a private key/],
    [
      'a key of another kind',
      () => put('log.pem', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })),
      /must be Ed25519/,
    ],
    ['a short secret', () => put('tokens.key', randomBytes(31)), /31 bytes/],
    ['a short master key', () => put('master-1.key', randomBytes(16)), /master-1\.key has 16 bytes/],
    ['a short older master key', () => (put('master-1.key', ''), put('master-2.key', randomBytes(32))), /master-1\.key has 0 bytes/],
    ['a huge key', () => put('log.pem', Buffer.alloc(100_000)), /log\.pem/],
    ['a folder for a key', () => fs.mkdirSync(path.join(folder, 'log.pem'), { recursive: true, mode: 0o700 }), /log\.pem/],
    [
      'a link to nowhere',
      () => (fs.mkdirSync(folder, { mode: 0o700 }), fs.symlinkSync('nowhere', path.join(folder, 'log.pem'))),
      /log\.pem/,
    ],
    ['a file for the folder', () => fs.writeFileSync(folder, '', { mode: 0o600 }), /folder/],
  ];
  for (const [what, prepare, detail] of table)
    it(`refuse ${what}`, () => {
      prepare();
      assert.throws(() => loadKeys(folder), isInvalid(detail));
    });

  it('say nothing of what they hold', () => {
    put('log.pem', `-----BEGIN PRIVATE KEY-----\n${'QUJD'.repeat(12)}\n-----END PRIVATE KEY-----\n`);
    assert.throws(
      () => loadKeys(folder),
      (thrown: unknown) => thrown instanceof Problem && !thrown.detail.includes('QUJD') && !thrown.detail.includes(folder),
    );
  });

  describe('wrap object keys', () => {
    it('under the newest master key, and open those of older ones', () => {
      const dataKey = randomBytes(32);
      const old = loadKeys(folder).master.wrap(dataKey, 'object-1');
      put('master-2.key', randomBytes(32));
      const { master } = loadKeys(folder);
      const wrapped = master.wrap(dataKey, 'object-1');
      assert.deepEqual([old.version, wrapped.version, master.current], [1, 2, 2]);
      assert.deepEqual(master.unwrap(old.wrapped, 1, 'object-1'), dataKey);
      assert.deepEqual(master.unwrap(wrapped.wrapped, 2, 'object-1'), dataKey);
      assert.ok(!wrapped.wrapped.includes(dataKey));
      assert.notDeepEqual(master.wrap(dataKey, 'object-1').wrapped, wrapped.wrapped);
    });

    it('for one object and one version, every bit of it', () => {
      put('master-1.key', randomBytes(32));
      put('master-2.key', fs.readFileSync(path.join(folder, 'master-1.key')));
      const { master } = loadKeys(folder);
      const { wrapped } = master.wrap(randomBytes(32), 'object-1');
      const wrong: [Buffer, number, string][] = [
        [wrapped, 2, 'object-2'],
        [wrapped, 1, 'object-1'],
        [wrapped, 3, 'object-1'],
        [wrapped.subarray(1), 2, 'object-1'],
        [Buffer.alloc(0), 2, 'object-1'],
      ];
      for (let byte = 0; byte < wrapped.length; byte++) {
        const flipped = Buffer.from(wrapped);
        flipped[byte]! ^= 1;
        wrong.push([flipped, 2, 'object-1']);
      }
      for (const [bytes, version, object] of wrong) assert.throws(() => master.unwrap(bytes, version, object), isInvalid(/Master key/));
    });
  });
});
