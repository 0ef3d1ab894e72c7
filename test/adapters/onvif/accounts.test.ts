// Who else could replay: read with an administrator's login, which is used for that and goes.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '../../../adapters/onvif/index.js';
import type { Problem } from '../../../plugin/domain/problem.js';
import type { VmsAccount } from '../../../plugin/domain/vms.js';
import { addressOf, aRecorder, quick } from './rig.js';

const never = new AbortController().signal;
const administrator = { user: 'root', password: 'geheim' };

/** A recorder that lists these accounts, and keeps what was said to it. */
async function listing<T>(users: string, work: (ask: () => Promise<readonly VmsAccount[]>, said: string[]) => Promise<T>): Promise<T> {
  const said: string[] = [];
  const answers: [RegExp, string][] = [
    [/GetSystemDateAndTime/, `<GetSystemDateAndTimeResponse><SystemDateAndTime><UTCDateTime><Time><Hour>2</Hour><Minute>0</Minute><Second>0</Second></Time>
      <Date><Year>2026</Year><Month>3</Month><Day>1</Day></Date></UTCDateTime></SystemDateAndTime></GetSystemDateAndTimeResponse>`],
    [/GetUsers/, `<GetUsersResponse>${users}</GetUsersResponse>`],
  ];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const body = Buffer.concat(chunks).toString();
      said.push(`${request.headers.authorization ?? ''} ${body}`);
      const answer = answers.find(([asked]) => asked.test(body))?.[1] ?? '';
      response.end(`<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body>${answer}</Body></Envelope>`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/onvif/device_service`;
  const vms = connect({ id: 'box', url, user: 'gate', password: 'pass' }, { limits: quick });
  try {
    return await work(() => vms.accounts(administrator, never), said);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
const user = (name: string, level: string): string => `<User><Username>${name}</Username><UserLevel>${level}</UserLevel></User>`;

describe('accounts', () => {
  const table: readonly (readonly [what: string, users: string, told: string])[] = [
    ['many', user('root', 'Administrator') + user('guard', 'Operator') + user('desk', 'User'), 'root:Administrator:! guard:Operator:! desk:User:!'],
    ['one', user('root', 'Administrator'), 'root:Administrator:!'],
    ['none', '', ''],
    ['one who may not', user('guest', 'Anonymous'), 'guest:Anonymous:'],
    ['a level that nobody knows', user('x', 'Extended') + user('y', 'Superuser'), 'x:Extended:! y:Superuser:!'],
    ['no level', '<User><Username>x</Username></User>', 'x:unknown:!'],
    ['an entry without a name', '<User><UserLevel>User</UserLevel></User>', ''],
    ['a name with marks', user('&lt;b&gt; &amp; ü', 'User'), '<b> & ü:User:!'],
    ['a name that paints', user('a&#x9b;31m\u202eb', 'User'), 'a�31m�b:User:!'],
    ['a long name', user('n'.repeat(300), 'User'), `${'n'.repeat(100)}:User:!`],
  ];
  for (const [what, users, told] of table)
    it(`${what}`, () =>
      listing(users, async (ask) => {
        const found = await ask();
        assert.equal(found.map((it) => `${it.user}:${it.level}:${it.mayReplay ? '!' : ''}`).join(' '), told);
      }));

  it('more than a recorder can have are refused', () =>
    listing(user('x', 'User').repeat(1001), (ask) => assert.rejects(ask, (thrown: Problem) => thrown.code === 'vms-fault')));

  it('what is said changes nothing on the recorder', () =>
    listing(user('x', 'User'), async (ask, said) => {
      await ask();
      const operations = said.map((text) => /<op:(\w+)/.exec(text)?.[1]);
      assert.deepEqual([...new Set(operations)], ['GetSystemDateAndTime', 'GetUsers']);
    }));

  it('the administrator signs in, and the gate’s own account does not', async () => {
    const recorder = await aRecorder();
    try {
      const address = addressOf(recorder);
      const vms = connect({ ...address, user: 'nobody', password: 'nothing' }, { limits: quick });
      const found = await vms.accounts({ user: address.user, password: address.password }, never);
      assert.ok(found.length > 0);
      await assert.rejects(vms.accounts({ user: address.user, password: 'geheim' }, never), (thrown: Problem) => {
        assert.equal(thrown.code, 'vms-refused');
        assert.doesNotMatch(`${thrown.message} ${JSON.stringify(thrown)}`, /geheim/);
        return true;
      });
      await assert.rejects(vms.probe(never), (thrown: Problem) => thrown.code === 'vms-refused', 'the administrator’s login was not kept');
    } finally {
      await recorder.close();
    }
  });
});
