// Who draws what is masked, and what of it counts: the whole list of a camera, by whose turn it is, seen before, sealed before it is recorded, and bound to a voice.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Entry, RequestEntry } from '../../plugin/domain/audit-event.js';
import { sealBytes } from '../../plugin/export/custody.js';
import type { Manifest } from '../../plugin/evidence/manifest-schema.js';
import { openSource } from '../../plugin/evidence/source.js';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { reproduce } from '../../plugin/export/reproduce.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { Objects } from '../../plugin/store/objects.js';
import { ask, machineTools } from '../media/tools.js';
import { append } from '../policy/policy-folder.js';
import { verifyByPage } from '../support/evidence/by-page.js';
import { both } from '../policy/wrong-edits.js';
import { aGateUnder, asksAlso, onePackage } from '../support/gate-under.js';
import { anApplication, shanghai, type TestGate } from '../support/gate.js';
import { letGo, look, problemOf, quarter, submit, until, vote, type Seen } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

const [clerk, manager, privacy, head] = shanghai.steps;
/** Holds the privacy officer's step as well. */
const second = 'user:sh.tao';
const roles = append(`g, ${second}, role:privacy-officer, 310000/SH-YUNFAN`);
const camera = 'sh-yf-street';
const wide = { ...quarter, shape: { kind: 'rectangle' as const, x: 0, y: 0, width: 10_000, height: 10_000 } };

const publication = async (gate: TestGate): Promise<string> =>
  (await (await gate.withScan(shanghai.officer)).post<Seen>('/api/v1/requests', anApplication({ purpose: 'publication' }))).requestId;
const draw = async (gate: TestGate, user: string, id: string, body: object = { areas: [quarter] }, of = camera): Promise<Seen> =>
  (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/cameras/${of}/areas`, body);
const code = async (call: Promise<unknown>): Promise<string | undefined> => (await problemOf(call))?.code;
const entriesOf = async (gate: TestGate): Promise<Entry[]> =>
  (await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Entry);
const drawings = async (gate: TestGate): Promise<Extract<RequestEntry, { event: 'areas-drawn' }>[]> =>
  (await entriesOf(gate)).filter((entry) => entry.event === 'areas-drawn');

describe('what is masked', function () {
  this.timeout(120_000);
  let gate: TestGate;
  let id: string;

  before(async () => {
    gate = await aGateUnder({ 'roles.csv': roles });
    id = await publication(gate);
    await until(gate, id, ({ custody }) => custody === 'sealed');
    for (const user of [...shanghai.steps, ...shanghai.executors, second]) await gate.as(user);
  });
  after(() => gate.close());

  it('is drawn at the privacy officer’s step alone', async () => {
    const others = [[shanghai.officer, 'own-request'], [privacy, 'not-your-step'], [head, 'not-your-step'], [shanghai.executors[0], 'not-your-step']] as const;
    for (const [user, expected] of others) assert.equal(await code(draw(gate, user, id)), expected, user);
    // Whose turn it is, and who looks after something else.
    for (const user of [clerk, manager]) {
      assert.equal(await code(draw(gate, user, id)), 'not-your-step', user);
      await vote(gate, user, id);
      assert.equal(await code(draw(gate, user, id)), 'already-voted', user);
    }
    assert.equal(await code(draw(gate, head, id)), 'not-your-step');
    assert.deepEqual(await drawings(gate), []);
  });

  const bad: [what: string, body: object, expected: string][] = [
    ['no list', {}, 'body-malformed'],
    ['a list that is none', { areas: 'all' }, 'body-malformed'],
    ['a corner beside the picture', { areas: [{ ...quarter, shape: { kind: 'rectangle', x: 9000, y: 0, width: 1001, height: 10 } }] }, 'areas-invalid'],
    ['a number below nothing', { areas: [{ ...quarter, shape: { kind: 'rectangle', x: -1, y: 0, width: 10, height: 10 } }] }, 'body-malformed'],
    ['a number that is none', { areas: [{ ...quarter, shape: { kind: 'rectangle', x: NaN, y: 0, width: 10, height: 10 } }] }, 'body-malformed'],
    ['half a ten-thousandth', { areas: [{ ...quarter, shape: { kind: 'rectangle', x: 0.5, y: 0, width: 10, height: 10 } }] }, 'body-malformed'],
    ['two corners', { areas: [{ ...quarter, shape: { kind: 'polygon', corners: [[0, 0], [9, 9]] } }] }, 'body-malformed'],
    ['65 corners', { areas: [{ ...quarter, shape: { kind: 'polygon', corners: Array.from({ length: 65 }, (_, at) => [at, at * at]) } }] }, 'body-malformed'],
    ['a bow tie', { areas: [{ ...quarter, shape: { kind: 'polygon', corners: [[0, 0], [100, 100], [100, 0], [0, 100]] } }] }, 'areas-invalid'],
    ['a span of no time', { areas: [{ ...quarter, span: { from: '2026-03-01T02:00:01Z', to: '2026-03-01T02:00:01Z' } }] }, 'areas-invalid'],
    ['a span of a day that is none', { areas: [{ ...quarter, span: { from: '2026-02-30T02:00:01Z', to: '2026-03-01T02:00:01Z' } }] }, 'span-invalid'],
    ['a span without its zone', { areas: [{ ...quarter, span: { from: '2026-03-01T02:00:01', to: '2026-03-01T02:00:02' } }] }, 'body-malformed'],
    ['65 areas', { areas: Array.from({ length: 65 }, () => quarter) }, 'body-malformed'],
    ['a hundred thousand areas', { areas: Array.from({ length: 100_000 }, () => 1) }, 'body-malformed'],
    ['a style of its own', { areas: [{ ...quarter, style: 'mosaic' }] }, 'body-malformed'],
    ['a filter for a reason', { areas: [{ ...quarter, reason: 'x\u0000y' }] }, 'body-malformed'],
    ['no reason', { areas: [{ ...quarter, reason: ' ' }] }, 'body-malformed'],
    ['one more member', { areas: [{ ...quarter, filter: 'movie=/etc/passwd' }] }, 'body-malformed'],
    ['nothing, without a reason', { areas: [] }, 'areas-invalid'],
    ['something, with a reason why there is nothing', { areas: [quarter], reason: '示例' }, 'areas-invalid'],
  ];
  for (const [what, body, expected] of bad)
    it(`is refused: ${what}, ${expected}`, async () => {
      assert.equal(await code(draw(gate, privacy, id, body)), expected);
      assert.deepEqual(await drawings(gate), []);
    });

  it('is of a camera of this request with footage', async () => {
    for (const of of ['sh-yf-gate', 'sh-yf-nowhere', 'x'.repeat(500)]) assert.equal(await code(draw(gate, privacy, id, undefined, of)), 'camera-unknown');
    assert.equal(await code(draw(gate, privacy, 'EG-310000-SH-YUNFAN-2026-999999')), 'request-unknown');
  });

  it('is seen before, as it will be, and that is recorded as a viewing', async () => {
    const file = path.join(gate.folder, 'preview.jpg');
    const preview = async (user: string, body: object) => (await gate.as(user)).download(`/api/v1/requests/${id}/cameras/${camera}/areas/preview`, file, { body });
    const seen = async () => (await entriesOf(gate)).filter(({ event }) => event === 'footage-viewed');
    for (const [user, expected] of [[shanghai.officer, 'own-request'], [head, 'not-your-step'], [clerk, 'already-voted']] as const) {
      assert.equal(await code(preview(user, { areas: [quarter] })), expected);
      assert.deepEqual(await seen(), []);
    }
    const luma = async (): Promise<[number, number]> => {
      const bytes = await ask((await machineTools()).ffmpeg, ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'gray', '-']);
      // The marks stand in corners; these two lie in the middle of the left and of the right half.
      const [width, height] = [768, bytes.length / 768];
      return [bytes[Math.floor(height * 0.3) * width + Math.floor(width * 0.25)]!, bytes[Math.floor(height * 0.3) * width + Math.floor(width * 0.75)]!];
    };
    await preview(privacy, { areas: [] , reason: '示例' });
    const bare = await luma();
    await preview(privacy, { areas: [quarter] });
    const [masked, open] = await luma();
    assert.ok(masked <= 24 && bare[0] > 30, `${masked} was ${bare[0]}`);
    assert.ok(Math.abs(open - bare[1]) <= 3);
    const times = ['2026-03-01T02:00:02.050Z', '1990-01-01T00:00:00Z', '2090-01-01T00:00:00Z'];
    for (const at of times) await preview(privacy, { areas: [quarter], at });
    const viewed = (await seen()) as Extract<RequestEntry, { event: 'footage-viewed' }>[];
    assert.deepEqual(viewed.map(({ data: { from, why } }) => [from, why]).slice(1), [
      ['2026-03-01T02:00:01.000Z', 'review'], ['2026-03-01T02:00:02.050Z', 'review'], ['2026-03-01T02:00:01.000Z', 'review'], ['2026-03-01T02:00:03.999Z', 'review'],
    ]);
    // A preview is no look at a frame, and draws nothing.
    assert.deepEqual((await entriesOf(gate)).filter(({ event }) => event === 'frame-inspected'), []);
    assert.deepEqual(await drawings(gate), []);
    for (const [what, body] of bad.filter(([, , expected]) => expected === 'areas-invalid')) assert.equal(await code(preview(privacy, body)), 'areas-invalid', what);
  });

  it('is agreed to by who drew it: what somebody else drew since is drawn once more', async () => {
    assert.equal(await code(vote(gate, privacy, id)), 'areas-missing');
    await draw(gate, privacy, id);
    await draw(gate, second, id, { areas: [wide] });
    assert.equal(await code(vote(gate, privacy, id)), 'areas-missing');
    await draw(gate, privacy, id, { areas: [quarter, { ...quarter, style: 'blur' }] });
    assert.equal(await code(vote(gate, second, id)), 'areas-missing');
    assert.deepEqual((await drawings(gate)).map(({ data }) => [data.camera, data.count]), [[camera, 1], [camera, 1], [camera, 2]]);
    const told = await (await gate.as(privacy)).get<{ cameras: { camera: string; areas: object[]; by: string }[] }>(`/api/v1/requests/${id}/areas`);
    assert.deepEqual(told.cameras.map((it) => [it.camera, it.areas.length, it.by]), [[camera, 2, privacy]]);
    assert.deepEqual(told.cameras[0]!.areas[0], quarter);
  });

  it('of many at once each list is whole, and the last one recorded stands', async () => {
    const lists = Array.from({ length: 8 }, (_, at) => Array.from({ length: at + 1 }, () => quarter));
    await Promise.all(lists.map((areas, at) => draw(gate, at % 2 ? privacy : second, id, { areas })));
    const last = (await drawings(gate)).at(-1)!;
    const told = await (await gate.as(privacy)).get<{ cameras: { areas: object[]; sha256: string }[] }>(`/api/v1/requests/${id}/areas`);
    assert.deepEqual([told.cameras[0]!.areas.length, told.cameras[0]!.sha256], [last.data.count, last.data.index.sha256]);
  });

  it('outlives a crash; what was sealed and not recorded is swept', async () => {
    await draw(gate, privacy, id);
    const named = (await drawings(gate)).map(({ data }) => data.index.object);
    await gate.stop();
    const folder = path.join(gate.folder, 'data/objects');
    let made = 0;
    const objects = new Objects({ folder, keys: loadKeys(path.join(gate.folder, 'keys')).requests, newId: () => `00000000-0000-4000-8000-00000000000${++made}` });
    const { object } = await sealBytes(objects, Buffer.from('{"areas":[]}'));
    const files = async () => (await fs.promises.readdir(folder, { recursive: true })).join(' ');
    assert.ok((await files()).includes(object));
    await gate.restart();
    const left = await files();
    assert.ok(!left.includes(object));
    for (const one of named) assert.ok(left.includes(one));
    await vote(gate, privacy, id);
    assert.equal(await code(draw(gate, second, id)), 'not-your-step');
    // Who comes next reads it, draws nothing, and agrees.
    assert.equal(await code(draw(gate, head, id)), 'state-conflict');
    await vote(gate, head, id);
    await until(gate, id, ({ state }) => state === 'packaged');
  });

  it('that is not what was recorded is not used: nothing is packaged', async () => {
    const other = await publication(gate);
    await until(gate, other, ({ custody }) => custody === 'sealed');
    for (const user of [clerk, manager]) await vote(gate, user, other);
    await draw(gate, privacy, other);
    await vote(gate, privacy, other);
    const { data } = (await drawings(gate)).at(-1)!;
    const folder = path.join(gate.folder, 'data/objects');
    const file = (await fs.promises.readdir(folder, { recursive: true })).find((name) => name.includes(data.index.object))!;
    const bytes = await fs.promises.readFile(path.join(folder, file));
    bytes[bytes.length - 1]! ^= 1;
    await fs.promises.chmod(path.join(folder, file), 0o600);
    await fs.promises.writeFile(path.join(folder, file), bytes);
    await vote(gate, head, other);
    const seen = await until(gate, other, ({ lastFailure }) => lastFailure !== null);
    assert.deepEqual([seen.delivery === 'packaged', seen.lastFailure], [false, 'object-corrupt']);
  });
});

describe('masks that nobody asked for', function () {
  this.timeout(120_000);

  it('stand all the same in each derivative: those of the camera for everybody, those that were drawn behind the voice of who drew them', async () => {
    const corner = { x: 7500, y: 3000 };
    const gate = await aGateUnder({
      'masks.csv': append(`${camera},rectangle ${corner.x} ${corner.y} 2500 4000,solid,place,示例:邻居窗户`),
      'tier-1.csv': both(onePackage['tier-1.csv'] as (text: string) => string, asksAlso('inspect:privacy-officer+unit-head')),
    });
    const { ffmpeg } = await machineTools();
    /** Luma in the standing area, in the drawn one, and in neither. */
    const luma = async (file: string): Promise<[boolean, boolean, boolean]> => {
      const bytes = await ask(ffmpeg, ['-v', 'error', '-i', file, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'gray', '-']);
      const at = (x: number, y: number): boolean => bytes[Math.floor((y * bytes.length) / 768) * 768 + Math.floor(x * 768)]! <= 24;
      return [at(0.9, 0.5), at(0.25, 0.3), at(0.6, 0.6)];
    };
    try {
      const { requestId: id } = await submit(gate);
      await until(gate, id, ({ custody }) => custody === 'sealed');
      const frame = path.join(gate.folder, 'frame.jpg');
      const stream = path.join(gate.folder, 'stream.mp4');
      const seen = async (user: string): Promise<void> => {
        await (await gate.as(user)).download(`/api/v1/requests/${id}/frame?camera=${camera}&edge=first`, frame);
        const response = await fetch(new URL(`/api/v1/requests/${id}/stream?camera=${camera}`, gate.url), { headers: { authorization: `Bearer ${await gate.tokenOf(user)}` } });
        assert.equal(response.status, 200);
        await fs.promises.writeFile(stream, Buffer.from(await response.arrayBuffer()));
      };
      for (const user of [clerk, manager]) await vote(gate, user, id);
      await draw(gate, privacy, id);
      await seen(privacy);
      for (const file of [frame, stream]) assert.deepEqual(await luma(file), [true, false, false], file);
      await look(gate, privacy, id);
      await vote(gate, privacy, id);
      await seen(head);
      for (const file of [frame, stream]) assert.deepEqual(await luma(file), [true, true, false], file);
      await look(gate, head, id);
      await vote(gate, head, id);
      await until(gate, id, ({ state }) => state === 'packaged');
      for (const user of shanghai.executors) await letGo(gate, user, id);
      const [zip, key, unpacked] = [path.join(gate.folder, 'package.zip'), path.join(gate.folder, 'gate.pub'), path.join(gate.folder, 'package')];
      const officer = await gate.as(shanghai.officer);
      await fetchPackage(officer, id, zip);
      await officer.download('/api/v1/keys/gate.pub', key);
      const publicKey = await fs.promises.readFile(key, 'utf8');
      assert.ok((await verifyPackage(zip, publicKey)).intact);
      assert.ok((await verifyByPage(await fs.promises.readFile(zip), publicKey)).intact);
      await unpackArchive(zip, unpacked);
      assert.deepEqual(await luma(path.join(unpacked, `viewing/${camera}/01.mp4`)), [true, true, false]);
      // The original is not touched.
      assert.deepEqual(await luma(path.join(unpacked, `original/${camera}/01.mp4`)), [false, false, false]);
      const manifest = JSON.parse(await fs.promises.readFile(path.join(unpacked, 'manifest.json'), 'utf8')) as Manifest;
      const { standing, drawn } = manifest.cameras[0]!.masks!;
      assert.deepEqual([standing.map(({ reason }) => reason), drawn?.areas.map(({ reason }) => reason)], [['示例:邻居窗户'], [quarter.reason]]);
      const told = [];
      const parts = { tools: await machineTools(), workFolder: path.join(gate.folder, 'again') };
      for await (const { outcome } of reproduce(parts, { manifest, source: await openSource(unpacked) }, new Map())) told.push(outcome);
      assert.deepEqual(told, ['same-bytes']);
    } finally {
      await gate.close();
    }
  });
});
