// A stream ends with what it was permitted by: the request, the session, the account. So does the telling of progress.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { childrenCalled } from '../media/processes.js';
import { machineTools } from '../media/tools.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import { submit, until, vote } from '../support/walk.js';

const [clerk, manager, privacy] = shanghai.steps;
const camera = 'sh-yf-street';
/** Long enough to be rendered still when its first pieces have come. */
const items = [{ camera, from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:02:00.000Z' }];

describe('a stream while it lasts', function () {
  this.timeout(180_000);
  let gate: TestGate;
  let id: string;
  let ahead = 0;
  const pass = (seconds: number): void => void (ahead += seconds * 1000);
  const open = async (user: string, at: string): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
    const response = await fetch(`${gate.url}/api/v1/requests/${id}/${at}`, { headers: { authorization: `Bearer ${await gate.tokenOf(user)}` } });
    assert.equal(response.status, 200);
    return response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  };
  /** Whole, or broken off. */
  const drain = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<'whole' | 'broken'> => {
    try {
      while (!(await reader.read()).done);
      return 'whole';
    } catch {
      return 'broken';
    }
  };
  const atReview = async (): Promise<void> => {
    ({ requestId: id } = await submit(gate, { items }));
    await until(gate, id, ({ custody }) => custody === 'sealed');
    for (const user of [clerk, manager]) await vote(gate, user, id);
  };
  const nothingLeft = async (): Promise<void> => {
    const { ffmpeg } = await machineTools();
    const isLeft = async (): Promise<boolean> =>
      (await childrenCalled(path.basename(ffmpeg))).length > 0 || (await fs.promises.readdir(path.join(gate.folder, 'data/work'))).length > 0;
    for (let tries = 0; tries < 100 && (await isLeft()); tries++) await wait(50);
    assert.deepEqual(await childrenCalled(path.basename(ffmpeg)), []);
    assert.deepEqual(await fs.promises.readdir(path.join(gate.folder, 'data/work')), []);
  };

  before(async () => {
    gate = await aGate({ now: () => new Date(Date.now() + ahead) });
    await gate.as(privacy);
    await atReview();
  });
  after(() => gate.close());

  const close = async (user: string) => (await gate.as('user:root.luo')).post(`/api/v1/accounts/${user.slice(5)}/close`, {});
  /** `anew`: of another request, because the one before is not this person's to watch any more. */
  const ends: readonly (readonly [what: string, how: 'whole' | 'broken', end: () => Promise<unknown>, anew?: 'anew'])[] = [
    ['goes on where it is judged again and nothing has changed', 'whole', async () => undefined],
    ['breaks off when what it shows is narrowed away', 'broken', () => vote(gate, privacy, id, { verdict: 'narrow', items: [{ ...items[0]!, to: '2026-03-01T02:01:00.000Z' }] })],
    ['breaks off when the request is withdrawn', 'broken', async () => (await gate.as(shanghai.officer)).post(`/api/v1/requests/${id}/withdrawal`, {}), 'anew'],
    ['breaks off when the session of who watches ends', 'broken', async () => (await gate.as(privacy)).post('/api/v1/session/end', {}), 'anew'],
    ['breaks off when the account of who watches is closed', 'broken', () => close(privacy)],
  ];
  for (const [what, how, end, anew] of ends)
    it(`${what}; nothing of it is left`, async () => {
      if (anew) await atReview();
      const reader = await open(privacy, `stream?camera=${camera}`);
      await reader.read();
      await end();
      pass(6);
      assert.equal(await drain(reader), how);
      await nothingLeft();
      // Another code of the second factor, for who has to sign in again.
      pass(60);
      gate.again();
    });

  it('progress is told no more, from its next beat on, to whose account is closed', async () => {
    const reader = await open(clerk, 'progress');
    await close(clerk);
    assert.equal(await drain(reader), 'broken');
  });
});
