// A narrowed request to the eye: who may still look is shown what is still asked for, and the journal names just that.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Entry, RequestEntry } from '../../plugin/domain/audit-event.js';
import type { Item } from '../../plugin/domain/export-request.js';
import { Problem, type ProblemCode } from '../../plugin/domain/problem.js';
import { ask, shownFrames, machineTools } from '../media/tools.js';
import { aGateUnder, asksAlso } from '../support/gate-under.js';
import { shanghai, type TestGate } from '../support/gate.js';
import { problemOf, submit, until, vote } from '../support/walk.js';

const [clerk, manager, privacy] = shanghai.steps;
const offsetMs = 10_000;
const at = (seconds: number): string => new Date(Date.parse('2026-03-01T02:00:00Z') + seconds * 1000).toISOString();
const item = (from: number, to: number, camera = 'sh-yf-street'): Item => ({ camera, from: at(from), to: at(to) });
const viewed = (entry: Entry): entry is Extract<RequestEntry, { event: 'footage-viewed' }> => entry.event === 'footage-viewed';

/** Luma of every frame, 160 by 90. */
async function lumaOf(file: string): Promise<Buffer[]> {
  const raw = await ask((await machineTools()).ffmpeg, ['-v', 'error', '-i', file, '-vf', 'scale=160:90', '-vsync', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', '-']);
  return Array.from({ length: raw.length / (160 * 90) }, (_, at) => raw.subarray(at * 160 * 90, (at + 1) * 160 * 90));
}

describe('what is watched of a narrowed request', function () {
  this.timeout(120_000);
  let gate: TestGate;
  let id: string;
  const views = async () =>
    (await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Entry).filter(viewed);
  const watch = async (query: string): Promise<number[]> => {
    const file = path.join(gate.folder, 'seen.mp4');
    const headers = { authorization: `Bearer ${await gate.tokenOf(privacy)}` };
    const response = await fetch(`${gate.url}/api/v1/requests/${id}/stream?${query}`, { headers });
    if (!response.ok) throw new Problem(((await response.json()) as { code: ProblemCode }).code, 'refused');
    await fs.promises.writeFile(file, Buffer.from(await response.arrayBuffer()));
    return (await shownFrames((await machineTools()).ffmpeg, file)).map(({ micros }) => micros);
  };
  const frame = async (camera: string) =>
    (await gate.as(privacy)).download(`/api/v1/requests/${id}/frame?camera=${camera}&edge=first`, path.join(gate.folder, 'seen.jpg'));

  before(async () => {
    gate = await aGateUnder({ 'tier-1.csv': asksAlso('inspect:privacy-officer') }, { recorder: { clockOffsetMs: offsetMs } });
    ({ requestId: id } = await submit(gate, { items: [item(3, 13), item(3, 13, 'sh-yf-gate')] }));
    await until(gate, id, ({ custody }) => custody === 'sealed');
    await vote(gate, clerk, id, { verdict: 'narrow', items: [item(5.5, 7.5), item(9, 10)] });
    await vote(gate, manager, id);
  });
  after(() => gate.close());

  const stretches: readonly (readonly [query: string, from: number, to: number])[] = [['', 5.5, 7.5], ['&part=1&stretch=2', 9, 10]];
  for (const [query, from, to] of stretches)
    it(`of one part: the stretch from ${from} to ${to} s, by the recorder’s clock, and no frame more${query && `, asked for as ${query}`}`, async () => {
      const frames = await watch(`camera=sh-yf-street${query}`);
      const { data } = (await views()).at(-1)!;
      const [begun, ended] = [Date.parse(data.from), Date.parse(data.to)];
      // The pull reads the recorder's clock to some milliseconds.
      for (const [told, wanted] of [[begun, from], [ended, to]] as const) assert.ok(Math.abs(told - Date.parse(at(wanted)) - offsetMs) < 1500, data.from);
      assert.ok(Math.abs(ended - begun - (to - from) * 1000) < 2, `${data.from} to ${data.to}`);
      assert.ok(frames.length > 5 && frames[0]! >= 0 && frames.at(-1)! < (ended - begun) * 1000, `${frames.length} frames to ${frames.at(-1)}`);
      assert.equal(data.why, 'review');
    });

  it('a camera that was narrowed away is shown to nobody, neither as a stream nor as a frame; nor is a stretch that is not there', async () => {
    const before = (await views()).length;
    assert.equal((await problemOf(watch('camera=sh-yf-gate')))?.code, 'view-refused');
    assert.equal((await problemOf(frame('sh-yf-gate')))?.code, 'view-refused');
    assert.equal((await problemOf(watch('camera=sh-yf-street&stretch=3')))?.code, 'not-found');
    assert.equal((await problemOf(watch('camera=sh-yf-street&part=2')))?.code, 'not-found');
    assert.equal((await views()).length, before);
  });

  it('a step that looks first looks at the cameras that are left, and then its voice counts', async () => {
    assert.equal((await problemOf(vote(gate, privacy, id)))?.code, 'not-inspected');
    const client = await gate.as(privacy);
    for (const [edge, query] of [['first', ''], ['last', '&part=1&stretch=2']] as const) {
      const still = path.join(gate.folder, `${edge}.jpg`);
      await client.download(`/api/v1/requests/${id}/frame?camera=sh-yf-street&edge=${edge}`, still);
      await watch(`camera=sh-yf-street${query}`);
      const [[seen], shown] = [await lumaOf(still), await lumaOf(path.join(gate.folder, 'seen.mp4'))];
      const distances = shown.map((frame) => frame.reduce((sum, value, place) => sum + Math.abs(value - seen![place]!), 0));
      // Of what is left, not of what was sealed.
      assert.equal(distances.indexOf(Math.min(...distances)), edge === 'first' ? 0 : shown.length - 1, edge);
      assert.ok(Math.min(...distances) < 160 * 90 * 4, `${edge}: ${Math.min(...distances)}`);
    }
    assert.equal((await vote(gate, privacy, id)).waitsFor?.step, 'unit-head');
  });
});
