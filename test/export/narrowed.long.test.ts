// Less is granted than was asked for: what is packaged are excerpts of the sealed originals, and nothing of what was left out.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import type { RequestEntry } from '../../plugin/domain/audit-event.js';
import type { Item } from '../../plugin/domain/export-request.js';
import { readSealedJson, type CameraIndex, type Coverage } from '../../plugin/export/custody.js';
import type { UnitLine } from '../../plugin/media/mux-parts.js';
import type { Manifest } from '../../plugin/evidence/manifest-schema.js';
import { openSource } from '../../plugin/evidence/source.js';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { Journal } from '../../plugin/journal/journal.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { planDigest } from '../../plugin/policy/plan.js';
import { Objects } from '../../plugin/store/objects.js';
import { holdLock } from '../../plugin/store/sqlite.js';
import { reproduce } from '../../plugin/export/reproduce.js';
import { fixture, packets } from '../media/footage.js';
import { inFolder, machineTools, shownFrames } from '../media/tools.js';
import { gather } from '../support/evidence/bytes.js';
import { aGateUnder, onePackage } from '../support/gate-under.js';
import { shanghai, type TestGate } from '../support/gate.js';
import { approveAll, letGo, submit, until } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

const at = (seconds: number): string => new Date(Date.parse('2026-03-01T02:00:00Z') + seconds * 1000).toISOString();
const item = (from: number, to: number, camera = 'sh-yf-street'): Item => ({ camera, from: at(from), to: at(to) });
const origin = 'test.exportgate.example/one';
/** Pictures of 2:00:08 to 2:00:12 are missing. */
const holes = [{ from: new Date(at(8)), to: new Date(at(12)) }];

interface Originals {
  index: CameraIndex;
  units: UnitLine[];
}

/** What was sealed of the street camera, opened with the gate's keys into `folder`. */
async function openOriginals(gate: TestGate, history: readonly RequestEntry[], folder: string): Promise<Originals> {
  const objects = new Objects({ folder: path.join(gate.folder, 'data/objects'), keys: loadKeys(path.join(gate.folder, 'keys')).requests, newId: () => 'none' });
  const take = history.find((entry): entry is Extract<RequestEntry, { event: 'footage-sealed' }> => entry.event === 'footage-sealed' && entry.data.camera === 'sh-yf-street')!;
  const index = await readSealedJson<CameraIndex>(objects, take.data.index);
  for (const artifact of index.artifacts) {
    const file = path.join(folder, artifact.path);
    await fs.promises.mkdir(path.dirname(file), { recursive: true });
    await fs.promises.writeFile(file, await gather(objects.read(artifact.object)));
  }
  return { index, units: linesOf(await fs.promises.readFile(path.join(folder, 'original/sh-yf-street/units.ndjson'), 'utf8')) };
}

const linesOf = (text: string): UnitLine[] => text.trim().split('\n').map((line) => JSON.parse(line) as UnitLine);

/** A person's word in the journal, as the room that narrows will write it; and the originals, put into `folder`. */
async function narrow(gate: TestGate, id: string, items: readonly Item[], into: string): Promise<Originals> {
  await gate.stop();
  const { log } = loadKeys(path.join(gate.folder, 'keys'));
  const folder = path.join(gate.folder, 'data/journal');
  const journal = await Journal.open({ folder, origin, key: log, now: () => new Date(), hold: holdLock });
  const history = journal.entriesOf(id);
  const held = history.find((entry): entry is Extract<RequestEntry, { event: 'export-held' }> => entry.event === 'export-held')!;
  const plan = { ...held.data.plan, number: 2, replaces: held.data.planDigest, items };
  await journal.append({ event: 'plan-narrowed', by: 'p-0123456789abcdef01234567', requestId: id, data: { plan, planDigest: planDigest(plan), rows: [], step: 'evidence-clerk' } });
  await journal.close();
  assert.ok((await verifyJournal(folder, verifierKey(origin, log))).intact);
  const originals = await openOriginals(gate, history, into);
  await gate.restart();
  return originals;
}

interface Delivered {
  folder: string;
  manifest: Manifest;
  json<T>(file: string): Promise<T>;
  units(file: string): Promise<UnitLine[]>;
}

/** From held to the unpacked, verified package. */
async function deliver(gate: TestGate, id: string, folder: string): Promise<Delivered> {
  await fs.promises.mkdir(folder, { recursive: true });
  await approveAll(gate, id);
  const seen = await until(gate, id, ({ state, lastFailure }) => state === 'packaged' || lastFailure !== null);
  assert.deepEqual([seen.state, seen.lastFailure], ['packaged', null]);
  for (const executor of shanghai.executors) await letGo(gate, executor, id);
  const officer = await gate.as(shanghai.officer);
  const [zip, key, unpacked] = [path.join(folder, 'package.zip'), path.join(folder, 'gate.pub'), path.join(folder, 'package')];
  await fetchPackage(officer, id, zip);
  await officer.download('/api/v1/keys/gate.pub', key);
  const found = await verifyPackage(zip, await fs.promises.readFile(key, 'utf8'));
  assert.ok(found.intact, JSON.stringify(found));
  await unpackArchive(zip, unpacked);
  const read = (file: string): Promise<string> => fs.promises.readFile(path.join(unpacked, file), 'utf8');
  return {
    folder: unpacked,
    manifest: JSON.parse(await read('manifest.json')) as Manifest,
    json: async <T>(file: string) => JSON.parse(await read(file)) as T,
    units: async (file) => linesOf(await read(file)),
  };
}

/** What `reproduce` says of each derivative. */
async function again({ folder, manifest }: Delivered, parents: ReadonlyMap<string, string>): Promise<[string, string][]> {
  const source = await openSource(folder);
  const told: [string, string][] = [];
  const parts = { tools: await machineTools(), workFolder: path.join(folder, '../again') };
  for await (const { path: name, outcome } of reproduce(parts, { manifest, source }, parents)) told.push([name, outcome]);
  return told;
}

const media: [codec: string, file: string, container: string][] = [
  ['H.264 with B-frames and AAC', 'street-b.mp4', 'mp4'],
  ['H.264 with G.711', 'street-g711.mov', 'mov'],
  ['H.265', 'street-h265.mp4', 'mp4'],
  ['Motion JPEG', 'street-jpeg.mov', 'mkv'],
];

describe('a narrowed request', function () {
  this.timeout(300_000);

  for (const [codec, file, container] of media)
    it(`of ${codec}: two parts around a hole, cut in the middle of their GOPs; the other camera is not there`, () =>
      inFolder(async (folder) => {
        const gate = await aGateUnder(onePackage, { recorder: { media: fixture(file), holes } });
        try {
          const asked = [item(3, 17), item(3, 17, 'sh-yf-gate')];
          const { requestId } = await submit(gate, { items: asked });
          await until(gate, requestId, ({ custody }) => custody === 'sealed');
          const granted = [item(5.53, 14.47)];
          const { index: original, units: theirs } = await narrow(gate, requestId, granted, folder);
          const cut = await deliver(gate, requestId, path.join(folder, 'cut'));

          const { manifest } = cut;
          assert.deepEqual(manifest.narrowed, { asked, granted });
          assert.deepEqual(manifest.cameras.map(({ camera, asked: spans }) => [camera, spans]), [['sh-yf-street', [{ from: at(5.53), to: at(14.47), basis: 'beijing' }]]]);
          const names = ['01', '02'].map((number) => `sh-yf-street/${number}`);
          assert.deepEqual(manifest.files.filter(({ role }) => role !== 'document').map(({ path: name }) => name), [
            `excerpt/${names[0]}.${container}`, `excerpt/${names[1]}.${container}`, 'excerpt/sh-yf-street/coverage.json', 'excerpt/sh-yf-street/units.ndjson',
            'verify.html', `viewing/${names[0]}.mp4`, `viewing/${names[1]}.mp4`,
          ]);

          const coverage = await cut.json<Coverage>('excerpt/sh-yf-street/coverage.json');
          assert.deepEqual([coverage.state, coverage.spans[0]!.holes], ['complete-with-holes', original.coverage.spans[0]!.holes]);
          const mine = await cut.units('excerpt/sh-yf-street/units.ndjson');
          const keyOf = ({ track, utc, sha256 }: UnitLine): string => `${track} ${utc} ${sha256}`;
          const known = new Set(theirs.map(keyOf));
          assert.ok(mine.length > 0 && mine.every((line) => known.has(keyOf(line))));

          const { ffmpeg, ffprobe } = await machineTools();
          for (const [index, name] of names.entries()) {
            const [excerpt, source, viewing] = [path.join(cut.folder, `excerpt/${name}.${container}`), path.join(folder, `original/${name}.${container}`), path.join(cut.folder, `viewing/${name}.mp4`)];
            const [made, from] = [coverage.spans[0]!.parts[index]!, original.coverage.spans[0]!.parts[index]!];
            const zero = made.facts.firstUtcMicros - from.facts.firstUtcMicros;
            const limits = [5.53, 14.47].map((seconds) => Date.parse(at(seconds)) * 1000 - from.facts.firstUtcMicros);
            const wanted = (await shownFrames(ffmpeg, source)).filter(({ micros }) => micros >= limits[0]! && micros < limits[1]!);
            const shown = await shownFrames(ffmpeg, excerpt);
            assert.ok(shown.length > 10);
            assert.deepEqual(shown.map(({ micros, md5 }) => ({ micros: micros + zero, md5 })), wanted);
            assert.deepEqual((await shownFrames(ffmpeg, viewing)).map(({ micros }) => micros), shown.map(({ micros }) => micros));
            const stored = (await packets(ffprobe, source, 'v')).map(({ md5 }) => md5);
            const copied = (await packets(ffprobe, excerpt, 'v')).map(({ md5 }) => md5);
            const start = stored.indexOf(copied[0]!);
            assert.deepEqual(copied, stored.slice(start, start + copied.length));
            const told = manifest.files.find(({ path: each }) => each === `excerpt/${name}.${container}`)!;
            assert.deepEqual([told.role, told.parent, told.recipe?.tool, told.recipe?.arguments.at(-1)], ['excerpt', undefined, 'exportgate', from.path]);
            const { path: sealed, bytes, sha256, sm3 } = original.artifacts.find(({ path: each }) => each === from.path)!;
            assert.deepEqual(told.sealedParent, { path: sealed, bytes, sha256, sm3 });
            assert.equal(manifest.files.find(({ path: each }) => each === `viewing/${name}.mp4`)!.parent, told.path);
          }
          assert.deepEqual(await fs.promises.readdir(path.join(gate.folder, 'data/work')), []);

          // Excerpts are cut again only by who has what stayed sealed; copies of them by anybody.
          const sealed = original.artifacts.map(({ path: name, sha256 }): [string, string] => [sha256, path.join(folder, name)]);
          for (const [parents, told] of [[new Map(), 'cannot'], [new Map(sealed), 'same-bytes']] as const)
            assert.deepEqual(await again(cut, parents), [...names.map((name) => [`excerpt/${name}.${container}`, told]), ...names.map((name) => [`viewing/${name}.mp4`, 'same-bytes'])]);
        } finally {
          await gate.close();
        }
      }));

  it('to spans of which one shows nothing, and one camera that is kept whole', () =>
    inFolder(async (folder) => {
      const gate = await aGateUnder(onePackage, { recorder: { media: fixture('street-b.mp4'), holes } });
      try {
        const asked = [item(1, 20), item(2, 4, 'sh-yf-gate')];
        const { requestId } = await submit(gate, { items: asked });
        await until(gate, requestId, ({ custody }) => custody === 'sealed');
        await narrow(gate, requestId, [item(9, 11), item(3.05, 3.55), item(17, 18), item(2, 4, 'sh-yf-gate')], folder);
        const { manifest, json } = await deliver(gate, requestId, folder);
        const { spans, state } = await json<Coverage>('excerpt/sh-yf-street/coverage.json');
        assert.deepEqual(spans.map((span) => [span.asked.from, span.state, span.parts.length]), [[at(3.05), 'complete', 1], [at(9), 'no-data', 0], [at(17), 'complete', 1]]);
        assert.deepEqual(spans[1]!.holes, [{ from: at(9), to: at(11), expected: true }]);
        assert.equal(state, 'partial');
        assert.deepEqual(manifest.files.filter(({ role }) => role === 'excerpt' || role === 'original').map(({ path: name }) => name),
          ['excerpt/sh-yf-street/01.mp4', 'excerpt/sh-yf-street/02.mp4', 'original/sh-yf-gate/01.mp4']);
      } finally {
        await gate.close();
      }
    }));

  it('to a moment of which nothing was recorded: no-data, said in a package of its own', () =>
    inFolder(async (folder) => {
      const gate = await aGateUnder(onePackage, { recorder: { media: fixture('street-b.mp4'), holes, recordings: ['REC_1'] } });
      try {
        const { requestId } = await submit(gate, { items: [item(1, 20), item(1, 20, 'sh-yf-gate')] });
        await until(gate, requestId, ({ custody }) => custody === 'sealed');
        await narrow(gate, requestId, [item(9, 10), item(9, 10, 'sh-yf-gate')], folder);
        const { manifest } = await deliver(gate, requestId, folder);
        assert.deepEqual(manifest.cameras.map(({ camera, state }) => [camera, state]), [['sh-yf-street', 'no-data'], ['sh-yf-gate', 'no-data']]);
        assert.deepEqual(manifest.files.filter(({ role }) => role !== 'document').map(({ path: name }) => name), ['excerpt/sh-yf-gate/coverage.json', 'excerpt/sh-yf-street/coverage.json', 'verify.html']);
      } finally {
        await gate.close();
      }
    }));
});
