// A recorder without replay by standard: its vendor's playback tells no times, so a person says what the picture shows before anything is made.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { isRequestEntry, type Entry } from '../../plugin/domain/audit-event.js';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { aGate, anApplication, shanghai, type TestGate } from '../support/gate.js';
import { approveAll, letGo, problemOf, show, submit, until, vote } from '../support/walk.js';
import { inFolder } from '../media/tools.js';
import { fetchPackage } from '../support/fetch-package.js';

const camera = 'sh-yf-street';
const shown = { camera, first: '2026-03-01T10:00:03+08:00', last: '2026-03-01T10:00:06+08:00' };
const [executor] = shanghai.executors;

describe('times that no recorder proved', () => {
  let gate: TestGate;
  let requestId: string;
  const frame = (edge: string, of = camera): string => `/api/v1/requests/${requestId}/frame?camera=${of}&edge=${edge}`;
  const times = (): string => `/api/v1/requests/${requestId}/times`;
  const entries = async (): Promise<Entry[]> =>
    (await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Entry);
  const events = async (): Promise<string[]> => (await entries()).flatMap((entry) => (isRequestEntry(entry) && entry.requestId === requestId ? [entry.event] : []));
  const refusals = async (): Promise<number> => (await entries()).filter((entry) => entry.event === 'act-refused').length;
  before(async () => {
    gate = await aGate({ playback: true, recorder: { faults: { extension: 'none' } } });
    ({ requestId } = await submit(gate));
    await until(gate, requestId, ({ custody }) => custody === 'sealed');
  });
  after(() => gate.close());

  it('the footage is partial, though nothing is missing, and waits for a person', async () => {
    const seen = await show(gate, requestId);
    assert.deepEqual(seen.footage.map((take) => [take.state, take.parts]), [['partial', 1]]);
    assert.deepEqual(seen.timesUnconfirmed, [camera]);
    await approveAll(gate, requestId);
    assert.deepEqual([(await show(gate, requestId)).state, (await show(gate, requestId)).delivery], ['granted', 'none']);
    await gate.restart();
    assert.deepEqual([(await show(gate, requestId)).state, (await show(gate, requestId)).delivery], ['granted', 'none']);
  });

  const refused: readonly (readonly [what: string, user: string, code: string])[] = [
    ['the applicant', shanghai.officer, 'not-permitted'],
    ['an approver', shanghai.steps[3], 'not-permitted'],
  ];
  for (const [what, user, code] of refused)
    it(`${what} neither sees a frame nor confirms: ${code}, recorded`, async () => {
      const client = await gate.as(user);
      const [before, refusedBefore] = [(await events()).length, await refusals()];
      assert.equal((await problemOf(client.get(frame('first'))))?.code, code);
      assert.equal((await problemOf(client.post(times(), shown)))?.code, code);
      assert.deepEqual([(await events()).length, await refusals()], [before, refusedBefore + 2]);
    });

  const wrong: readonly (readonly [what: string, body: object, code: string])[] = [
    ['a camera that is not in the request', { ...shown, camera: 'sh-yf-gate' }, 'camera-unknown'],
    ['a time without its zone', { ...shown, first: '2026-03-01T10:00:03' }, 'body-malformed'],
    ['frames that this person has not seen', shown, 'state-conflict'],
  ];
  for (const [what, body, code] of wrong)
    it(`${what}: ${code}`, async () => assert.equal((await problemOf((await gate.as(executor)).post(times(), body)))?.code, code));

  it('an executor sees both frames, marked, each recorded before it is shown', () =>
    inFolder(async (folder) => {
      const client = await gate.as(executor);
      for (const edge of ['first', 'last']) {
        const file = path.join(folder, `${edge}.jpg`);
        await client.download(frame(edge), file);
        const bytes = await fs.promises.readFile(file);
        assert.deepEqual([bytes[0], bytes[1], bytes.at(-2), bytes.at(-1)], [0xff, 0xd8, 0xff, 0xd9]);
      }
      assert.deepEqual((await events()).slice(-2), ['frame-inspected', 'frame-inspected']);
      assert.equal((await problemOf(client.get(frame('middle'))))?.code, 'body-malformed');
      // Nothing in clear is left behind.
      assert.deepEqual(await fs.promises.readdir(path.join(gate.folder, 'data/work')), []);
    }));

  it('a last frame before the first: span-invalid', async () =>
    assert.equal((await problemOf((await gate.as(executor)).post(times(), { ...shown, last: '2026-03-01T10:00:00+08:00' })))?.code, 'span-invalid'));

  it('what one person saw is not another’s to confirm', async () =>
    assert.equal((await problemOf((await gate.as(shanghai.executors[1])).post(times(), shown)))?.code, 'state-conflict'));

  it('the word stands in the package, which says that the times are asserted', () =>
    inFolder(async (folder) => {
      await (await gate.as(executor)).post(times(), shown);
      await until(gate, requestId, ({ state }) => state === 'packaged');
      assert.equal((await problemOf((await gate.as(executor)).post(times(), shown)))?.code, 'state-conflict');
      for (const user of shanghai.executors) await letGo(gate, user, requestId);
      const officer = await gate.as(shanghai.officer);
      const [zip, key] = [path.join(folder, 'package.zip'), path.join(folder, 'gate.pub')];
      await fetchPackage(officer, requestId, zip);
      await officer.download('/api/v1/keys/gate.pub', key);
      assert.ok((await verifyPackage(zip, await fs.promises.readFile(key, 'utf8'))).intact);
      await unpackArchive(zip, path.join(folder, 'package'));
      const manifest = JSON.parse(await fs.promises.readFile(path.join(folder, 'package/manifest.json'), 'utf8')) as { cameras: { times: string; rung: string; confirmation: { first: { asserted: string; shown: string } } }[] };
      const [told] = manifest.cameras;
      assert.deepEqual([told!.times, told!.rung], ['asserted', 'vendor-address']);
      assert.deepEqual(told!.confirmation.first, { asserted: '2026-03-01T02:00:01.000Z', shown: '2026-03-01T02:00:03.000Z' });
    }));

  it('a camera that a narrowed plan leaves out takes no word, and nothing waits for one', async () => {
    const [asked] = anApplication().items;
    const { requestId: id } = await submit(gate, { items: [asked!, { ...asked!, camera: 'sh-yf-gate' }] });
    await until(gate, id, ({ custody }) => custody === 'sealed');
    await vote(gate, shanghai.steps[0], id, { verdict: 'narrow', items: [asked!] });
    for (const user of shanghai.steps.slice(1)) await vote(gate, user, id);
    const client = await gate.as(executor);
    const refusedBefore = await refusals();
    assert.equal((await problemOf(client.post(`/api/v1/requests/${id}/times`, { ...shown, camera: 'sh-yf-gate' })))?.code, 'view-refused');
    assert.equal(await refusals(), refusedBefore + 1);
    const seen = await show(gate, id);
    assert.deepEqual([seen.state, seen.timesUnconfirmed], ['granted', [camera]]);
  });

  it('a request that is returned takes no word any more', async () => {
    const other = await submit(gate);
    await until(gate, other.requestId, ({ custody }) => custody === 'sealed');
    await vote(gate, shanghai.steps[0], other.requestId, { verdict: 'return', code: 'NO_INSTRUMENT' });
    const post = (await gate.as(executor)).post(`/api/v1/requests/${other.requestId}/times`, shown);
    assert.equal((await problemOf(post))?.code, 'state-conflict');
  });
});

describe('a recorder whose clock is rather in another zone', () => {
  it('is asked eight hours beside: a person has to look before anything is made of it', async () => {
    const gate = await aGate({ recorder: { faults: { utc: 'local' } } });
    try {
      const { requestId } = await submit(gate);
      const seen = await until(gate, requestId, ({ custody }) => custody === 'sealed');
      assert.deepEqual(seen.timesUnconfirmed, [camera]);
      await approveAll(gate, requestId);
      const client = await gate.as(executor);
      for (const edge of ['first', 'last']) await client.download(`/api/v1/requests/${requestId}/frame?camera=${camera}&edge=${edge}`, path.join(gate.folder, `${edge}.jpg`));
      await client.post(`/api/v1/requests/${requestId}/times`, shown);
      await until(gate, requestId, ({ state }) => state === 'packaged');
    } finally {
      await gate.close();
    }
  });
});
