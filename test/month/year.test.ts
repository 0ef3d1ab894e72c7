// A simulated year: what is handed over, held, returned and only kept for its time, each destroyed when it is due and not before, by whom it should be.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Problem } from '../../plugin/domain/problem.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import { approveAll, letGo, problemOf, show, submit, until, vote, type Seen } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

const day = 86_400_000;
const [, , privacy, head] = shanghai.steps;

describe('a year', function () {
  this.timeout(240_000);
  let gate: TestGate;
  let time = new Date('2026-03-04T00:00:00.000Z');
  const ids = { closed: '', held: '', kept: '', returned: '' };
  const begin = time.getTime();

  /** So many days after the beginning: everybody signs in anew. */
  async function on(days: number): Promise<void> {
    time = new Date(begin + days * day);
    await gate.look();
    gate.again();
  }
  const post = async (user: string, id: string, at: string, body: object = {}) => (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/${at}`, body);
  const codeOf = async (call: Promise<unknown>) => (await problemOf(call))?.code ?? null;
  const keys = () => fs.readdirSync(path.join(gate.folder, 'keys/requests')).sort();
  const keysOf = (id: string) => keys().filter((name) => name.startsWith(id)).map((name) => name.split('.')[1]);
  const fetched = async (id: string): Promise<Problem | null> =>
    problemOf(fetchPackage(await gate.as(shanghai.officer), id, path.join(gate.folder, `${id}-${time.getTime()}.zip`)));

  async function handOver(id: string): Promise<void> {
    await approveAll(gate, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    for (const executor of shanghai.executors) await letGo(gate, executor, id);
    await post('user:sh.yan', id, 'after-review', { finding: 'in-order' });
    assert.equal(await fetched(id), null);
  }

  before(async () => {
    gate = await aGate({ now: () => time });
    await gate.as('user:sh.yan');
    for (const name of ['closed', 'held', 'kept', 'returned'] as const) ids[name] = (await submit(gate)).requestId;
    for (const id of [ids.closed, ids.held, ids.kept]) await handOver(id);
    await until(gate, ids.returned, ({ custody }) => custody === 'sealed');
    await vote(gate, shanghai.steps[0], ids.returned, { verdict: 'return', code: 'DUPLICATE' });
  });
  after(() => gate.close());

  it('each request has keys of its own, for what was sealed and for what was made of it', () => {
    for (const id of [ids.closed, ids.held, ids.kept]) assert.deepEqual(keysOf(id), ['copies', 'original']);
    assert.deepEqual(keysOf(ids.returned), ['original']);
  });

  it('the seventh day: the copies go by themselves, but not under a hold; the originals stay', async () => {
    await post(head, ids.held, 'hold', { reason: '示例:复议期间保全' });
    await on(6.9);
    assert.deepEqual(keysOf(ids.closed), ['copies', 'original']);
    assert.equal(await codeOf(post(privacy, ids.closed, 'destruction')), 'retention-running');
    await on(7.1);
    for (const id of [ids.closed, ids.kept]) assert.deepEqual(keysOf(id), ['original']);
    assert.deepEqual(keysOf(ids.held), ['copies', 'original']);
    assert.equal((await fetched(ids.closed))?.code, 'release-expired');
  });

  it('two people destroy what is due, and neither alone', async () => {
    await on(10);
    assert.equal(await codeOf(post(privacy, ids.closed, 'case-closing')), 'not-permitted');
    await post(shanghai.officer, ids.closed, 'case-closing');
    assert.equal(await codeOf(post(shanghai.officer, ids.closed, 'case-closing')), 'state-conflict');
    // Who may only watch does not ask, and who asked for the footage does neither.
    assert.equal(await codeOf(post(head, ids.closed, 'destruction')), 'not-permitted');
    assert.equal((await post(privacy, ids.closed, 'destruction')).state, 'released');
    assert.equal(await codeOf(post(privacy, ids.closed, 'destruction')), 'already-voted');
    assert.equal(await codeOf(post(shanghai.officer, ids.closed, 'destruction')), 'not-permitted');
    // A hold between the two: the word that was given before it counts no more.
    await post(head, ids.closed, 'hold', { reason: '示例:临时保全' });
    assert.equal(await codeOf(post(head, ids.closed, 'destruction')), 'not-permitted');
    assert.equal(await codeOf(post(privacy, ids.closed, 'destruction')), 'footage-held');
    await post(head, ids.closed, 'hold/lifting');
    await post(privacy, ids.closed, 'destruction');
    // At the same moment: whichever comes first stands, and a hold never loses to half a destruction.
    await Promise.allSettled([post(head, ids.closed, 'hold', { reason: '示例:竞态' }), post('user:sh.yan', ids.closed, 'destruction')]);
    if ((await show(gate, ids.closed)).custody === 'sealed') {
      assert.deepEqual(keysOf(ids.closed), ['original']);
      await post(head, ids.closed, 'hold/lifting');
      await post(privacy, ids.closed, 'destruction');
      await post(head, ids.closed, 'destruction');
    }
    const { state, custody } = await show(gate, ids.closed);
    assert.deepEqual([state, custody, keysOf(ids.closed)], ['destroyed', 'destroyed', []]);
    assert.equal(await codeOf(post(privacy, ids.closed, 'destruction')), 'state-conflict');
  });

  it('the thirtieth day: what was never granted goes by itself, with its key', async () => {
    await on(31);
    assert.deepEqual([(await show(gate, ids.returned)).custody, keysOf(ids.returned)], ['expired', []]);
  });

  it('what its case never closed goes when the site’s time has passed; what is held is refused', async () => {
    assert.equal(await codeOf(post(privacy, ids.held, 'destruction')), 'footage-held');
    await post(privacy, ids.kept, 'destruction');
    await post(head, ids.kept, 'destruction');
    assert.equal((await show(gate, ids.kept)).state, 'destroyed');
  });

  it('a crash between the entry and the key: it is destroyed before the next start serves anything', async () => {
    const file = path.join(gate.folder, 'keys/requests', `${ids.kept}.original.key`);
    await gate.stop();
    fs.copyFileSync(path.join(gate.folder, 'keys/requests', `${ids.held}.original.key`), file);
    await gate.restart();
    assert.equal(fs.existsSync(file), false);
    assert.deepEqual(keysOf(ids.held), ['copies', 'original']);
  });
});
