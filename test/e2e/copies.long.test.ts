// What a policy says of copies, in a package: muted, with more effort, each numbered, each with the reason for which it was made; working copies.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { makeOutput } from '../../plugin/cli/console.js';
import { reproducePackage } from '../../plugin/cli/reproduce.js';
import type { Manifest } from '../../plugin/evidence/manifest-schema.js';
import { openSource } from '../../plugin/evidence/source.js';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { wantsWorking } from '../../plugin/export/make-working.js';
import { reproduce } from '../../plugin/export/reproduce.js';
import { fixture, packets } from '../media/footage.js';
import { inFolder, machineTools, shownFrames } from '../media/tools.js';
import { append, withPolicies, type Edits } from '../policy/policy-folder.js';
import { asThePageSays, verifyByPage } from '../support/evidence/by-page.js';
import { onePackage } from '../support/gate-under.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import { approveAll, letGo, submit, until } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

const at = (seconds: number): string => new Date(Date.parse('2026-03-01T02:00:00.000Z') + seconds * 1000).toISOString();
/** Cuts each camera's footage in two. */
const holes = [{ from: new Date(at(6)), to: new Date(at(7)) }];
const cameras = ['sh-yf-street', 'sh-yf-gate'] as const;

/** Beside what tier 1 asks of both kinds of applicants. */
const alsoAsk = (words: string): Edits => ({
  ...onePackage,
  'cities/310000.csv': [['role:police.investigator', 'ordinary'], ['role:police.public-order', 'ADMIN_CASE']]
    .map(([role, basis]) => `p, ${role}, 310000, camera:*, request, ${basis}, *, allow, ${words}\n`)
    .join(''),
});

interface Delivered {
  folder: string;
  manifest: Manifest;
  /** What `exportgate reproduce` says of it. */
  again: string;
}

async function deliver(gate: TestGate, folder: string): Promise<Delivered> {
  const { requestId } = await submit(gate, { items: cameras.map((camera) => ({ camera, from: at(3), to: at(10) })) });
  await approveAll(gate, requestId);
  const seen = await until(gate, requestId, ({ state, lastFailure }) => state === 'packaged' || lastFailure !== null);
  assert.deepEqual([seen.state, seen.lastFailure], ['packaged', null]);
  for (const executor of shanghai.executors) await letGo(gate, executor, requestId);
  const officer = await gate.as(shanghai.officer);
  const [zip, key, unpacked] = ['package.zip', 'gate.pub', 'package'].map((name) => path.join(folder, name)) as [string, string, string];
  await fetchPackage(officer, requestId, zip);
  await officer.download('/api/v1/keys/gate.pub', key);
  const pem = await fs.promises.readFile(key, 'utf8');
  const found = await verifyPackage(zip, pem);
  assert.ok(found.intact, JSON.stringify(found));
  assert.deepEqual(await verifyByPage(await fs.promises.readFile(zip), pem), asThePageSays(found));
  await unpackArchive(zip, unpacked);
  const out = new PassThrough();
  assert.equal(await reproducePackage({ config: '', gate: '', env: process.env, output: makeOutput(false, out as never) }, { package: zip, key }), 0);
  return { folder: unpacked, manifest: JSON.parse(await fs.promises.readFile(path.join(unpacked, 'manifest.json'), 'utf8')) as Manifest, again: String(out.read() ?? '') };
}

describe('viewing copies in a package', function () {
  this.timeout(300_000);

  // prettier-ignore
  const table: [what: string, words: string | null, media: string, container: string, sound: 'aac' | null, preset: string][] = [
    ['of footage with G.711, of which nothing is said', null, 'street-g711.mov', 'mov', 'aac', 'veryfast'],
    ['a viewing copy under sound:muted has no sound, and its original has', 'sound:muted', 'street-g711.mov', 'mov', null, 'veryfast'],
    ['of footage with AAC, muted, and with all effort', 'sound:muted encode:quality', 'street-b.mp4', 'mp4', null, 'medium'],
    ['quickly', 'encode:speed', 'street-b.mp4', 'mp4', 'aac', 'superfast'],
  ];
  for (const [what, words, media, container, sound, preset] of table)
    it(what, () =>
      withPolicies(words === null ? onePackage : alsoAsk(words), (policiesFolder) =>
        inFolder(async (folder) => {
          const gate = await aGate({ recorder: { media: fixture(media), holes }, policiesFolder });
          try {
            const { folder: unpacked, manifest, again } = await deliver(gate, folder);
            const { ffmpeg, ffprobe } = await machineTools();
            const heard = async (file: string): Promise<number> => (await packets(ffprobe, path.join(unpacked, file), 'a').catch(() => [])).length;
            const copies = manifest.files.filter(({ role }) => role === 'viewing');
            assert.deepEqual(copies.map(({ path: name }) => name), [...cameras].sort().flatMap((camera) => [`viewing/${camera}/01.mp4`, `viewing/${camera}/02.mp4`]));
            assert.equal(manifest.plan.sound, sound === null ? 'muted' : 'kept');
            for (const [index, copy] of copies.entries()) {
              assert.deepEqual([copy.reason, copy.parent], ['viewing', copy.path.replace('viewing', 'original').replace('mp4', container)]);
              assert.ok((await heard(copy.parent!)) > 0, 'the original has sound');
              assert.equal((await heard(copy.path)) > 0, sound !== null);
              const times = async (file: string): Promise<number[]> => (await shownFrames(ffmpeg, path.join(unpacked, file))).map(({ micros }) => micros);
              assert.deepEqual(await times(copy.path), await times(copy.parent!));
              const { arguments: args, beside } = copy.recipe!;
              assert.equal(args[args.indexOf('-preset') + 1], preset);
              const text = beside!.find(({ name }) => name.endsWith('-text.txt')) as { text: string };
              assert.ok(text.text.split('\n').includes(`第 ${index + 1} 份,共 ${copies.length} 份 COPY ${index + 1} OF ${copies.length}`), text.text);
              assert.match(again, new RegExp(`^${copy.path}: same bytes`, 'm'));
            }
            for (const file of manifest.files) assert.equal(file.reason !== undefined, file.role === 'viewing', file.path);
          } finally {
            await gate.close();
          }
        }),
      ));
});

describe('working copies in a package', function () {
  this.timeout(300_000);

  // prettier-ignore
  const table: [what: string, words: string, media: string, container: string, tool: 'exportgate' | 'ffmpeg' | null, sound: boolean][] = [
    ['of footage with G.711: the received pictures in MP4', 'working:mp4', 'street-g711.mov', 'mov', 'exportgate', false],
    ['of JPEG: encoded, at the same times', 'working:mp4', 'street-jpeg.mov', 'mkv', 'ffmpeg', false],
    ['of what is MP4 already there are none', 'working:mp4', 'street-b.mp4', 'mp4', null, true],
  ];
  for (const [what, words, media, container, tool, sound] of table)
    it(what, () =>
      // What stands over the camera is hidden in viewing copies; a working copy is as bare as its original, and made again so.
      withPolicies({ ...alsoAsk(words), 'masks.csv': append(`${cameras[0]},rectangle 0 0 2500 4000,solid,place,示例:邻居窗户`) }, (policiesFolder) =>
        inFolder(async (folder) => {
          const gate = await aGate({ recorder: { media: fixture(media), holes }, policiesFolder });
          try {
            const { folder: unpacked, manifest, again } = await deliver(gate, folder);
            assert.deepEqual(manifest.cameras.map(({ camera, masks }) => [camera, masks?.standing.length]).sort(), [[cameras[1], undefined], [cameras[0], 1]]);
            const { ffmpeg, ffprobe } = await machineTools();
            const copies = manifest.files.filter(({ role }) => role === 'working');
            assert.deepEqual([manifest.plan.working, copies.length], ['mp4', tool === null ? 0 : 4]);
            // Only viewing copies are counted, and only they are marked.
            assert.equal(manifest.files.filter(({ role }) => role === 'viewing').length, 4);
            for (const copy of copies) {
              assert.deepEqual([copy.reason, copy.parent, copy.recipe?.tool], ['working', copy.path.replace('working', 'original').replace('mp4', container), tool]);
              assert.ok(!copy.recipe!.arguments.join(' ').includes('drawtext') && (copy.recipe!.beside ?? []).length === 0);
              const [mine, theirs] = [await shownFrames(ffmpeg, path.join(unpacked, copy.path)), await shownFrames(ffmpeg, path.join(unpacked, copy.parent!))];
              assert.ok(mine.length > 10, `${copy.path}: ${mine.length} of ${theirs.length}`);
              assert.deepEqual(mine.map(({ micros }) => micros), theirs.map(({ micros }) => micros));
              if (tool === 'exportgate') assert.deepEqual(mine, theirs);
              assert.equal((await packets(ffprobe, path.join(unpacked, copy.path), 'a').catch(() => [])).length > 0, sound);
              assert.match(again, new RegExp(`^${copy.path}: same bytes`, 'm'));
            }
            assert.deepEqual(await fs.promises.readdir(path.join(gate.folder, 'data/work')), []);
            if (tool === 'exportgate') await judgeRecipes(unpacked, manifest, folder);
          } finally {
            await gate.close();
          }
        }),
      ));

  /** What is said where a recipe, or the copy itself, is another one. */
  async function judgeRecipes(unpacked: string, manifest: Manifest, folder: string): Promise<void> {
    const at = manifest.files.findIndex(({ role }) => role === 'working');
    const parts = { tools: await machineTools(), workFolder: path.join(folder, 'work') };
    const told = async (change: Partial<Manifest['files'][number]>): Promise<unknown> => {
      const files = manifest.files.with(at, { ...manifest.files[at]!, ...change });
      const source = await openSource(unpacked);
      try {
        for await (const { path: name, ...each } of reproduce(parts, { manifest: { ...manifest, files }, source }, new Map())) if (name === files[at]!.path) return each;
      } finally {
        await source.close();
      }
      return null;
    };
    const recipe = manifest.files[at]!.recipe!;
    const unknown = { outcome: 'cannot', why: 'recipe-unknown' };
    assert.deepEqual(await told({ recipe: { ...recipe, arguments: ['working', '/etc/passwd'] } }), unknown);
    assert.deepEqual(await told({ recipe: { ...recipe, arguments: [...recipe.arguments, 'more'] } }), unknown);
    assert.deepEqual(await told({ recipe: { ...recipe, tool: 'sh' } }), unknown);
    assert.deepEqual(await told({ recipe: undefined }), { outcome: 'cannot', why: 'recipe-missing' });
    assert.deepEqual(await fs.promises.readdir(parts.workFolder), []);
  }
});

describe('a working copy is wanted', () => {
  // prettier-ignore
  const table: [plan: Parameters<typeof wantsWorking>[0], wanted: boolean][] = [
    [{ working: 'mp4', deliver: 'package' }, true],
    [{ working: 'none', deliver: 'package' }, false],
    [{ working: 'mp4', deliver: 'copy' }, false],
    [{ working: 'mp4', deliver: 'view' }, false],
  ];
  for (const [plan, wanted] of table) it(`${Object.values(plan).join(' ')}: ${wanted}`, () => assert.equal(wantsWorking(plan), wanted));
});
