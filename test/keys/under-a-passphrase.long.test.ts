// Keys under a passphrase: what opens them and what does not, made by us and by openssl; plain ones are put under it one by one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import { loadKeys, wantsPassphrase, type KeySources } from '../../plugin/keys/keys.js';
import { protectKeys } from '../../plugin/keys/protect.js';

const said = '正确的 passphrase 1';
/** Guesses are not what is tested here: a derivation that costs nothing. */
const cost = { N: 16, r: 1, p: 1 };
const right = { reveal: () => said, cost };
const other = { reveal: () => '另一个 passphrase 2', cost };
const openssl = (args: readonly string[], input?: Buffer | string): Buffer => execFileSync('openssl', args, { ...(input && { input }), stdio: ['pipe', 'pipe', 'ignore'] });
const names = ['log.pem', 'manifest.pem', 'master-1.key', 'tokens.key'];

const isInvalid = (name: string) => (thrown: unknown) => {
  assert.ok(thrown instanceof Problem);
  assert.equal(thrown.code, 'key-invalid');
  assert.match(thrown.detail, new RegExp(`The (?:passphrase does not open the )?key ${name.replace('.', '\\.')}`));
  assert.ok(!JSON.stringify([thrown.detail, String(thrown.cause), thrown.stack]).includes('passphrase 1'), 'what was typed is not told');
  return true;
};

describe('keys under a passphrase', function () {
  this.timeout(60_000);
  let parent: string;
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const put = (name: string, bytes: Buffer): void => {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.writeFileSync(at(name), bytes, { mode: 0o600 });
  };
  const idsOf = (sources: KeySources = {}): string[] => loadKeys(folder, sources).known.map(({ fingerprint }) => fingerprint);
  beforeEach(() => {
    parent = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-passphrase-'));
    folder = path.join(parent, 'keys');
  });
  afterEach(() => fs.rmSync(parent, { recursive: true }));

  const sealedBy: Record<string, { name: string; make: () => Buffer }> = {
    'ours, signing': { name: 'log.pem', make: () => (loadKeys(folder, { passphrase: right }), fs.readFileSync(at('log.pem'))) },
    'ours, secret': { name: 'tokens.key', make: () => (loadKeys(folder, { passphrase: right }), fs.readFileSync(at('tokens.key'))) },
    'ours, master': { name: 'master-1.key', make: () => (loadKeys(folder, { passphrase: right }), fs.readFileSync(at('master-1.key'))) },
    'openssl, PBKDF2': { name: 'manifest.pem', make: () => openssl(['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-passout', `pass:${said}`], openssl(['genpkey', '-algorithm', 'ed25519'])) },
    'openssl, scrypt': { name: 'manifest.pem', make: () => openssl(['pkcs8', '-topk8', '-scrypt', '-passout', `pass:${said}`], openssl(['genpkey', '-algorithm', 'ed25519'])) },
  };
  for (const [what, { name, make }] of Object.entries(sealedBy)) {
    it(`${what}: the right one opens, another and none do not, and only the file is named`, () => {
      const bytes = make();
      fs.rmSync(folder, { recursive: true, force: true });
      put(name, bytes);
      assert.equal(wantsPassphrase(folder), true);
      assert.throws(() => loadKeys(folder, { passphrase: other }), isInvalid(name));
      fs.rmSync(folder, { recursive: true, force: true });
      put(name, bytes);
      assert.throws(() => loadKeys(folder), isInvalid(name));
      loadKeys(folder, { passphrase: right });
      assert.deepEqual(fs.readFileSync(at(name)), bytes, 'it stays as it was');
    });
  }

  it('are made so where one is given, every one of them, and open again', () => {
    const made = idsOf({ passphrase: right });
    assert.deepEqual(fs.readdirSync(folder).sort(), names);
    for (const name of names) assert.equal(fs.statSync(at(name)).mode & 0o777, 0o600, name);
    assert.deepEqual(loadKeys(folder, { passphrase: right }).known.map(({ kept }) => kept), Array(4).fill('under a passphrase'));
    assert.deepEqual(idsOf({ passphrase: right }), made);
  });

  it('openssl reads what we made at its real cost, with the passphrase alone', () => {
    const keys = loadKeys(folder, { passphrase: { reveal: right.reveal } });
    assert.deepEqual([...fs.readFileSync(at('tokens.key')).subarray(7, 10)], [14, 8, 5]);
    const pub = openssl(['pkey', '-in', at('manifest.pem'), '-passin', `pass:${said}`, '-pubout']).toString();
    assert.equal(pub, keys.publicPem('manifest'));
    assert.throws(() => openssl(['pkey', '-in', at('manifest.pem'), '-passin', 'pass:wrong']));
    assert.match(openssl(['asn1parse', '-in', at('manifest.pem')]).toString(), /PBES2[\s\S]*scrypt|PBES2[\s\S]*1\.3\.6\.1\.4\.1\.11591\.4\.11[\s\S]*aes-256-cbc/);
  });

  it('open under no name but their own: a token secret is no master key', () => {
    loadKeys(folder, { passphrase: right });
    fs.copyFileSync(at('tokens.key'), at('master-1.key'));
    assert.throws(() => loadKeys(folder, { passphrase: right }), isInvalid('master-1.key'));
  });

  it('open with no bit of a sealed secret changed, and never ask for more than is bearable', () => {
    loadKeys(folder, { passphrase: right });
    const sealed = fs.readFileSync(at('tokens.key'));
    const costly: [number, number][] = [[7, 40], [7, 0], [8, 255], [8, 0], [9, 255], [9, 0]];
    const flips = Array.from(sealed, (byte, place): [number, number] => [place, byte ^ 1]);
    for (const [place, value] of [...costly, ...flips]) {
      const changed = Buffer.from(sealed);
      changed[place] = value;
      put('tokens.key', changed);
      assert.throws(() => loadKeys(folder, { passphrase: right }), (thrown: Problem) => thrown.code === 'key-invalid' && thrown.detail.includes('tokens.key'), `byte ${place}`);
    }
    for (const length of [31, 33, 85, 87]) {
      put('tokens.key', Buffer.concat([sealed, Buffer.alloc(1)]).subarray(0, length));
      assert.throws(() => loadKeys(folder, { passphrase: right }), (thrown: Problem) => thrown.code === 'key-invalid', `${length} bytes`);
    }
  });

  it('an encrypted key of another kind, and one that is cut off, are refused', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: said });
    put('log.pem', Buffer.from(ec));
    assert.throws(() => loadKeys(folder, { passphrase: right }), (thrown: Problem) => thrown.code === 'key-invalid' && /log\.pem holds a key of another kind/.test(thrown.detail));
    put('log.pem', Buffer.from(String(ec).replace('-----END ENCRYPTED PRIVATE KEY-----', '')));
    assert.throws(() => loadKeys(folder, { passphrase: right }), (thrown: Problem) => /log\.pem is not a private key/.test(thrown.detail));
  });

  /** What `step` does ends before it gives the file behind so many its name. */
  const cutOff = (behind: number, step: () => unknown): void => {
    const rename = fs.renameSync;
    let renames = 0;
    fs.renameSync = (...asked) => {
      if (renames++ === behind) throw new Error('cut off');
      rename(...asked);
    };
    try {
      assert.throws(step, (thrown: Problem) => thrown.code === 'key-invalid');
    } finally {
      fs.renameSync = rename;
    }
  };

  describe('protect', () => {
    it('puts plain ones under it, the same keys, as old as before; and a second time nothing', () => {
      const before = loadKeys(folder);
      const long = new Date('2025-01-02T03:04:05.000Z');
      fs.utimesSync(at('log.pem'), long, long);
      assert.equal(wantsPassphrase(folder), false);
      assert.deepEqual(protectKeys(folder, { passphrase: right }).sort(), names);
      const after = loadKeys(folder, { passphrase: right });
      assert.deepEqual(after.known.map(({ fingerprint }) => fingerprint), before.known.map(({ fingerprint }) => fingerprint));
      assert.deepEqual(after.known[0]!.madeAt, long);
      for (const name of names) assert.equal(fs.statSync(at(name)).mode & 0o777, 0o600, name);
      assert.deepEqual(fs.readdirSync(folder).sort(), names, 'nothing is left beside them');
      assert.deepEqual(protectKeys(folder, { passphrase: right }), []);
      assert.throws(() => loadKeys(folder), (thrown: Problem) => thrown.code === 'key-invalid');
    });

    for (const crashed of [0, 1, 2, 3])
      it(`cut off before file ${crashed + 1} takes its place: all keys open, and the rest is done next time`, () => {
        const before = idsOf();
        cutOff(crashed, () => protectKeys(folder, { passphrase: right }));
        // What a power cut leaves, which no `finally` clears away.
        fs.writeFileSync(at(`.tokens.key.${process.pid}`), randomBytes(20), { mode: 0o600 });
        const kept = loadKeys(folder, { passphrase: right }).known.map((key) => key.kept);
        assert.equal(kept.filter((it) => it === 'under a passphrase').length, crashed);
        assert.deepEqual(idsOf({ passphrase: right }), before);
        assert.equal(protectKeys(folder, { passphrase: right }).length, 4 - crashed);
        assert.deepEqual(idsOf({ passphrase: right }), before);
      });

    it('under another passphrase than that of those which have one: nothing is written', () => {
      loadKeys(folder, { passphrase: right });
      const plain = randomBytes(32);
      put('tokens.key', plain);
      assert.throws(() => protectKeys(folder, { passphrase: other }), isInvalid('master-1.key'));
      assert.deepEqual(fs.readFileSync(at('tokens.key')), plain);
    });

    it('from a former one to this one: the same keys, plain ones too, and the former opens none', () => {
      loadKeys(folder, { passphrase: other });
      const plain = randomBytes(32);
      put('tokens.key', plain);
      const before = idsOf({ passphrase: other });
      assert.deepEqual(protectKeys(folder, { passphrase: right, former: other }).sort(), names);
      assert.deepEqual(idsOf({ passphrase: right }), before);
      for (const name of names) assert.ok(!fs.readFileSync(at(name)).includes(plain), name);
      assert.throws(() => loadKeys(folder, { passphrase: other }), isInvalid('master-1.key'));
      assert.deepEqual(protectKeys(folder, { passphrase: right, former: other }), []);
    });

    for (const crashed of [1, 2, 3])
      it(`from a former one, cut off behind ${crashed} file(s): asked again it does the rest`, () => {
        loadKeys(folder, { passphrase: other });
        const before = idsOf({ passphrase: other });
        cutOff(crashed, () => protectKeys(folder, { passphrase: right, former: other }));
        assert.equal(protectKeys(folder, { passphrase: right, former: other }).length, 4 - crashed);
        assert.deepEqual(idsOf({ passphrase: right }), before);
      });

    it('where one file opens by neither: nothing is written', () => {
      loadKeys(folder, { passphrase: other });
      const before = names.map((name) => fs.readFileSync(at(name)));
      const third = { reveal: () => '第三个 passphrase 3', cost };
      assert.throws(() => protectKeys(folder, { passphrase: right, former: third }), (thrown: Problem) => thrown.code === 'key-invalid');
      assert.deepEqual(names.map((name) => fs.readFileSync(at(name))), before);
    });

    it('a file that others may read is not made better by it: it is refused', () => {
      loadKeys(folder);
      fs.chmodSync(at('manifest.pem'), 0o644);
      assert.throws(() => protectKeys(folder, { passphrase: right }), (thrown: Problem) => /manifest\.pem has mode 0644/.test(thrown.detail));
    });
  });

  describe('master keys elsewhere', () => {
    const secret = randomBytes(32);
    const env = (number: number, text = secret.toString('base64')) => ({ masterKeys: new Map([[number, { reveal: () => text }]]) });

    it('in a folder of their own: made there at the first start, missed at a later one', () => {
      const masterFolder = path.join(parent, 'medium');
      const before = idsOf({ masterFolder });
      assert.deepEqual(fs.readdirSync(masterFolder), ['master-1.key']);
      assert.equal(fs.existsSync(at('master-1.key')), false);
      assert.deepEqual(idsOf({ masterFolder }), before);
      fs.rmSync(path.join(masterFolder, 'master-1.key'));
      assert.throws(() => loadKeys(folder, { masterFolder }), (thrown: Problem) => thrown.code === 'key-invalid' && /keys\.masterFolder/.test(thrown.detail));
      assert.deepEqual(fs.readdirSync(masterFolder), [], 'no new one that would open nothing');
      fs.chmodSync(masterFolder, 0o755);
      assert.throws(() => loadKeys(folder, { masterFolder }), (thrown: Problem) => /mode 0755/.test(thrown.detail));
    });

    it('in the environment: used, listed without an age, and no file is made', () => {
      const keys = loadKeys(folder, env(1));
      assert.deepEqual(fs.readdirSync(folder).sort(), ['log.pem', 'manifest.pem', 'tokens.key']);
      const listed = keys.known.find(({ kind }) => kind === 'master')!;
      assert.deepEqual([listed.kept, listed.madeAt, listed.inUse], ['in the environment', null, true]);
      put('master-1.key', secret);
      const { wrapped } = keys.master.wrap(Buffer.alloc(32, 7), 'object-1');
      assert.deepEqual(loadKeys(folder).master.unwrap(wrapped, 1, 'object-1'), Buffer.alloc(32, 7), 'the same key, from either place');
    });

    it('beside files: each number once, the highest in use', () => {
      loadKeys(folder);
      const { master, known } = loadKeys(folder, env(2));
      assert.equal(master.current, 2);
      assert.deepEqual(known.filter(({ kind }) => kind === 'master').map(({ number, inUse }) => [number, inUse]), [[1, false], [2, true]]);
      assert.throws(() => loadKeys(folder, env(1)), (thrown: Problem) => /Master key 1 is another in the environment/.test(thrown.detail));
    });

    for (const [what, text] of [['short', randomBytes(31).toString('base64')], ['hex', secret.toString('hex')], ['not base64', '!'.repeat(44)], ['base64url', Buffer.alloc(32, 255).toString('base64url')]] as const)
      it(`in the environment, ${what}: refused, and not told`, () =>
        assert.throws(() => loadKeys(folder, env(3, text)), (thrown: Problem) => /EXPORTGATE_MASTER_KEY_3/.test(thrown.detail) && !thrown.detail.includes(text)));
  });
});
