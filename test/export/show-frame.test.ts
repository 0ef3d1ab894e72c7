// A step that looks before it agrees: its holder, and nobody else, sees marked frames of sealed footage; a voice without them does not count.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Entry, RequestEntry } from '../../plugin/domain/audit-event.js';
import { append } from '../policy/policy-folder.js';
import { aGateUnder, asksAlso } from '../support/gate-under.js';
import { shanghai, type TestGate } from '../support/gate.js';
import { approveAll, look, problemOf, show, submit, until, vote } from '../support/walk.js';

const [clerk, manager, privacy, head] = shanghai.steps;
/** Holds the step as well. */
const second = 'user:sh.tao';
const policies = {
  'tier-1.csv': asksAlso('inspect:privacy-officer'),
  'roles.csv': append(`g, ${second}, role:privacy-officer, 310000/SH-YUNFAN`),
};
const span = { from: '2026-03-01T02:00:01.000Z', to: '2026-03-01T02:00:03.000Z' };
const two = { items: ['sh-yf-street', 'sh-yf-gate'].map((camera) => ({ camera, ...span })) };

describe('a step that looks before it agrees', function () {
  this.timeout(60_000);
  let gate: TestGate;
  let id: string;
  const entries = async (): Promise<Entry[]> =>
    (await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Entry);
  const inspections = async (): Promise<RequestEntry[]> => (await entries()).filter((entry): entry is RequestEntry => entry.event === 'frame-inspected');
  const frame = async (user: string, camera = 'sh-yf-street', edge = 'first', of = id): Promise<Buffer> => {
    const file = path.join(gate.folder, 'seen.jpg');
    await (await gate.as(user)).download(`/api/v1/requests/${of}/frame?camera=${camera}&edge=${edge}`, file);
    return fs.promises.readFile(file);
  };
  const refused = async (user: string, camera?: string, edge?: string): Promise<string | undefined> => {
    const [before, seen] = [(await entries()).length, (await inspections()).length];
    const problem = await problemOf(frame(user, camera, edge));
    const told = (await entries()).slice(before).filter((entry) => entry.event === 'act-refused');
    if (problem?.code !== 'body-malformed') assert.deepEqual(told.map(({ data }) => data.code), [problem?.code]);
    assert.equal((await inspections()).length, seen);
    return problem?.code;
  };

  before(async () => {
    gate = await aGateUnder(policies);
    ({ requestId: id } = await submit(gate, two));
    await until(gate, id, ({ custody }) => custody === 'sealed');
    for (const user of [...shanghai.steps, ...shanghai.executors, second, 'user:gl.lan.clerk', 'user:gl.tan.privacy']) await gate.as(user);
  });
  after(() => gate.close());

  it('a step that the plan does not name sees nothing, and needs no look', async () => {
    assert.deepEqual((await show(gate, id)).plan?.inspect, ['privacy-officer']);
    assert.equal(await refused(clerk), 'not-permitted');
    assert.equal(await refused(privacy), 'not-your-step');
    for (const user of [clerk, manager]) await vote(gate, user, id);
  });

  const table: readonly (readonly [what: string, user: string, code: string, camera?: string, edge?: string])[] = [
    ['the applicant', shanghai.officer, 'own-request'],
    ['who agreed already', clerk, 'already-voted'],
    ['who comes later', head, 'not-your-step'],
    ['an executor', shanghai.executors[0], 'not-your-step'],
    ['a privacy officer of another site', 'user:gl.tan.privacy', 'not-your-step'],
    ['an administrator', 'user:root.luo', 'not-your-step'],
    ['the holder, of a camera that is not in the request', privacy, 'camera-unknown', 'sh-yf-school'],
    ['the holder, of no camera', privacy, 'camera-unknown', ''],
    ['the holder, of a frame in the middle', privacy, 'body-malformed', 'sh-yf-street', 'middle'],
  ];
  for (const [what, user, code, camera, edge] of table)
    it(`is not shown to ${what}: ${code}, recorded`, async () => assert.equal(await refused(user, camera, edge), code));

  it('a voice counts when this very person saw both frames of every camera', async () => {
    const voice = async (user: string) => problemOf(vote(gate, user, id));
    const unseen = async (user: string) => {
      const problem = await voice(user);
      assert.equal(problem?.code, 'not-inspected');
      return ['sh-yf-street', 'sh-yf-gate'].filter((camera) => problem!.detail.includes(camera));
    };
    assert.deepEqual(await unseen(privacy), ['sh-yf-street', 'sh-yf-gate']);
    const bytes = await frame(privacy);
    assert.deepEqual([bytes[0], bytes[1], bytes.at(-2), bytes.at(-1)], [0xff, 0xd8, 0xff, 0xd9]);
    assert.deepEqual(await unseen(privacy), ['sh-yf-street', 'sh-yf-gate']);
    await frame(privacy, 'sh-yf-street', 'last');
    assert.deepEqual(await unseen(privacy), ['sh-yf-gate']);
    // What one person saw is not another’s to agree to.
    await look(gate, second, id);
    assert.deepEqual(await unseen(privacy), ['sh-yf-gate']);
    for (const edge of ['first', 'last']) await frame(privacy, 'sh-yf-gate', edge);
    await gate.restart();
    assert.equal(await voice(privacy), null);
    assert.equal((await inspections()).length, 8);
    assert.deepEqual(await fs.promises.readdir(path.join(gate.folder, 'data/work')), []);
    assert.equal(await refused(second), 'not-your-step');
    await vote(gate, head, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    assert.equal(await refused(privacy), 'not-permitted');
  });

  it('a return needs no look', async () => {
    const { requestId } = await submit(gate, two);
    for (const user of [clerk, manager]) await vote(gate, user, requestId);
    assert.equal((await vote(gate, privacy, requestId, { verdict: 'return', code: 'OUT_OF_SCOPE_CAMERA' })).state, 'returned');
    assert.equal((await problemOf(frame(privacy, 'sh-yf-street', 'first', requestId)))?.code, 'not-permitted');
  });

  it('eight looks and a voice at once end in a whole journal', async () => {
    const { requestId, planDigest } = await submit(gate);
    for (const user of [clerk, manager]) await vote(gate, user, requestId);
    await look(gate, privacy, requestId);
    const client = await gate.as(privacy);
    const address = `/api/v1/requests/${requestId}/frame?camera=sh-yf-street&edge=first`;
    const looks = Array.from({ length: 8 }, (_, at) => problemOf(client.download(address, path.join(gate.folder, `at-once-${at}.jpg`))));
    const [voice, ...seen] = await Promise.all([problemOf(vote(gate, privacy, requestId, { verdict: 'approve', planDigest })), ...looks]);
    assert.equal(voice, null);
    assert.deepEqual(seen.filter((problem) => problem !== null && problem.code !== 'already-voted'), []);
    await gate.restart();
    assert.equal((await show(gate, requestId)).voices.length, 3);
  });
});

describe('a step that looks at footage that is not there yet', () => {
  it('waits for it: not-inspected, and there is nothing to see', async () => {
    const gate = await aGateUnder(policies);
    try {
      await gate.withScan(shanghai.officer);
      await gate.reconfigure('quotas: { reserveBytes: 900000GiB }\n');
      const { requestId } = await submit(gate);
      await until(gate, requestId, ({ waitsForRoom }) => waitsForRoom === 'disk-full');
      for (const user of [clerk, manager]) await vote(gate, user, requestId);
      const voice = await problemOf(vote(gate, privacy, requestId));
      assert.equal(voice?.code, 'not-inspected');
      assert.match(voice.detail, /not sealed yet/);
      const client = await gate.as(privacy);
      assert.equal((await problemOf(client.get(`/api/v1/requests/${requestId}/frame?camera=sh-yf-street&edge=first`)))?.code, 'state-conflict');
    } finally {
      await gate.close();
    }
  });
});

describe('a step that looks, and times that no recorder proved', () => {
  it('are two looks: what the holder saw before the voice is not the executor’s word', async () => {
    const gate = await aGateUnder(policies, { playback: true, recorder: { faults: { extension: 'none' } } });
    try {
      const { requestId } = await submit(gate);
      await approveAll(gate, requestId);
      const camera = 'sh-yf-street';
      const shown = { camera, first: '2026-03-01T10:00:03+08:00', last: '2026-03-01T10:00:06+08:00' };
      const confirm = async (user: string) => problemOf((await gate.as(user)).post(`/api/v1/requests/${requestId}/times`, shown));
      assert.equal((await confirm(privacy))?.code, 'not-permitted');
      assert.equal((await confirm(shanghai.executors[0]))?.code, 'state-conflict');
      await look(gate, shanghai.executors[0], requestId);
      assert.equal(await confirm(shanghai.executors[0]), null);
      await until(gate, requestId, ({ state }) => state === 'packaged');
    } finally {
      await gate.close();
    }
  });
});
