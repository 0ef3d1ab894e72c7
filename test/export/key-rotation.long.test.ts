// All keys changed under a gate at work: sessions go on, what was sealed is delivered as before, new packages are signed anew, all verify.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import type { Problem } from '../../plugin/domain/problem.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { keyKinds } from '../../plugin/keys/key-names.js';
import { rotateKey } from '../../plugin/keys/rotate.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import { approveAll, letGo, submit, until } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

describe('a gate whose keys are changed', function () {
  this.timeout(300_000);
  let gate: TestGate;
  const released = async (): Promise<string> => {
    const { requestId } = await submit(gate);
    await approveAll(gate, requestId);
    await until(gate, requestId, ({ state }) => state === 'packaged');
    for (const who of shanghai.executors) await letGo(gate, who, requestId);
    return requestId;
  };
  const fetched = async (requestId: string, name: string): Promise<string> => {
    const file = path.join(gate.folder, name);
    await fetchPackage(await gate.as(shanghai.officer), requestId, file);
    return file;
  };
  const gatePub = async (): Promise<string> => (await fetch(`${gate.url}/api/v1/keys/gate.pub`)).text();
  before(async () => {
    gate = await aGate();
  });
  after(() => gate.close());

  it('delivers the same bytes, keeps everybody signed in, and signs by the new key', async () => {
    const old = await released();
    const [before, oldPub] = [await fetched(old, 'before.zip'), await gatePub()];
    const token = await gate.tokenOf(shanghai.officer);
    const keysFolder = path.join(gate.folder, 'keys');
    const changes = keyKinds.map((kind) => rotateKey(keysFolder, kind, {}));
    await gate.restart();

    const whoami = await fetch(`${gate.url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(whoami.status, 200, 'a token of the former secret');
    const after = await fetched(old, 'after.zip');
    assert.deepEqual(await fs.promises.readFile(after), await fs.promises.readFile(before), 'the archive is the same to the last bit');
    const newPub = await gatePub();
    for (const pub of [oldPub, newPub]) {
      const found = await verifyPackage(after, pub);
      assert.deepEqual([found.intact, found.intact && found.keyId], [true, changes[1]!.from]);
    }
    const fresh = await fetched(await released(), 'fresh.zip');
    const found = await verifyPackage(fresh, newPub);
    assert.deepEqual([found.intact, found.intact && found.keyId], [true, keyIdOf(createPublicKey(newPub))]);
    assert.deepEqual(await verifyPackage(fresh, oldPub), { intact: false, fault: { code: 'key-foreign', where: 'manifest.dsse.json' } });
    await gate.restart();
    const entries = (await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as { event: string; data: object });
    assert.deepEqual(entries.filter(({ event }) => event === 'key-rotated').map(({ data }) => data), changes.map(({ key, from, to }) => ({ key, from, to })));
  });

  it('put under the 国密 profile: starts with an SM2 key alone, and delivers packages of before and after', async () => {
    const old = await released();
    const before = await fs.promises.readFile(await fetched(old, 'international.zip'));
    await assert.rejects(gate.reconfigure('profile: gm'), (thrown: Problem) => thrown.code === 'key-invalid' && /keys rotate manifest/.test(thrown.detail));
    rotateKey(path.join(gate.folder, 'keys'), 'manifest', { profile: 'gm' });
    await gate.restart();
    assert.deepEqual(await fs.promises.readFile(await fetched(old, 'again.zip')), before);
    const fresh = await fetched(await released(), 'gm.zip');
    const pub = await gatePub();
    const [under, over] = [await verifyPackage(fresh, pub), await verifyPackage(path.join(gate.folder, 'again.zip'), pub)];
    assert.deepEqual([under.intact && under.algorithm, over.intact && over.algorithm], ['SM2', 'Ed25519']);
    const objects = path.join(gate.folder, 'data/objects');
    const magics = await Promise.all((await fs.promises.readdir(objects)).map(async (name) => (await fs.promises.readFile(path.join(objects, name))).toString('latin1', 0, 7)));
    assert.deepEqual([...new Set(magics)].sort(), ['EGSEAL1', 'EGSEAL2']);
  });
});
