// A whole gate whose journal must be cosigned: no package and no checkpoint leaves before, and a verifier finds who cosigned.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { isCosigned } from '../../plugin/domain/formats/cosignature.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { aGate, shanghai } from '../support/gate.js';
import { approveAll, letGo, problemOf, show, submit, until } from '../support/walk.js';
import { ask, asJson } from '../http/raw.js';
import { isProblem } from '../journal/a-journal.js';
import { aWitness, witnessFolder } from './a-witness.js';
import { fetchPackage } from '../support/fetch-package.js';

describe('a gate whose journal is witnessed', function () {
  this.timeout(120_000);

  it('hands out neither package nor checkpoint before the quorum has cosigned; then both, and the cosignature is checked', async () => {
    const folder = witnessFolder();
    // Its address and key are known before it knows the log, as they are between two agencies.
    const before = await aWitness(folder);
    await before.close();
    let wall = Date.parse('2026-11-23T08:00:00.000Z');
    const gate = await aGate({
      now: () => new Date(wall),
      journal: `witnesses: [{ url: "${before.url}", vkey: "${before.vkey}" }], quorum: 1`,
    });
    const pass = (ms: number): void => void (wall += ms);
    try {
      const { requestId } = await submit(gate);
      await approveAll(gate, requestId);
      await until(gate, requestId, ({ state }) => state === 'packaged');
      for (const user of shanghai.executors) await letGo(gate, user, requestId);
      const file = path.join(gate.folder, 'package.zip');
      const fetched = async () =>
        (await problemOf(fetchPackage(await gate.as(shanghai.officer), requestId, file)))?.code ?? null;
      assert.equal(await fetched(), 'checkpoint-uncosigned');
      assert.equal((await show(gate, requestId)).release?.fetched, 0, 'what did not leave is not counted');
      const checkpoint = () => ask(gate.url, { target: '/journal/checkpoint' });
      assert.deepEqual(((it) => [it.status, asJson<{ code: string }>(it).code])(await checkpoint()), [503, 'checkpoint-uncosigned']);

      const origin = 'test.exportgate.example/one';
      const keys = loadKeys(path.join(gate.folder, 'keys'));
      const witness = await aWitness(folder, {
        port: Number(new URL(before.url).port),
        logs: new Map([[origin, [verifierKey(origin, keys.log)]]]),
      });
      try {
        // It is left alone for at most five minutes.
        pass(301_000);
        await gate.look();
        assert.equal(await fetched(), null);
        assert.equal((await show(gate, requestId)).release?.fetched, 1);
        const { status, text } = await checkpoint();
        assert.deepEqual([status, isCosigned(text, before.vkey)], [200, true]);
      } finally {
        await witness.close();
      }
      const pem = keys.publicPem('manifest');
      const other = verifierKey('witness.example/w2', generateKeyPairSync('ed25519').privateKey, 'cosignature');
      assert.equal((await verifyPackage(file, pem)).intact, true);
      assert.equal((await verifyPackage(file, pem, { witnesses: [before.vkey] })).intact, true);
      for (const wanted of [[other], [before.vkey, other]])
        assert.deepEqual(await verifyPackage(file, pem, { witnesses: wanted }), {
          intact: false,
          fault: { code: 'proof-invalid', where: 'journal/checkpoint' },
        });
      await assert.rejects(verifyPackage(file, pem, { witnesses: [verifierKey(origin, keys.log)] }), isProblem('key-invalid'));
    } finally {
      await gate.close();
      fs.rmSync(folder, { recursive: true });
    }
  });
});
