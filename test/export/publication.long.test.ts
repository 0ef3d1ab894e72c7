// A publication from the application to the receiver: masked as it was drawn, and nothing unmasked leaves. 799 art 22.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Application } from '../../plugin/domain/export-request.js';
import type { RequestEntry } from '../../plugin/domain/audit-event.js';
import type { MaskArea } from '../../plugin/domain/mask-area.js';
import type { Manifest } from '../../plugin/evidence/manifest-schema.js';
import { openSource } from '../../plugin/evidence/source.js';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { readSealedJson, type CameraIndex } from '../../plugin/export/custody.js';
import { reproduce } from '../../plugin/export/reproduce.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { Objects } from '../../plugin/store/objects.js';
import { fixture } from '../media/footage.js';
import { ask, inFolder, machineTools } from '../media/tools.js';
import { verifyByPage } from '../support/evidence/by-page.js';
import { hasShellTools, runShell } from '../support/evidence/by-shell.js';
import { gather } from '../support/evidence/bytes.js';
import { aGate, anApplication, shanghai, type TestGate } from '../support/gate.js';
import { approveAll, letGo, problemOf, quarter, show, until, vote, type Seen } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

const at = (seconds: number): string => new Date(Date.parse('2026-03-01T02:00:00Z') + seconds * 1000).toISOString();
const items = [{ camera: 'sh-yf-street', from: at(1), to: at(4) }, { camera: 'sh-yf-gate', from: at(1), to: at(4) }];
const lower: MaskArea = { shape: { kind: 'polygon', corners: [[5000, 5000], [10_000, 5000], [10_000, 10_000], [5000, 10_000]] }, style: 'solid', hides: ['names'], reason: '示例:店招' };

const apply = async (gate: TestGate, change: Partial<Application> = {}): Promise<string> =>
  (await (await gate.withScan(shanghai.officer)).post<Seen>('/api/v1/requests', anApplication({ purpose: 'publication', items, ...change }))).requestId;

/** Agrees in order, up to the privacy officer, who is told. */
async function upToPrivacy(gate: TestGate, id: string): Promise<string> {
  await until(gate, id, ({ custody }) => custody === 'sealed');
  for (const user of shanghai.steps) {
    if ((await show(gate, id)).waitsFor!.step === 'privacy-officer') return user;
    await vote(gate, user, id);
  }
  throw new Error('nobody looks after privacy');
}

/** Luma at points of the first picture, in parts of its sides. */
async function lumaAt(file: string, points: readonly (readonly [number, number])[]): Promise<number[]> {
  const { ffmpeg, ffprobe } = await machineTools();
  const size = (await ask(ffprobe, ['-v', 'error', '-select_streams', 'v', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', file])).toString().trim().split(',').map(Number);
  const [width, height] = size as [number, number];
  const picture = await ask(ffmpeg, ['-v', 'error', '-i', file, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'gray', '-']);
  return points.map(([x, y]) => picture[Math.floor(y * height) * width + Math.floor(x * width)]!);
}

/** Released, fetched, verified by the command and by the page, unpacked. */
async function fetched(gate: TestGate, id: string, folder: string): Promise<{ manifest: Manifest; package: string }> {
  const seen = await until(gate, id, ({ state, lastFailure }) => state === 'packaged' || lastFailure !== null);
  assert.deepEqual([seen.state, seen.lastFailure], ['packaged', null]);
  for (const executor of shanghai.executors) await letGo(gate, executor, id);
  const officer = await gate.as(shanghai.officer);
  const [zip, key, unpacked] = [path.join(folder, 'package.zip'), path.join(folder, 'gate.pub'), path.join(folder, 'package')];
  await fetchPackage(officer, id, zip);
  await officer.download('/api/v1/keys/gate.pub', key);
  const publicKey = await fs.promises.readFile(key, 'utf8');
  const found = await verifyPackage(zip, publicKey);
  assert.ok(found.intact, JSON.stringify(found));
  assert.ok((await verifyByPage(await fs.promises.readFile(zip), publicKey)).intact);
  if (hasShellTools()) assert.equal((await runShell(folder)).status, 0);
  await unpackArchive(zip, unpacked);
  return { manifest: JSON.parse(await fs.promises.readFile(path.join(unpacked, 'manifest.json'), 'utf8')) as Manifest, package: unpacked };
}

async function again(folder: string, manifest: Manifest, parents = new Map<string, string>()): Promise<[string, string, string?][]> {
  const told: [string, string, string?][] = [];
  const parts = { tools: await machineTools(), workFolder: path.join(folder, '../again') };
  for await (const it of reproduce(parts, { manifest, source: await openSource(folder) }, parents)) told.push([it.path, it.outcome, 'why' in it ? it.why : undefined]);
  return told;
}

describe('a publication', function () {
  this.timeout(300_000);

  const media: [codec: string, file: string][] = [['H.264', 'street.mp4'], ['Motion JPEG', 'street-jpeg.mov']];
  for (const [codec, file] of media)
    it(`of ${codec}: drawn, agreed, executed, fetched: masked copies alone, black where it was drawn`, () =>
      inFolder(async (folder) => {
        const gate = await aGate({ recorder: { media: fixture(file) } });
        try {
          const id = await apply(gate);
          const privacy = await upToPrivacy(gate, id);
          const client = await gate.as(privacy);
          const draw = (camera: string, body: object) => client.post<Seen>(`/api/v1/requests/${id}/cameras/${camera}/areas`, body);
          const refused = await problemOf(vote(gate, privacy, id));
          assert.equal(refused?.code, 'areas-missing');
          for (const { camera } of items) assert.ok(refused.detail.includes(camera));
          await draw('sh-yf-street', { areas: [quarter, { ...lower, span: { from: at(0), to: at(3600) } }] });
          const half = await problemOf(vote(gate, privacy, id));
          assert.deepEqual([half?.code, half?.detail.includes('sh-yf-street'), half?.detail.includes('sh-yf-gate')], ['areas-missing', false, true]);
          await draw('sh-yf-gate', { areas: [], reason: '示例:画面中无人无车' });
          await vote(gate, privacy, id);
          // Agreed to: what was drawn stands.
          assert.equal((await problemOf(draw('sh-yf-street', { areas: [quarter] })))?.code, 'already-voted');
          const rest = shanghai.steps.slice(shanghai.steps.indexOf(privacy as never) + 1);
          for (const user of rest) {
            const next = await problemOf((await gate.as(user)).post(`/api/v1/requests/${id}/cameras/sh-yf-street/areas`, { areas: [quarter] }));
            assert.equal(next?.code, 'state-conflict');
            await vote(gate, user, id);
          }

          const { manifest, package: unpacked } = await fetched(gate, id, folder);
          assert.deepEqual(manifest.files.filter(({ role }) => role !== 'document').map(({ path: name, role }) => `${role} ${name}`).sort(), [
            'coverage original/sh-yf-gate/coverage.json', 'coverage original/sh-yf-street/coverage.json', 'masked masked/sh-yf-gate/01.mp4', 'masked masked/sh-yf-street/01.mp4', 'verifier verify.html',
          ]);
          const onDisk = (await fs.promises.readdir(unpacked, { recursive: true })).filter((name) => /\.(mp4|mov|mkv|ndjson)$/.test(name) && !name.startsWith('journal'));
          assert.deepEqual(onDisk.sort(), ['masked/sh-yf-gate/01.mp4', 'masked/sh-yf-street/01.mp4']);
          const told = Object.fromEntries(manifest.cameras.map(({ camera, masks }) => [camera, masks?.drawn]));
          assert.deepEqual(told['sh-yf-street']!.areas.map(({ hides, reason, style }) => [hides, reason, style]), [[['faces', 'plates'], quarter.reason, 'solid'], [['names'], lower.reason, 'solid']]);
          assert.deepEqual([told['sh-yf-gate']!.areas, told['sh-yf-gate']!.reason], [[], '示例:画面中无人无车']);
          assert.match(told['sh-yf-street']!.person ?? '', /示例/);
          const points = [[0.1, 0.3], [0.4, 0.45], [0.6, 0.6], [0.9, 0.7]] as const;
          const masked = await lumaAt(path.join(unpacked, 'masked/sh-yf-street/01.mp4'), points);
          // Footage of the full range is narrowed before it is masked.
          for (const luma of masked) assert.ok(luma <= 20, masked.join(' '));
          const open = await lumaAt(path.join(unpacked, 'masked/sh-yf-gate/01.mp4'), points);
          assert.ok(open.some((luma) => luma > 40), open.join(' '));

          assert.deepEqual(await again(unpacked, manifest), [['masked/sh-yf-gate/01.mp4', 'cannot', 'parent-sealed'], ['masked/sh-yf-street/01.mp4', 'cannot', 'parent-sealed']]);
          const parents = await openOriginals(gate, id, folder);
          for (const [name, outcome] of await again(unpacked, manifest, parents)) assert.equal(outcome, 'same-bytes', name);
          // With other areas than the manifest tells it is no recipe of ours.
          const forged = structuredClone(manifest);
          forged.cameras.find(({ camera }) => camera === 'sh-yf-street')!.masks!.drawn!.areas.pop();
          assert.deepEqual((await again(unpacked, forged, parents)).map(([, outcome, why]) => why ?? outcome), ['same-bytes', 'recipe-unknown']);
        } finally {
          await gate.close();
        }
      }));

  it('of which less was granted: copies of the excerpts alone, and nothing is lost of what they were made of', () =>
    inFolder(async (folder) => {
      const gate = await aGate();
      try {
        const id = await apply(gate);
        const privacy = await upToPrivacy(gate, id);
        const narrower = [{ camera: 'sh-yf-street', from: at(2), to: at(3) }];
        const narrow = () => vote(gate, privacy, id, { verdict: 'narrow', items: narrower });
        assert.deepEqual((await problemOf(narrow()))?.code, 'areas-missing');
        await (await gate.as(privacy)).post(`/api/v1/requests/${id}/cameras/sh-yf-street/areas`, { areas: [quarter] });
        // The other camera is left out: nobody has to draw on it.
        await narrow();
        for (const user of shanghai.steps.slice(shanghai.steps.indexOf(privacy as never) + 1)) await vote(gate, user, id);
        // Swept at start: what the copies were made of is named, and stays.
        await until(gate, id, ({ state }) => state === 'packaged');
        await gate.restart();
        const { manifest, package: unpacked } = await fetched(gate, id, folder);
        assert.deepEqual(manifest.files.filter(({ role }) => role !== 'document').map(({ path: name }) => name), ['excerpt/sh-yf-street/coverage.json', 'masked/sh-yf-street/01.mp4', 'verify.html']);
        assert.equal(manifest.files.find(({ role }) => role === 'masked')!.sealedParent?.path, 'excerpt/sh-yf-street/01.mp4');
        assert.deepEqual((await again(unpacked, manifest)).map(([, , why]) => why), ['parent-sealed']);
        const [first] = await lumaAt(path.join(unpacked, 'masked/sh-yf-street/01.mp4'), [[0.3, 0.3]]);
        assert.ok(first! <= 20);
      } finally {
        await gate.close();
      }
    }));

  it('is packaged from what was drawn, though the gate was stopped behind the last voice', () =>
    inFolder(async (folder) => {
      const gate = await aGate();
      try {
        const id = await apply(gate, { items: [items[0]!] });
        await approveAll(gate, id);
        await gate.restart();
        const { manifest } = await fetched(gate, id, folder);
        assert.equal(manifest.cameras[0]!.masks!.drawn!.areas.length, 1);
      } finally {
        await gate.close();
      }
    }));
});

/** The sealed originals, written into `folder`, by their SHA-256. */
async function openOriginals(gate: TestGate, id: string, folder: string): Promise<Map<string, string>> {
  const objects = new Objects({ folder: path.join(gate.folder, 'data/objects'), keys: loadKeys(path.join(gate.folder, 'keys')).requests, newId: () => 'none' });
  const parents = new Map<string, string>();
  const entries = (await fs.promises.readFile(path.join(folder, 'package/journal/entries.ndjson'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as RequestEntry);
  for (const entry of entries) {
    if (entry.event !== 'footage-sealed') continue;
    assert.equal(entry.requestId, id);
    const { artifacts } = await readSealedJson<CameraIndex>(objects, entry.data.index);
    for (const { role, object, sha256 } of artifacts)
      if (role === 'original') {
        const file = path.join(folder, `${sha256}.bin`);
        await fs.promises.writeFile(file, await gather(objects.read(object)));
        parents.set(sha256, file);
      }
  }
  return parents;
}
