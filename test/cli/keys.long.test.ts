// exportgate keys, as a process, beside a gate that serves under a passphrase; nothing that is printed holds the passphrase.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { readKeys } from '../../plugin/evidence/read-keys.js';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import { aPlace, exportgate, serve, type Ended, type Place } from './program.js';

interface Listed {
  keys: { kind: string; number: number; fingerprint: string; kept: string; inUse: boolean }[];
}
const said = 'correct horse battery staple';

describe('exportgate keys', function () {
  this.timeout(300_000);
  let place: Place;
  const keys = async (args: readonly string[], env: Record<string, string> = { EXPORTGATE_KEYS_PASSPHRASE: said }): Promise<Ended> => {
    const ended = await exportgate(['--config', place.config, ...args, '--json'], { env: { ...place.env, ...env } });
    assert.doesNotMatch(ended.stdout + ended.stderr, /correct horse/);
    return ended;
  };
  const json = <T>({ stdout }: Ended): T => JSON.parse(stdout) as T;
  before(async () => {
    place = await aPlace();
  });
  after(() => fs.promises.rm(place.folder, { recursive: true, force: true }));

  it('plain, protected, rotated: a gate serves through all of it, and records each change', async () => {
    await (await serve(place)).stop();
    const plain = json<Listed>(await keys(['keys', 'list'], {}));
    assert.deepEqual(plain.keys.map(({ kind, number, kept }) => [kind, number, kept]), [['log', 1, 'plain'], ['manifest', 1, 'plain'], ['tokens', 1, 'plain'], ['master', 1, 'plain']]);
    assert.match(json<{ findings: { what: string; detail: string }[] }>(await keys(['doctor'])).findings.find(({ what }) => what === 'keys')!.detail, /log key 1 is not under the passphrase/);

    assert.equal(json<{ files: string[] }>(await keys(['keys', 'protect'])).files.length, 4);
    const nobody = await keys(['keys', 'list'], {});
    assert.deepEqual([nobody.code, JSON.parse(nobody.stderr).problem.code], [2, 'key-invalid']);
    const wrong = await keys(['keys', 'list'], { EXPORTGATE_KEYS_PASSPHRASE: 'another horse entirely' });
    assert.match(JSON.parse(wrong.stderr).problem.detail, /^The passphrase does not open the key \S+\.$/);
    await assert.rejects(serve(place), /key-invalid/);

    const rotated: { from: string; to: string }[] = [];
    for (const kind of ['log', 'manifest', 'tokens', 'master']) rotated.push(json(await keys(['keys', 'rotate', kind])));
    const file = path.join(place.folder, 'passphrase.txt');
    await fs.promises.writeFile(file, `${said}\n`, { mode: 0o600 });
    await fs.promises.appendFile(place.config, 'keys: { passphraseFile: passphrase.txt }\n');
    const server = await serve(place);
    const gatePub = await (await fetch(`${server.url}/api/v1/keys/gate.pub`)).text();
    await server.stop();
    assert.equal(json<{ manifest: string }>(await keys(['keys', 'public'], {})).manifest, gatePub);
    assert.deepEqual(readKeys(gatePub).map(keyIdOf), [rotated[1]!.to, rotated[1]!.from]);
    const vkeys = json<{ log: string[] }>(await keys(['keys', 'public', '--log'], {})).log;
    assert.equal(vkeys.length, 2);
    const told = (await fs.promises.readFile(path.join(place.journal, 'entries.ndjson'), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as { event: string; data: unknown });
    const changes = told.filter(({ event }) => event === 'key-rotated').map(({ data }) => data);
    assert.deepEqual(changes, (['log', 'manifest', 'tokens', 'master'] as const).map((key, at) => ({ key, from: rotated[at]!.from, to: rotated[at]!.to })));
    assert.equal(json<{ intact: boolean }>(await keys(['journal', 'verify'], {})).intact, true);
  });

  it('an old key in use: doctor warns, and goes on', async () => {
    const old = new Date('2020-01-01T00:00:00Z');
    await fs.promises.utimes(path.join(place.keys, 'manifest-2.pem'), old, old);
    const { findings } = json<{ findings: { what: string; ok: boolean; detail: string }[] }>(await keys(['doctor'], {}));
    const found = findings.find(({ what }) => what === 'keys')!;
    assert.equal(found.ok, true);
    assert.match(found.detail, /manifest key 2 is in use for \d{4,} days: exportgate keys rotate manifest/);
    assert.doesNotMatch(found.detail, /manifest key 1|log key/);
  });

  it('another passphrase: by the former one in a file of its own; a gate serves under the new one, and no longer under the former', async () => {
    const [former, now] = [path.join(place.folder, 'former.txt'), path.join(place.folder, 'passphrase.txt')];
    const change = (): Promise<Ended> => keys(['keys', 'protect', '--former', former], {});
    await fs.promises.writeFile(now, 'another horse entirely\n');
    for (const [text, mode, why] of [
      [`${said}\n`, 0o644, /Everybody on this machine may read/],
      ['', 0o600, /not one line/],
      ['a third horse\n', 0o600, /does not open the key/],
    ] as const) {
      await fs.promises.rm(former, { force: true });
      await fs.promises.writeFile(former, text, { mode });
      const refused = await change();
      assert.deepEqual([refused.code, why.test(JSON.parse(refused.stderr).problem.detail)], [2, true], refused.stderr);
    }
    await fs.promises.writeFile(former, `${said}\n`);
    assert.equal(json<{ files: string[] }>(await change()).files.length, 8);
    await (await serve(place)).stop();
    await fs.promises.writeFile(now, `${said}\n`);
    await assert.rejects(serve(place), /key-invalid/);
    await fs.promises.writeFile(now, 'another horse entirely\n');
  });

  it('an unknown kind: 2', async () => assert.equal((await keys(['keys', 'rotate', 'everything'], {})).code, 2));
});
