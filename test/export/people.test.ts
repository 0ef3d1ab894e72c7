// Joining, signing in and leaving, on a whole gate: nobody sets somebody else's password, nobody becomes an administrator by one hand.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from '../../plugin/cli/client.js';
import type { Entry } from '../../plugin/domain/audit-event.js';
import { Problem } from '../../plugin/domain/problem.js';
import { codeAt, fromBase32, stepOf } from '../../plugin/identity/totp.js';
import { openDatabase } from '../../plugin/store/database.js';
import { makeSetupToken } from '../../plugin/identity/setup-token.js';
import { aGate, cardOf, password, shanghai, type TestGate } from '../support/gate.js';
import { codesOf, join, joinGate, type Joined } from '../support/people.js';
import { problemOf } from '../support/walk.js';

const [luo, bai] = ['user:root.luo', 'user:root.bai'] as const;
const MINUTE = 60_000;
const DAY = 86_400_000;
const whom = (user: string) => ({ user, name: '示例', unit: '示例单位', card: cardOf(user) });

interface Invited {
  id: string;
  code: string | null;
  expiresAt: string | null;
}

describe('people', function () {
  this.timeout(60_000);
  let gate: TestGate;
  let time = new Date('2026-11-23T08:00:00.000Z');
  const now = () => time;
  const pass = (ms: number): void => {
    time = new Date(time.getTime() + ms);
    if (ms > 10 * MINUTE) gate.again();
  };
  const open = () => new Client(gate.url, null);
  const invite = async (by: string, user: string, more: object = {}): Promise<Invited> =>
    (await gate.as(by)).post<Invited>('/api/v1/invitations', { ...whom(user), ...more });
  const accept = (code: string | null, word = password): Promise<Joined> => open().post<Joined>('/api/v1/invitations/acceptance', { code, password: word });
  const signIn = (user: string, more: object = {}) =>
    open().post<{ token: string; renewal: string; session: string; expiresAt: string; endsAt: string }>('/api/v1/session', { user, password, ...more });
  const codeOf = async (call: Promise<unknown>): Promise<string | null> => (await problemOf(call))?.code ?? null;
  const use = (token: string) => codeOf(new Client(gate.url, null, token).get('/api/v1/requests'));
  const entries = async (): Promise<Entry[]> =>
    (await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Entry);

  before(async () => {
    gate = await aGate({ now, config: 'limits:\n  signInsPerMinute: 1000\n' });
  });
  after(() => gate.close());

  describe('an invitation', () => {
    it('is a code of 128 bits that makes an account once, and of which only the hash is kept', async () => {
      const { code, expiresAt } = await invite(luo, shanghai.officer);
      assert.match(code!, /^[0-9a-f]{8}(-[0-9a-f]{8}){3}$/);
      assert.equal(Date.parse(expiresAt!) - time.getTime(), 7 * DAY);
      const kept = await Promise.all(['data/journal/entries.ndjson', 'data/store.sqlite', 'data/store.sqlite-wal'].map((file) => fs.promises.readFile(path.join(gate.folder, file), 'latin1')));
      assert.ok(kept.every((text) => !text.includes(code!)));
      const joined = await accept(code);
      assert.deepEqual([joined.user, joined.secondFactor], [shanghai.officer, null]);
      assert.equal(await codeOf(accept(code)), 'invitation-invalid');
      assert.equal(await use((await signIn(shanghai.officer)).token), null);
    });

    const wrong: readonly (readonly [what: string, body: object, fault: string])[] = [
      ['without the card, of somebody who holds no role at the custodian', { user: 'user:sh.pan', name: '示例', unit: '示例' }, 'card'],
      ['of another kind of card', { ...whom('user:sh.pan'), card: { ...cardOf('user:sh.pan'), idKind: 'LIBRARY' } }, 'card.idKind'],
      ['that ends before now', { ...whom('user:sh.pan'), expiresAt: '2026-11-22T00:00:00Z' }, 'expiresAt'],
      ['for four years', { ...whom('user:sh.pan'), expiresAt: '2030-11-23T00:00:00Z' }, 'expiresAt'],
      ['with a password', { ...whom('user:sh.pan'), password }, 'body'],
      ['of a role', { ...whom('role:administrator') }, 'user'],
    ];
    for (const [what, body, fault] of wrong)
      it(`${what} is refused at ${fault}`, async () => {
        const problem = await problemOf((await gate.as(luo)).post('/api/v1/invitations', body));
        assert.deepEqual([problem?.code, problem?.faults?.[0]?.where], ['body-malformed', fault]);
      });

    it('ends with a later one for the same user, after seven days, and survives a weak password', async () => {
      const [first, second] = [await invite(luo, 'user:sh.pan'), await invite(luo, 'user:sh.pan')];
      assert.equal(await codeOf(accept(first.code)), 'invitation-invalid');
      assert.equal(await codeOf(accept(second.code, 'short')), 'body-malformed');
      pass(7 * DAY);
      assert.equal(await codeOf(accept(second.code)), 'invitation-invalid');
      const third = await invite(luo, 'user:sh.pan');
      pass(7 * DAY - 1000);
      assert.equal(await codeOf(accept(third.code)), null);
    });

    it('accepted by two at once makes one account', async () => {
      const { code } = await invite(luo, 'user:sh.nobody');
      const outcomes = await Promise.all([1, 2, 3].map(() => codeOf(accept(code))));
      assert.deepEqual(outcomes.sort(), ['invitation-invalid', 'invitation-invalid', null].sort());
    });

    it('of staff needs no card, and shows the secret of the second factor once; without a code of it nobody comes in', async () => {
      const { code } = await (await gate.as(luo)).post<Invited>('/api/v1/invitations', { user: 'user:sh.tao', name: '陶示例', unit: '示例' });
      const { secondFactor } = await accept(code);
      const secret = fromBase32(secondFactor!.secret)!;
      assert.match(secondFactor!.uri, /^otpauth:\/\/totp\/.*secret=[A-Z2-7]{32}&/);
      assert.equal(await codeOf(signIn('user:sh.tao')), 'login-failed');
      assert.equal(await codeOf(signIn('user:sh.tao', { otp: codeAt(secret, stepOf(time) - 4) })), 'login-failed');
      assert.equal(await codeOf(signIn('user:sh.tao', { otp: codeAt(secret, stepOf(time)) })), null);
      assert.equal(await codeOf(signIn('user:sh.tao', { otp: codeAt(secret, stepOf(time)) })), 'login-failed');
      const kept = await fs.promises.readFile(path.join(gate.folder, 'data/store.sqlite-wal'));
      assert.ok(!kept.includes(secret) && !kept.includes(secondFactor!.secret), 'the secret lies in the clear');
    });
  });

  describe('an administrator', () => {
    it('who is the only one invites the second alone; from then on it takes two, and the second is told the code', async () => {
      pass(MINUTE);
      await (await gate.as(bai)).get('/api/v1/accounts');
      const asked = await invite(luo, bai);
      assert.deepEqual([asked.code, asked.expiresAt], [null, null]);
      const confirm = async (by: string, body: object = {}) => (await gate.as(by)).post<Invited>(`/api/v1/invitations/${asked.id}/confirmation`, body);
      assert.equal(await codeOf(confirm(luo)), 'second-administrator');
      assert.equal(await codeOf(confirm(luo, { token: '00000000-00000000-00000000-00000000' })), 'setup-closed');
      const { invitations } = await (await gate.as(bai)).get<{ invitations: { id: string; user: string; waitsForSecond: boolean; askedBy: string }[] }>('/api/v1/invitations');
      assert.deepEqual(invitations.map(({ id, user, waitsForSecond, askedBy }) => [id, user, waitsForSecond, askedBy]), [[asked.id, bai, true, luo]]);
      const { code } = await confirm(bai);
      assert.ok(code);
      assert.equal(await codeOf(confirm(bai)), 'invitation-unknown');
    });

    it('who closes the other is not alone thereby', async () => {
      const administrator = await gate.as(luo);
      await administrator.post('/api/v1/accounts/root.bai/close', {});
      assert.equal(await codeOf((await gate.as(bai)).get('/api/v1/accounts')), 'token-invalid');
      const again = await invite(luo, bai);
      assert.equal(again.code, null);
      // Whoever runs the machine stands in for the missing one.
      const token = await makeSetupToken(path.join(gate.folder, 'keys'));
      const { code } = await administrator.post<Invited>(`/api/v1/invitations/${again.id}/confirmation`, { token });
      const { secondFactor } = await accept(code);
      assert.equal(await codeOf(signIn(bai, { otp: codesOf(secondFactor!.secret, now)() })), null);
      const told = (await entries()).filter(({ event }) => ['invitation-asked', 'account-invited', 'account-closed', 'credential-changed'].includes(event)).map(({ event }) => event);
      assert.deepEqual(told.slice(-4), ['account-closed', 'invitation-asked', 'account-invited', 'credential-changed']);
    });

    it('is made by the machine’s token where nobody can invite any more; the old password and second factor are gone', async () => {
      const token = await makeSetupToken(path.join(gate.folder, 'keys'));
      const before = await signIn(shanghai.officer);
      const login = await join(gate.url, '/api/v1/setup', { token, user: bai, name: '白示例', unit: '示例' }, now);
      assert.equal(await codeOf(new Client(gate.url, login).get('/api/v1/accounts')), null);
      assert.equal(await codeOf(join(gate.url, '/api/v1/setup', { token, user: bai, name: '白示例', unit: '示例' }, now)), 'setup-closed');
      assert.equal(await use(before.token), null);
    });
  });

  describe('who has a say', () => {
    let second: Client;
    before(async () => {
      pass(MINUTE);
      const token = await makeSetupToken(path.join(gate.folder, 'keys'));
      second = new Client(gate.url, await join(gate.url, '/api/v1/setup', { token, user: bai, name: '白示例', unit: '示例' }, now));
      await second.get('/api/v1/accounts');
    });
    const hands: readonly (readonly [role: string, user: string, byTwo: boolean])[] = [
      ['police who only apply', 'user:gl.wei.investigator', false],
      ['reception', 'user:gl.zhan.reception', false],
      ['nobody of the files', 'user:gl.nobody', false],
      ['a clerk, who agrees', 'user:gl.lan.clerk', true],
      ['an executor', 'user:gl.chai.executor', true],
      ['an auditor', 'user:gl.lao.auditor', true],
    ];
    for (const [role, user, byTwo] of hands)
      it(`${role}: ${byTwo ? 'asked for by one administrator and confirmed by another' : 'one administrator is enough'}`, async () => {
        assert.equal((await invite(luo, user)).code === null, byTwo);
      });

    it('an approver who has an account is not replaced by one administrator', async () => {
      const login = await joinGate(gate.url, whom('user:gl.mo.security'), await gate.as(luo), async () => second, now);
      const again = await invite(luo, login.user);
      assert.deepEqual([again.code, await codeOf((await gate.as(luo)).post(`/api/v1/invitations/${again.id}/confirmation`, {}))], [null, 'second-administrator']);
    });

    it('one card is one person: no second account while the first is open', async () => {
      const mine = cardOf('user:sh.pan');
      for (const idNumber of [mine.idNumber, ` ${mine.idNumber.toUpperCase()} `, mine.idNumber.replace('-', '-')]) {
        const problem = await problemOf(invite(luo, 'user:gl.twice', { card: { ...mine, idNumber } }));
        assert.deepEqual([problem?.code, problem?.faults?.map(({ code, where }) => [code, where])], ['body-malformed', [['not-allowed', 'card']]]);
      }
      assert.equal(await codeOf(invite(luo, 'user:gl.twice', { card: { ...mine, idKind: 'ENFORCEMENT' } })), null);
      assert.equal(await codeOf(invite(luo, 'user:sh.pan')), null);
    });

    it('what an administrator issued, asked for or confirmed ends with that administrator’s account', async () => {
      const invited = (by: Client, user: string) => by.post<Invited>('/api/v1/invitations', whom(user));
      const administrator = await gate.as(luo);
      const issued = await invited(second, 'user:gl.one');
      const waiting = await invited(second, 'user:gl.tan.privacy');
      const asked = await invited(administrator, 'user:gl.su.head');
      const confirmed = await second.post<Invited>(`/api/v1/invitations/${asked.id}/confirmation`, {});
      const ours = await invited(administrator, 'user:gl.two');
      await administrator.post('/api/v1/accounts/root.bai/close', {});
      assert.deepEqual([await codeOf(accept(issued.code)), await codeOf(accept(confirmed.code))], ['invitation-invalid', 'invitation-invalid']);
      assert.equal(await codeOf(administrator.post(`/api/v1/invitations/${waiting.id}/confirmation`, {})), 'invitation-unknown');
      await gate.restart();
      assert.deepEqual([await codeOf(accept(issued.code)), await codeOf(accept(ours.code))], ['invitation-invalid', null]);
    });
  });

  describe('a session', () => {
    let officer: Awaited<ReturnType<typeof signIn>>;
    const renew = (renewal: string) => open().post<{ token: string; renewal: string }>('/api/v1/session/renewal', { renewal });
    beforeEach(async () => {
      pass(MINUTE);
      officer = await signIn(shanghai.officer);
    });

    it('has a token of 15 minutes with jti and session, and ends after 12 hours', () => {
      const claims = JSON.parse(Buffer.from(officer.token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
      assert.deepEqual([typeof claims['jti'], claims['sid']], ['string', officer.session]);
      assert.equal(Date.parse(officer.expiresAt) - time.getTime(), 15 * MINUTE);
      assert.equal(Date.parse(officer.endsAt) - time.getTime(), 12 * 60 * MINUTE);
    });

    it('is renewed until it was idle for half an hour, and survives a restart', async () => {
      pass(29 * MINUTE);
      assert.equal(await use(officer.token), 'token-invalid');
      const next = await renew(officer.renewal);
      assert.equal(await use(next.token), null);
      await gate.restart();
      assert.equal(await use(next.token), null);
      pass(30 * MINUTE);
      assert.equal(await codeOf(renew(next.renewal)), 'token-invalid');
    });

    it('is not renewed past its twelve hours', async () => {
      let { renewal } = officer;
      for (let minutes = 0; minutes + 20 < 720; minutes += 20) {
        pass(20 * MINUTE);
        // Thirty of them a minute and address.
        if (minutes / 20 < 25) ({ renewal } = await renew(renewal));
        else break;
      }
      pass(4 * 60 * MINUTE);
      assert.equal(await codeOf(renew(renewal)), 'token-invalid');
    });

    it('ends when a renewal token comes a second time: somebody has a copy', async () => {
      const next = await renew(officer.renewal);
      assert.equal(await codeOf(renew(officer.renewal)), 'token-invalid');
      assert.deepEqual([await use(next.token), await codeOf(renew(next.renewal))], ['token-invalid', 'token-invalid']);
      const ended = (await entries()).filter((entry) => entry.event === 'session-ended').at(-1)!;
      assert.deepEqual([ended.by, ended.data.why, ended.data.session], ['gate', 'renewal-reused', officer.session]);
    });

    it('is ended by its owner or an administrator, and by nobody else', async () => {
      const other = await signIn('user:sh.pan');
      const as = (token: string) => new Client(gate.url, null, token);
      assert.equal(await codeOf(as(other.token).post(`/api/v1/sessions/${officer.session}/end`, {})), 'session-unknown');
      assert.deepEqual((await as(officer.token).get<{ sessions: { user: string }[] }>('/api/v1/sessions?all=true')).sessions.filter(({ user }) => user !== shanghai.officer), []);
      await as(officer.token).post('/api/v1/session/end', {});
      assert.equal(await use(officer.token), 'token-invalid');
      const administrator = new Client(gate.url, await renewedAdministrator());
      const { sessions } = await administrator.get<{ sessions: { id: string }[] }>('/api/v1/sessions?all=true');
      assert.ok(sessions.some(({ id }) => id === other.session));
      await administrator.post(`/api/v1/sessions/${other.session}/end`, {});
      assert.equal(await use(other.token), 'token-invalid');
    });

    it('is one of twenty of a person at most: the oldest ends', async () => {
      const database = await openDatabase(path.join(gate.folder, 'data/store.sqlite'));
      const row = { user: shanghai.officer, kind: 'token', generation: 0, used_at: time.toISOString(), ended: 0 } as const;
      for (let more = 1; more < 20; more++)
        await database.insertInto('sessions').values({ ...row, id: `more-${more}`, started_at: new Date(time.getTime() + more).toISOString() }).execute();
      await database.destroy();
      assert.equal(await use(officer.token), null);
      pass(1000);
      await signIn(shanghai.officer);
      assert.equal(await use(officer.token), 'token-invalid');
    });
  });

  /** Of the set-up, against the machine's token: codes of earlier ones are used up. */
  const renewedAdministrator = async () =>
    join(gate.url, '/api/v1/setup', { token: await makeSetupToken(path.join(gate.folder, 'keys')), user: luo, name: '罗示例', unit: '示例' }, now);

  describe('a password', () => {
    it('is changed by its owner, who proves the old one; other sessions end, this one stays', async () => {
      pass(31 * MINUTE);
      const [here, there] = [await signIn(shanghai.officer), await signIn(shanghai.officer)];
      const me = new Client(gate.url, null, here.token);
      assert.equal(await codeOf(me.post('/api/v1/password', { current: 'wrong-horse-battery-7', next: 'another-horse-8' })), 'login-failed');
      assert.equal(await codeOf(me.post('/api/v1/password', { current: password, next: 'short' })), 'body-malformed');
      await me.post('/api/v1/password', { current: password, next: 'another-horse-8' });
      assert.deepEqual([await use(here.token), await use(there.token)], [null, 'token-invalid']);
      assert.equal(await codeOf(signIn(shanghai.officer)), 'login-failed');
      await gate.restart();
      assert.equal(await codeOf(signIn(shanghai.officer, { password: 'another-horse-8' })), null);
    });

    it('that was changed while sign-ins with it went on opens no session that outlives it', async () => {
      const words = ['another-horse-8', 'third-horse-beside-9', 'fourth-horse-beside-10', 'another-horse-8'];
      for (const [at, next] of words.slice(1).entries()) {
        const old = words[at]!;
        const me = new Client(gate.url, null, (await signIn(shanghai.officer, { password: old })).token);
        const change = me.post('/api/v1/password', { current: old, next });
        // Fewer than the ten that stop further ones; some before the change is written down, some while it is.
        const beside = await Promise.all(
          Array.from({ length: 8 }, async (_, place) => {
            await wait(3 * place);
            return signIn(shanghai.officer, { password: old }).catch((thrown: unknown) => Problem.from(thrown).code);
          }),
        );
        await change;
        for (const session of beside) assert.equal(typeof session === 'string' ? session : await use(session.token), typeof session === 'string' ? 'login-failed' : 'token-invalid');
      }
    });

    it('of somebody who is invited again is replaced by that person alone, and sessions end', async () => {
      const old = await signIn(shanghai.officer, { password: 'another-horse-8' });
      const administrator = new Client(gate.url, await renewedAdministrator());
      const { code } = await administrator.post<Invited>('/api/v1/invitations', whom(shanghai.officer));
      assert.equal(await use(old.token), null);
      await accept(code);
      assert.equal(await use(old.token), 'token-invalid');
      assert.equal(await codeOf(signIn(shanghai.officer)), null);
    });
  });

  describe('an account', () => {
    it('ends when it said, closed or not; who comes back is invited again', async () => {
      pass(MINUTE);
      const administrator = new Client(gate.url, await renewedAdministrator());
      const login = await joinGate(gate.url, { ...whom('user:sh.short'), expiresAt: new Date(time.getTime() + 10 * MINUTE).toISOString() } as never, administrator, () => Promise.reject(new Error('one is enough')), now);
      const { token } = await signIn(login.user);
      pass(9 * MINUTE);
      assert.equal(await use(token), null);
      pass(MINUTE);
      assert.equal(await use(token), 'token-invalid');
      assert.equal(await codeOf(signIn(login.user)), 'login-failed');
      const { accounts } = await administrator.get<{ accounts: { user: string; state: string; card: object | null; lack: string | null }[] }>('/api/v1/accounts');
      const found = accounts.find(({ user }) => user === login.user)!;
      assert.deepEqual([found.state, found.card, found.lack], ['expired', { ...cardOf(login.user), sha256: null }, null]);
      await joinGate(gate.url, whom(login.user), administrator, () => Promise.reject(new Error('one is enough')), now);
      assert.equal(await codeOf(signIn(login.user)), null);
      await administrator.post(`/api/v1/accounts/${login.user}/close`, {}).catch(() => undefined);
      await administrator.post('/api/v1/accounts/sh.short/close', {}).catch(() => undefined);
      assert.equal(await codeOf(signIn(login.user)), 'login-failed');
      assert.equal(await codeOf(administrator.post('/api/v1/accounts/sh.short/close', {})), 'account-unknown');
    });

    it('nothing of all this says in the journal who somebody is', async () => {
      const text = (await entries()).map((entry) => JSON.stringify(entry.data)).join('\n');
      assert.doesNotMatch(text, /user:|示例|root\.luo/);
    });
  });
});
