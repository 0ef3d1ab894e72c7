// The whole way in a real gate: a Shanghai request from application to release, with a webhook and a mail server beside it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { allNoticeKinds } from '../../plugin/domain/notice.js';
import { anApplication, aGate, shanghai, type TestGate } from '../support/gate.js';
import { aHookServer, anSmtpServer, says, type HookServer, type SmtpServer } from '../support/letter-box.js';
import { approveAll, letGo, problemOf, submit, until } from '../support/walk.js';

interface Told {
  unseen: number;
  notices: { id: number; kind: string; request: string | null; zh: string; en: string; urgency: string; deadline: string | null; at: string; seenAt: string | null }[];
}
interface Dead {
  letters: { id: string; channel: string; kind: string; request: string; tries: number; lastFault: string; lastAnswer: number | null }[];
}

const hookSecret = 'hook-secret-0123456789abcdef';
const botKey = 'a-bots-key-633a31f6-7f9c';

describe('notices in a whole gate', function () {
  this.timeout(120_000);
  let gate: TestGate;
  let hook: HookServer;
  let bot: HookServer;
  let smtp: SmtpServer;
  let isBotUp = false;

  const toldTo = async (user: string, query = ''): Promise<Told> => (await gate.as(user)).get<Told>(`/api/v1/notices${query}`);
  const kindsOf = async (user: string, request?: string): Promise<string[]> => (await toldTo(user)).notices.filter((it) => !request || it.request === request).map(({ kind }) => kind).reverse();
  const deadLetters = async (): Promise<Dead['letters']> => (await (await gate.as('user:root.luo')).get<Dead>('/api/v1/dead-letters')).letters;
  const eventually = async (what: string, isSo: () => Promise<boolean> | boolean): Promise<void> => {
    for (let tries = 0; tries < 400; tries++) {
      if (await isSo()) return;
      await wait(25);
    }
    assert.fail(`never: ${what}`);
  };

  before(async () => {
    hook = await aHookServer(says(204, ''), { secure: false });
    bot = await aHookServer((_, response) => says(200, isBotUp ? '{"errcode":0}' : '{"errcode":93000,"errmsg":"invalid webhook url"}')(_, response), { secure: false });
    smtp = await anSmtpServer();
    gate = await aGate({
      env: { EXPORTGATE_HOOK_SECRET: hookSecret, EXPORTGATE_BOT_URL: `http://127.0.0.1:${bot.port}/cgi-bin/webhook/send?key=${botKey}` },
      letterRetries: [],
      config: `notify:
  webhooks:
    - { name: ops, format: generic, url: "http://127.0.0.1:${hook.port}/in", secretEnv: EXPORTGATE_HOOK_SECRET, networks: [127.0.0.1], kinds: [${allNoticeKinds.join(', ')}] }
    - { name: bot, format: wecom, urlEnv: EXPORTGATE_BOT_URL, networks: [127.0.0.1], kinds: [granted] }
  mail: { host: 127.0.0.1, port: ${smtp.port}, security: none-on-loopback, from: gate@exportgate.example, to: [duty@exportgate.example], kinds: [released] }
`,
    });
  });
  after(async () => {
    await gate.close();
    await Promise.all([hook.close(), bot.close(), smtp.close()]);
  });

  let id: string;
  it('each is told what waits for them, and nobody else', async () => {
    ({ requestId: id } = await submit(gate));
    await approveAll(gate, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    await letGo(gate, shanghai.executors[0], id);
    await letGo(gate, shanghai.executors[1], id);
    await eventually('released is told', async () => (await kindsOf(shanghai.officer, id)).includes('released'));
    const [clerk, manager, privacy, head] = shanghai.steps;
    assert.deepEqual(await kindsOf(shanghai.officer, id), ['granted', 'released']);
    for (const user of [clerk, manager, head]) assert.deepEqual([...new Set(await kindsOf(user, id))], ['step-waits'], user);
    assert.deepEqual([...new Set(await kindsOf(privacy, id))], ['step-waits']);
    assert.deepEqual(await kindsOf(shanghai.executors[0], id), ['package-ready']);
    assert.deepEqual(await kindsOf(shanghai.executors[1], id), ['package-ready', 'release-waits']);
    // Another site's people, and the duty manager whose step this plan has not.
    for (const user of ['user:bj.hou.clerk', 'user:sh.tao', 'user:sh.pan']) assert.deepEqual(await kindsOf(user), [], user);
    const [last] = (await toldTo(shanghai.officer)).notices;
    assert.deepEqual([last!.zh, last!.en, last!.urgency, last!.seenAt], ['录像已交付', 'The footage is released', 'normal', null]);
  });

  it('outward goes one letter for each event, with the number and nothing about anybody', async () => {
    await eventually('the mail', () => smtp.mails.length > 0);
    await eventually('the webhook', () => hook.heard.some(({ body }) => body.includes('"released"')));
    const kinds = hook.heard.map(({ body }) => (JSON.parse(body) as { kind: string }).kind);
    assert.deepEqual(kinds.filter((kind) => kind !== 'step-waits' && kind !== 'review-due'), ['granted', 'package-ready', 'release-waits', 'released']);
    assert.equal(new Set(hook.heard.map(({ body }) => (JSON.parse(body) as { id: string }).id)).size, hook.heard.length);
    const mail = smtp.mails[0]!.data;
    const sent = [...hook.heard, ...bot.heard].map(({ path: where, body, headers, query }) => JSON.stringify([where, body, headers, query.toString()])).concat(mail, Buffer.from(mail.split('\n\n')[1]!, 'base64').toString('utf8')).join('\n');
    assert.ok(sent.includes(id));
    const { reason, caseNumber, officers, instrument, items } = anApplication();
    const words = [reason, caseNumber!, ...officers.flatMap(({ name, unit, idNumber }) => [name, unit, idNumber]), instrument!.number, instrument!.issuer, ...items.map(({ camera }) => camera), '云帆', '示例', '罗启明', 'sh.lu', 'sh.zhou', 'user:', os.hostname(), hookSecret];
    for (const word of words.filter((it) => it !== '')) assert.ok(!sent.includes(word), `${word} was sent`);
  });

  it('what a channel refused is a dead letter: for administrators alone, without the key, and sent by hand', async () => {
    await eventually('the dead letter', async () => (await deadLetters()).length > 0);
    const [letter, ...more] = await deadLetters();
    assert.deepEqual([more, letter!.channel, letter!.kind, letter!.request, letter!.tries, letter!.lastFault, letter!.lastAnswer], [[], 'bot', 'granted', id, 1, 'answer-refused', 93000]);
    assert.ok(!JSON.stringify(letter).includes(botKey));
    const stranger = await gate.as(shanghai.officer);
    for (const call of [stranger.get('/api/v1/dead-letters'), stranger.post(`/api/v1/dead-letters/${letter!.id}/retry`, {})]) assert.equal((await problemOf(call))?.code, 'not-permitted');
    const admin = await gate.as('user:root.luo');
    assert.equal((await problemOf(admin.post('/api/v1/dead-letters/1-granted-ops/retry', {})))?.code, 'letter-unknown');
    assert.equal((await problemOf(admin.post(`/api/v1/dead-letters/${letter!.id}/retry`, { channel: 'ops' })))?.code, 'body-malformed');
    isBotUp = true;
    await admin.post(`/api/v1/dead-letters/${letter!.id}/retry`, {});
    await eventually('the bot has it', () => bot.heard.length === 2);
    await eventually('the list is empty', async () => (await deadLetters()).length === 0);
    assert.equal(bot.heard[1]!.query.get('key'), botKey);
  });

  it('seen is seen, of one’s own alone', async () => {
    const { notices, unseen } = await toldTo(shanghai.officer);
    assert.equal(unseen, notices.length);
    const clerk = await gate.as(shanghai.steps[0]);
    assert.deepEqual(await clerk.post('/api/v1/notices/seen', { ids: notices.map((it) => it.id) }), { seen: 0 });
    const officer = await gate.as(shanghai.officer);
    assert.deepEqual(await officer.post('/api/v1/notices/seen', { ids: [notices[0]!.id] }), { seen: 1 });
    assert.deepEqual((await toldTo(shanghai.officer, '?unseen')).notices.map((it) => it.id), notices.slice(1).map((it) => it.id));
    assert.deepEqual(await officer.post('/api/v1/notices/seen', { upTo: notices[0]!.id }), { seen: notices.length - 1 });
    assert.deepEqual(await toldTo(shanghai.officer, '?unseen'), { unseen: 0, notices: [] });
    assert.deepEqual((await toldTo(shanghai.officer, `?limit=1&before=${notices[0]!.id}`)).notices.map((it) => it.id), [notices[1]!.id]);
  });

  const wrong: readonly (readonly [string, unknown])[] = [['nothing', {}], ['both', { ids: [1], upTo: 1 }], ['no ids', { ids: [] }], ['too many', { ids: Array.from({ length: 201 }, (_, at) => at + 1) }], ['words', { ids: ['1'] }], ['a fraction', { upTo: 1.5 }], ['somebody else', { upTo: 1, user: 'user:sh.zhou' }]];
  for (const [what, body] of wrong)
    it(`seen with ${what}: body-malformed`, async () => assert.equal((await problemOf((await gate.as(shanghai.officer)).post('/api/v1/notices/seen', body as object)))?.code, 'body-malformed'));
  for (const before of ['x', '0', '-1', '1e9', '1%20or%201=1'])
    it(`before=${before}: body-malformed`, async () => assert.equal((await problemOf(toldTo(shanghai.officer, `?before=${before}`)))?.code, 'body-malformed'));

  it('a return is told; of a confidential basis nothing is, whatever becomes of it', async () => {
    const { instrument } = anApplication();
    const noSeal = { instrument: { ...instrument!, sealPresent: false } };
    const before = [await kindsOf(shanghai.officer), hook.heard.length] as const;
    const secret = (await problemOf(submit(gate, { ...noSeal, basis: 'STATE_SECURITY' })))?.requestId;
    const open = (await problemOf(submit(gate, noSeal)))?.requestId;
    assert.ok(secret && open);
    await eventually('the return is told', () => hook.heard.some(({ body }) => body.includes(open)));
    assert.deepEqual(await kindsOf(shanghai.officer), [...before[0], 'returned']);
    assert.ok(!hook.heard.some(({ body }) => body.includes(secret)));
  });

  it('after a restart nobody is told twice', async () => {
    const users = [shanghai.officer, ...shanghai.steps, ...shanghai.executors];
    const before = await Promise.all(users.map((user) => kindsOf(user)));
    const letters = [hook.heard.length, bot.heard.length, smtp.mails.length];
    await gate.restart();
    // A further event, behind which everything before it was looked at.
    const again = (await problemOf(submit(gate, { instrument: { ...anApplication().instrument!, sealPresent: false } })))?.requestId;
    await eventually('the next one', () => hook.heard.some(({ body }) => body.includes(again!)));
    assert.deepEqual(await Promise.all(users.map((user) => kindsOf(user))), before.map((kinds, at) => (at === 0 ? [...kinds, 'returned'] : kinds)));
    assert.deepEqual([hook.heard.length, bot.heard.length, smtp.mails.length], [letters[0]! + 1, letters[1], letters[2]]);
  });

  it('neither the journal nor the store holds the bot’s key or a secret', async () => {
    const files = (await fs.promises.readdir(path.join(gate.folder, 'data'), { recursive: true, withFileTypes: true })).filter((it) => it.isFile());
    for (const file of files) {
      const bytes = await fs.promises.readFile(path.join(file.parentPath, file.name));
      for (const word of [botKey, hookSecret]) assert.ok(!bytes.includes(word), `${word} stands in ${file.name}`);
    }
  });
});
