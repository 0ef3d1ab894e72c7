// 签收 and 移交: who may sign for what, once; a refusal is an end too; and a medium, written by the command line and read again.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { RequestEntry } from '../../plugin/domain/audit-event.js';
import type { Begun } from '../../plugin/cli/transfer.js';
import { Problem } from '../../plugin/domain/problem.js';
import { readNumber } from '../../plugin/domain/paper-number.js';
import { pdfText } from '../support/pdf-text.js';
import { aGate, cardOf, nameOf, shanghai, uploadScan, anApplication, type TestGate } from '../support/gate.js';
import { approveAll, letGo, problemOf, show, submit, until, vote, type Seen } from '../support/walk.js';
import { append } from '../policy/policy-folder.js';
import { aGateUnder, onePackage } from '../support/gate-under.js';

const { officer, executors } = shanghai;
const colleague = 'user:sh.pan';
const none = '0'.repeat(64);
const anAgeKey = 'age1pgvrzr06c7tw9lldphg636wn58t0d6qe9878cygza2vanfjx2qys4hnd4t';

interface Received extends Seen {
  receivedAt: string | null;
  manifestSha256: string;
  transfers: { transfer: string; receipt: { outcome: string; by: string } | null; ended: { why: string } | null }[];
  handovers: { handover: string; number: string; name: string; receivers: string[]; signed: boolean; signatures: { by: string }[] }[];
}

describe('what comes back for a package', function () {
  this.timeout(60_000);
  let gate: TestGate;
  let id: string;
  before(async () => void (gate = await aGate()));
  after(() => gate.close());
  beforeEach(async () => {
    // The colleague's card is on the form, beside somebody without an account.
    const [, second] = anApplication().officers as { name: string; unit: string; idKind: 'POLICE'; idNumber: string }[];
    const ofColleague = { name: nameOf(colleague), unit: '示例支队', ...cardOf(colleague) };
    ({ requestId: id } = await submit(gate, { officers: [ofColleague, second!] }));
    await approveAll(gate, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    for (const user of executors) await letGo(gate, user, id);
  });

  const seen = async (): Promise<Received> => (await show(gate, id)) as Received;
  const post = async <T = Received>(user: string, rest: string, body: object): Promise<T> => (await gate.as(user)).post<T>(`/api/v1/requests/${id}/${rest}`, body);
  const codeOf = async (call: Promise<unknown>): Promise<string | null> => (await problemOf(call))?.code ?? null;
  const fetched = async (user: string, part?: number): Promise<Begun> => {
    const begun = await post<Begun>(user, 'transfers', { form: 'plain' });
    const answer = await fetch(new URL(begun.address, gate.url), { headers: { authorization: `Bearer ${await gate.tokenOf(user)}`, ...(part && { range: `bytes=0-${part}` }) } });
    await answer.arrayBuffer();
    return begun;
  };
  const paper = async (): Promise<{ text: string; number: string }> => {
    const file = path.join(gate.folder, 'list.pdf');
    await fs.promises.rm(file, { force: true });
    await (await gate.as(officer)).download(`/api/v1/requests/${id}/receipt`, file);
    const text = pdfText(await fs.promises.readFile(file)).join('').replaceAll(/\s/g, '');
    return { text, number: /编号:(EG-[A-Z0-9-]+)/.exec(text)![1]! };
  };
  const events = async (): Promise<string[]> => {
    const { entries } = await (await gate.as('user:audit.he')).get<{ entries: RequestEntry[] }>('/api/v1/journal?count=60');
    return entries.filter(({ requestId }) => requestId === id).map(({ event }) => event).filter((event) => /^(clip-tr|transfer|receipt|handover)/.test(event));
  };

  it('is signed for by who fetched all of it, with the right hash, once, whoever asks at once; and from then on it is received', async () => {
    const manifest = (await seen()).manifestSha256;
    assert.equal(await codeOf(post(officer, 'receipt', { manifest })), 'state-conflict');
    const part = await fetched(officer, 100);
    assert.equal(await codeOf(post(officer, 'receipt', { manifest })), 'state-conflict');
    const { transfer } = await fetched(officer);
    assert.equal(await codeOf(post(officer, 'receipt', { manifest: none })), 'receipt-differs');
    for (const other of [colleague, 'user:audit.he']) assert.equal(await codeOf(post(other, 'receipt', { manifest })), 'not-permitted');
    // An executor, who did not fetch it.
    assert.equal(await codeOf(post(executors[0], 'receipt', { manifest, transfer })), 'not-permitted');
    assert.equal((await seen()).receivedAt, null);
    const codes = await Promise.all(Array.from({ length: 6 }, () => codeOf(post(officer, 'receipt', { manifest, transfer }))));
    assert.deepEqual([codes.filter((code) => code === null).length, codes.filter((code) => code === 'state-conflict').length], [1, 5]);
    const { transfers, receivedAt } = await seen();
    assert.ok(receivedAt);
    assert.deepEqual(transfers.map(({ transfer: of, receipt, ended }) => [of, receipt?.outcome ?? null, ended?.why ?? null]), [[part.transfer, null, null], [transfer, 'confirmed', 'complete']]);
    assert.equal(await codeOf(post(officer, 'receipt', { refused: '示例:改口', transfer })), 'state-conflict');
    assert.deepEqual(await events(), ['clip-transferred', 'clip-transferred', 'transfer-ended', 'receipt-confirmed']);
    await gate.restart();
    assert.equal((await seen()).receivedAt, receivedAt);
    assert.deepEqual(await events(), ['clip-transferred', 'clip-transferred', 'transfer-ended', 'receipt-confirmed', 'transfer-ended']);
  });

  it('is refused by who fetched it, or an executor notes that; a confirmation and a refusal at once end in one of them', async () => {
    const manifest = (await seen()).manifestSha256;
    const first = await fetched(officer);
    assert.equal(await codeOf(post(colleague, 'receipt', { refused: '示例' })), 'not-permitted');
    assert.equal(await codeOf(post(executors[1], 'receipt', { refused: '示例' })), 'state-conflict', 'of which download, the executor has to say');
    const noted = await post(executors[1], 'receipt', { refused: '示例:领取人拒签', transfer: first.transfer });
    assert.deepEqual([noted.transfers[0]!.receipt?.outcome, noted.transfers[0]!.receipt?.by], ['refused', executors[1]]);
    assert.equal(await codeOf(post(executors[0], 'receipt', { refused: '示例', transfer: first.transfer })), 'state-conflict');
    // What an executor notes is no last word of whom it is about.
    const after = await post(officer, 'receipt', { manifest, transfer: first.transfer });
    assert.deepEqual([after.transfers[0]!.receipt?.outcome, after.transfers[0]!.receipt?.by], ['confirmed', officer]);
    assert.ok((await seen()).receivedAt);
    const second = await fetched(officer);
    const both = await Promise.all([codeOf(post(officer, 'receipt', { manifest, transfer: second.transfer })), codeOf(post(executors[0], 'receipt', { refused: '示例', transfer: second.transfer }))]);
    // The officer's word stands, whichever came first.
    assert.equal(both[0], null);
    assert.ok(both[1] === null || both[1] === 'state-conflict');
    assert.equal((await seen()).transfers.at(-1)!.receipt?.outcome, 'confirmed');
    assert.equal(await codeOf(post(officer, 'receipt', { refused: '示例', transfer: first.transfer })), 'state-conflict');
    const journal = await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8');
    assert.ok(!journal.includes('拒签'));
  });

  it('on a medium: by who released and fetched it; signed by both officers by login, once each', async () => {
    const { transfer, bytes } = await fetched(executors[0]);
    const medium = { transfer, serial: '示例-0042', bag: 'BAG-7', bytes, sha256: none, receivers: ['陆一舟', '江映川'] };
    assert.equal(await codeOf(post(executors[1], 'handovers', medium)), 'state-conflict');
    assert.equal(await codeOf(post(officer, 'handovers', medium)), 'not-permitted');
    assert.equal(await codeOf(post(executors[0], 'handovers', { ...medium, bytes: bytes - 1 })), 'state-conflict');
    assert.equal(await codeOf(post(executors[0], 'handovers', { ...medium, serial: 'a\nb' })), 'body-malformed');
    // Two sign: each by a name of their own.
    for (const receivers of [['陆一舟'], ['陆一舟', '陆一舟'], ['示例甲', '示例乙']]) assert.equal(await codeOf(post(executors[0], 'handovers', { ...medium, receivers })), 'receiver-barred', receivers.join());
    // Of one transfer one medium, whoever asks at once; who asks again is told which.
    const made = await Promise.all(Array.from({ length: 4 }, () => post(executors[0], 'handovers', medium).then((view) => view, (thrown: unknown) => Problem.from(thrown))));
    const { handovers } = made.find((it): it is Received => !(it instanceof Problem))!;
    const again = await problemOf(post(executors[0], 'handovers', { ...medium, serial: '示例-0043' }));
    for (const refused of [...made.filter((it) => it instanceof Problem), again])
      assert.deepEqual([refused?.code, refused?.detail.includes(handovers[0]!.handover)], ['state-conflict', true]);
    assert.deepEqual([made.filter((it) => it instanceof Problem).length, (await seen()).handovers.length], [3, 1]);
    const [{ handover, number, name, receivers, signed }] = handovers as [Received['handovers'][0]];
    assert.deepEqual([receivers, signed, (await seen()).receivedAt], [['陆一舟', '江映川'], false, null]);
    const sign = (user: string, body: object = {}) => post(user, `handovers/${handover}/signature`, body);
    assert.ok(name === nameOf(executors[0]) && readNumber(number)?.requestId === id, `${name} ${number}`);
    const unsigned = await paper();
    for (const user of [executors[0], 'user:audit.he']) assert.equal(await codeOf(sign(user)), 'not-permitted');
    assert.equal(await codeOf(post(officer, 'handovers/none/signature', {})), 'state-conflict');
    const at = await Promise.all(Array.from({ length: 4 }, () => codeOf(sign(officer))));
    assert.deepEqual([at.filter((code) => code === null).length, at.filter((code) => code === 'state-conflict').length], [1, 3]);
    assert.deepEqual([(await seen()).handovers[0]!.signed, (await seen()).receivedAt !== null], [false, true]);
    // Whose card is on the form signs by their own login.
    // By the number on the list; a mistyped one is told.
    assert.equal(await codeOf(post(colleague, `handovers/${number.slice(0, -1)}${number.endsWith('A') ? 'B' : 'A'}/signature`, {})), 'number-mistyped');
    await post(colleague, `handovers/${number}/signature`, {});
    const list = await paper();
    const inList = ['介质及编号□光盘□移动存储编号示例-0042', '文件形式未加密', '第1份,共1份', `${nameOf(officer)}20`, `${nameOf(colleague)}20`, '以本人账号登录', '上海市'];
    assert.deepEqual(inList.filter((word) => !list.text.includes(word)), [], list.text);
    assert.ok(!unsigned.text.includes('以本人账号登录'));
    assert.notEqual(unsigned.number, list.number);
    assert.equal((await paper()).number, list.number);
    assert.deepEqual([(await seen()).handovers[0]!.signed, (await seen()).handovers[0]!.signatures.map(({ by }) => by)], [true, [officer, colleague]]);
    assert.deepEqual(await events(), ['clip-transferred', 'transfer-ended', 'handover-made', 'handover-signed', 'handover-signed']);
    const journal = await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8');
    assert.ok(journal.includes('BAG-7') && !journal.includes('江映川'));
  });

  it('not in age, to a key of the executor’s own: nobody else could open it', async () => {
    const begun = await post<Begun>(executors[0], 'transfers', { form: 'age', recipient: anAgeKey });
    await (await fetch(new URL(begun.address, gate.url), { headers: { authorization: `Bearer ${await gate.tokenOf(executors[0])}` } })).arrayBuffer();
    const refused = await problemOf(post(executors[0], 'handovers', { transfer: begun.transfer, bytes: begun.bytes, sha256: none, serial: '1', bag: '2', receivers: ['陆一舟', '江映川'] }));
    assert.deepEqual([refused?.code, /zip or plain/.test(refused?.detail ?? '')], ['state-conflict', true]);
  });

  it('found as delivered is what reached a receiver, or was put onto a medium: not what was only begun, nor what an executor holds', async () => {
    const isDelivered = async (): Promise<boolean> => {
      const { deliveries } = await (await gate.as('user:audit.he')).get<{ deliveries: { matched: { path: string; delivered: boolean }[] }[] }>(`/api/v1/deliveries?hash=${(await seen()).manifestSha256}`);
      return deliveries[0]!.matched.find(({ path: of }) => of === 'manifest.json')!.delivered;
    };
    assert.equal(await isDelivered(), false);
    const { transfer, bytes } = await fetched(executors[0]);
    assert.equal(await isDelivered(), false, 'an executor has it');
    await post(officer, 'transfers', { form: 'plain' });
    assert.equal(await isDelivered(), false, 'no byte was asked for');
    await post(executors[0], 'handovers', { transfer, serial: '示例-1', bag: '1', bytes, sha256: none, receivers: ['陆一舟', '江映川'] });
    assert.equal(await isDelivered(), true);
  });

  it('and what a receiver fetched a part of', async () => {
    await fetched(officer, 100);
    const { deliveries } = await (await gate.as('user:audit.he')).get<{ deliveries: { matched: { delivered: boolean }[] }[] }>(`/api/v1/deliveries?hash=${(await seen()).manifestSha256}`);
    assert.ok(deliveries[0]!.matched.every(({ delivered }) => delivered));
  });

  it('or on paper, whose scan the executor who made it puts in, and which stays with the request', async () => {
    const { transfer, bytes } = await fetched(executors[0]);
    const { handovers } = await post(executors[0], 'handovers', { transfer, serial: '1', bag: '2', bytes, sha256: none, receivers: ['江映川', nameOf(colleague)] });
    const sign = (user: string, scanSha256: string) => post(user, `handovers/${handovers[0]!.handover}/signature`, { scanSha256 });
    assert.equal(await codeOf(sign(executors[0], none)), 'scan-unknown');
    const { sha256 } = await uploadScan(await gate.as(executors[0]));
    assert.equal(await codeOf(sign(executors[1], sha256)), 'not-permitted');
    const signed = await sign(executors[0], sha256);
    assert.equal(signed.handovers[0]!.signed, true);
    assert.equal(await codeOf(post(officer, `handovers/${handovers[0]!.handover}/signature`, {})), 'state-conflict');
    const scan = await fetch(new URL(`/api/v1/scans/${sha256}?request=${id}`, gate.url), { headers: { authorization: `Bearer ${await gate.tokenOf(officer)}` } });
    assert.equal(scan.status, 200);
  });
});

describe('who typed an application in for its applicant', function () {
  this.timeout(60_000);

  it('is of the giving side: fetches nothing, signs for nothing, closes no case', async () => {
    const [typist, clerk] = ['user:sh.zhou', 'user:sh.clerk.two'];
    const gate = await aGateUnder({ ...onePackage, 'roles.csv': append(`g, ${clerk}, role:evidence-clerk, 310000/SH-YUNFAN`) });
    try {
      await gate.as(officer);
      const { requestId } = await (await gate.withScan(typist)).post<{ requestId: string }>('/api/v1/requests', { ...anApplication(), applicant: officer });
      for (const user of [clerk, ...shanghai.steps.slice(1)]) await vote(gate, user, requestId, { verdict: 'approve' });
      await until(gate, requestId, ({ state }) => state === 'packaged');
      for (const user of executors) await letGo(gate, user, requestId);
      const post = async <T = object>(user: string, rest: string, body: object): Promise<T> => (await gate.as(user)).post<T>(`/api/v1/requests/${requestId}/${rest}`, body);
      const codeOf = async (call: Promise<unknown>): Promise<string | null> => (await problemOf(call))?.code ?? null;
      const begun = await post<Begun>(executors[0], 'transfers', { form: 'zip' });
      await (await fetch(new URL(begun.address, gate.url), { headers: { authorization: `Bearer ${await gate.tokenOf(executors[0])}` } })).arrayBuffer();
      const { made } = await post<{ made: { handover: string } }>(executors[0], 'handovers', { transfer: begun.transfer, bytes: begun.bytes, sha256: none, serial: '1', bag: '2', receivers: [nameOf(officer), nameOf(colleague)] });
      for (const [rest, body] of [['transfers', { form: 'zip' }], [`handovers/${made.handover}/signature`, {}], ['receipt', { manifest: none }], ['case-closing', {}]] as const)
        assert.equal(await codeOf(post(typist, rest, body)), 'not-permitted', rest);
      await post(officer, `handovers/${made.handover}/signature`, {});
      await post(officer, 'case-closing', {});
    } finally {
      await gate.close();
    }
  });
});
