// A release ends, and a clock that is set back opens it no more; and two who let go are two at that moment.
import assert from 'node:assert/strict';
import path from 'node:path';
import { Client } from '../../plugin/cli/client.js';
import { Login } from '../../plugin/cli/login.js';
import type { Entry } from '../../plugin/domain/audit-event.js';
import { makeSetupToken } from '../../plugin/identity/setup-token.js';
import { aGate, nameOf, shanghai } from '../support/gate.js';
import { join, joinGate } from '../support/people.js';
import { approveAll, letGo, problemOf, submit, until } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

describe('a release that ended', function () {
  this.timeout(60_000);

  it('is not opened again by a clock that was set back, nor is a release made, until somebody has looked', async () => {
    let [wall, steady] = [Date.parse('2026-11-23T08:00:00.000Z'), 0];
    const gate = await aGate({ now: () => new Date(wall), monotonic: () => steady });
    const pass = (ms: number): void => void ((wall += ms), (steady += ms));
    try {
      const { requestId } = await submit(gate);
      await approveAll(gate, requestId);
      await until(gate, requestId, ({ state }) => state === 'packaged');
      for (const user of shanghai.executors) await letGo(gate, user, requestId);
      const fetched = async () =>
        (await problemOf(fetchPackage(await gate.as(shanghai.officer), requestId, path.join(gate.folder, 'package.zip'))))?.code ?? null;
      pass(30 * 24 * 3_600_000);
      gate.again();
      assert.equal(await fetched(), 'release-expired');
      wall -= 30 * 24 * 3_600_000;
      gate.again();
      assert.equal(await fetched(), 'clock-doubted');
      pass(60_000);
      await (await gate.as('user:root.luo')).post('/api/v1/clock/acknowledgement', {});
      assert.equal(await fetched(), null, 'within its hours again, by the clock that an administrator vouches for');
    } finally {
      await gate.close();
    }
  });
});

describe('a second voice, where the first one’s account was closed meanwhile', function () {
  this.timeout(60_000);
  const [first, second] = shanghai.executors;
  const [luo, bai] = ['user:root.luo', 'user:root.bai'];

  it('is the first now: of a release, and of a broken glass', async () => {
    const gate = await aGate();
    try {
      const manager = await gate.as(luo);
      const close = (user: string) => manager.post(`/api/v1/accounts/${user.slice(5)}/close`, {});
      const { requestId } = await submit(gate);
      const events = async (): Promise<string[]> => {
        const { entries } = await (await gate.as('user:audit.he')).get<{ entries: Entry[] }>('/api/v1/journal?count=200');
        return entries.map(({ event }) => event).filter((event) => /^glass-|^release-|^clip-/.test(event));
      };
      const glass = async (user: string) => {
        await (await gate.as(user)).post(`/api/v1/requests/${requestId}/glass`, { reason: 'life-in-danger' });
        return (await gate.as(shanghai.officer)).get<{ glass: { broken: boolean } }>(`/api/v1/requests/${requestId}`);
      };
      // Who is left alone afterwards invites nobody who has a say.
      for (const user of ['user:audit.he', ...shanghai.steps, first, second]) await gate.as(user);
      await glass(bai);
      await close(bai);
      assert.equal((await glass(luo)).glass.broken, false);
      assert.equal((await problemOf(glass(luo)))?.code, 'state-conflict');

      await approveAll(gate, requestId);
      await until(gate, requestId, ({ state }) => state === 'packaged');
      await letGo(gate, first, requestId);
      await close(first);
      const asked = await letGo(gate, second, requestId);
      assert.deepEqual([asked.state, asked.release], ['release-asked', null]);
      assert.equal((await problemOf(letGo(gate, second, requestId)))?.code, 'executor-barred');
      // Nothing is stuck: another executor confirms, here the same person with an account of their own again.
      const whom = { user: first, name: nameOf(first), unit: '示例单位', card: { idKind: 'POLICE', idNumber: '示例-000009' } };
      const now = () => new Date();
      const token = await makeSetupToken(path.join(gate.folder, 'keys'));
      const other = new Login(await join(gate.url, '/api/v1/setup', { token, user: bai, name: nameOf(bai), unit: '示例单位' }, now));
      const login = new Login(await joinGate(gate.url, whom, manager, () => Promise.resolve(new Client(gate.url, other)), now));
      const released = await new Client(gate.url, login).post<{ state: string; release: { executors: string[] } }>(`/api/v1/requests/${requestId}/release`, {});
      assert.deepEqual([released.state, released.release.executors], ['released', [second, first]]);
      assert.deepEqual(await events(), ['glass-asked', 'glass-asked', 'release-asked', 'release-asked', 'clip-released']);
    } finally {
      await gate.close();
    }
  });
});
