// What a line of roles.csv asks of an account that is there already: nobody becomes an approver without a second factor, nor an administrator by one hand.
import assert from 'node:assert/strict';
import { Client } from '../../plugin/cli/client.js';
import { officeOf } from '../../plugin/policy/offices.js';
import { loadPolicy } from '../../plugin/policy/load.js';
import { append, shipped } from '../policy/policy-folder.js';
import { shanghai } from '../support/gate.js';
import { joinGate } from '../support/people.js';
import { aPolicyDesk, bai, luo, type PolicyDesk } from '../support/policy-desk.js';
import { problemOf } from '../support/walk.js';

describe('offices', function () {
  this.timeout(60_000);

  it('of the shipped files: applicants have none, all others a second factor, and administrators are those who manage', async () => {
    const policy = await loadPolicy(shipped);
    const of = (user: string) => officeOf(policy, user as 'user:x');
    const table = [
      ['user:sh.lu', false, false],
      ['user:sh.zhou', true, false],
      ['user:sh.tao', true, false],
      ['user:sh.wei', true, false],
      ['user:audit.he', true, false],
      ['user:root.luo', true, true],
      ['user:nobody', false, false],
      ['role:administrator', false, false],
    ] as const;
    for (const [user, secondFactor, administrator] of table) assert.deepEqual([user, of(user).secondFactor, of(user).administrator], [user, secondFactor, administrator]);
    assert.deepEqual(of('user:sh.lu').roles, ['role:police.investigator']);
  });

  describe('that a saved policy gives to an account of before', () => {
    let desk: PolicyDesk;
    before(async () => {
      desk = await aPolicyDesk();
      for (const user of [luo, bai, 'user:sh.pan', shanghai.steps[0]]) await (await desk.as(user!)).get('/api/v1/requests');
    });
    after(() => desk.close());
    const codeOf = async (user: string) => (await problemOf((await desk.as(user)).get('/api/v1/requests')))?.code ?? null;

    it('ask for an invitation: a second factor that it has not, or a second administrator’s hand', async () => {
      await desk.enact({ 'roles.csv': append(['g, user:sh.pan, role:duty-manager, 310000/SH-YUNFAN', 'g, user:sh.zhou, role:administrator, *'].join('\n')) });
      assert.deepEqual([await codeOf('user:sh.pan'), await codeOf(shanghai.steps[0])], ['reinvitation-needed', 'reinvitation-needed']);
      // Its voice counts for no policy either, as long as it was not made as one.
      const { accounts } = await (await desk.as(luo!)).get<{ accounts: { user: string; lack: string | null }[] }>('/api/v1/accounts');
      assert.deepEqual(accounts.filter(({ lack }) => lack !== null).map(({ user }) => user), ['user:sh.pan', shanghai.steps[0]]);

      const manager = await desk.as(luo!);
      const whom = (user: string) => ({ user, name: '示例', unit: '示例', card: { idKind: 'WORK', idNumber: `示例-${user}` } });
      let confirmed = 0;
      const second = async () => (confirmed++, desk.as(bai!));
      const one = await joinGate(desk.url, whom('user:sh.pan'), manager, second, () => new Date());
      assert.ok(one.otp);
      assert.equal(await problemOf(new Client(desk.url, one).get('/api/v1/requests')), null);
      const two = await joinGate(desk.url, whom(shanghai.steps[0]), manager, second, () => new Date());
      assert.equal(confirmed, 2);
      assert.equal(await problemOf(new Client(desk.url, two).get('/api/v1/accounts')), null);
    });
  });
});
