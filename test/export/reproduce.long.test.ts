// Copies of a real package made again: the same bytes where nothing was changed, the frame where something was, a reason where it cannot be done.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { reproducePackage } from '../../plugin/cli/reproduce.js';
import { makeOutput } from '../../plugin/cli/console.js';
import { digestOf } from '../../plugin/domain/formats/digest.js';
import type { Manifest } from '../../plugin/evidence/manifest-schema.js';
import { openSource } from '../../plugin/evidence/source.js';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { reproduce } from '../../plugin/export/reproduce.js';
import type { Told } from '../../plugin/export/reproduced.js';
import { ask, machineTools } from '../media/tools.js';
import { aGateUnder, onePackage } from '../support/gate-under.js';
import { shanghai, type TestGate } from '../support/gate.js';
import { approveAll, letGo, submit, until } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

const viewing = 'viewing/sh-yf-street/01.mp4';
type Listed = Manifest['files'][number];

describe('reproduce', function () {
  this.timeout(300_000);
  let [gate, root, zip, key, unpacked]: [TestGate, string, string, string, string] = [] as never;

  before(async () => {
    gate = await aGateUnder(onePackage);
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-again-'));
    [zip, key, unpacked] = ['package.zip', 'gate.pub', 'package'].map((name) => path.join(root, name)) as [string, string, string];
    const { requestId } = await submit(gate, { items: [{ camera: 'sh-yf-street', from: '2026-03-01T02:00:31.300Z', to: '2026-03-01T02:00:37.300Z' }] });
    await approveAll(gate, requestId);
    await until(gate, requestId, ({ state }) => state === 'packaged');
    for (const executor of shanghai.executors) await letGo(gate, executor, requestId);
    const officer = await gate.as(shanghai.officer);
    await fetchPackage(officer, requestId, zip);
    await officer.download('/api/v1/keys/gate.pub', key);
    await unpackArchive(zip, unpacked);
  });
  after(async () => {
    await gate?.close();
    fs.rmSync(root, { recursive: true, force: true });
  });

  async function command(packaged: string): Promise<{ exit: number; said: string }> {
    const out = new PassThrough();
    const context = { config: '', gate: '', env: process.env, output: makeOutput(false, out as never) };
    const exit = await reproducePackage(context, { package: packaged, key });
    return { exit, said: String(out.read() ?? '') };
  }
  const leftovers = (): string[] => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('exportgate-reproduce-'));

  it('says of an untouched package that the same bytes came out, and leaves no picture behind', async () => {
    const before = leftovers();
    for (const packaged of [zip, unpacked]) {
      const { exit, said } = await command(packaged);
      assert.equal(exit, 0, said);
      assert.match(said, new RegExp(`^${viewing}: same bytes · 字节相同$`, 'm'));
    }
    assert.deepEqual(leftovers(), before);
  });

  it('makes nothing of a package that is not intact', async () => {
    const changed = path.join(root, 'changed');
    fs.cpSync(unpacked, changed, { recursive: true });
    fs.appendFileSync(path.join(changed, viewing), 'x');
    const { exit, said } = await command(changed);
    assert.deepEqual([exit, said.trim()], [1, `NOT intact · 已被改动: file-changed at ${viewing}`]);
  });

  /** What is said of the viewing copy in a package whose gate had sealed it like this. */
  async function toldOf(make: (folder: string, listed: Listed) => Promise<Listed | void>): Promise<Told> {
    const folder = fs.mkdtempSync(path.join(root, 'sealed-'));
    fs.cpSync(unpacked, folder, { recursive: true });
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as Manifest;
    const at = manifest.files.findIndex(({ role }) => role === 'viewing');
    const listed = (await make(folder, manifest.files[at]!)) ?? manifest.files[at]!;
    const { bytes, sha256, sm3 } = digestOf(fs.readFileSync(path.join(folder, viewing)));
    manifest.files[at] = { ...listed, bytes, sha256, sm3 };
    const source = await openSource(folder);
    const all: Told[] = [];
    for await (const { path: of, ...told } of reproduce({ tools: await machineTools(), workFolder: path.join(root, 'work') }, { manifest, source }, new Map())) {
      assert.equal(of, viewing);
      all.push(told);
    }
    assert.equal(all.length, 1);
    assert.deepEqual(fs.readdirSync(path.join(root, 'work')), []);
    return all[0]!;
  }
  /** The viewing copy written anew, without loss but for what `filter` does to it. */
  const rewritten = (...options: string[]) => async (folder: string): Promise<void> => {
    const file = path.join(folder, viewing);
    await ask((await machineTools()).ffmpeg, ['-v', 'error', '-i', file, '-map', '0:v:0', ...options, '-y', `${file}.mp4`]);
    fs.renameSync(`${file}.mp4`, file);
  };
  const lossless = ['-c:v', 'libx264', '-qp', '0', '-preset', 'ultrafast', '-video_track_timescale', '1000000', '-bf', '0', '-vsync', 'passthrough', '-enc_time_base', '1:1000000'];
  const withRecipe = (change: (recipe: NonNullable<Listed['recipe']>) => Listed['recipe']) => (_folder: string, listed: Listed): Promise<Listed> =>
    Promise.resolve({ ...listed, recipe: change(listed.recipe!) });

  const table: [what: string, make: Parameters<typeof toldOf>[0], told: Told][] = [
    ['nothing done', () => Promise.resolve(), { outcome: 'same-bytes' }],
    ['packed anew into its file', rewritten('-c', 'copy', '-video_track_timescale', '1000000'), { outcome: 'same-pictures' }],
    ['encoded anew without loss', rewritten(...lossless), { outcome: 'same-pictures' }],
    ['a box painted on frame 7', rewritten('-vf', 'drawbox=enable=eq(n\\,7):color=black:t=fill', ...lossless), { outcome: 'differs', track: 'picture', frame: 7 }],
    ['the last ten frames cut off', rewritten('-frames:v', '50', ...lossless), { outcome: 'differs', track: 'picture', frame: 50 }],
    ['other words in a mark', withRecipe((recipe) => ({ ...recipe, beside: recipe.beside!.map((file) => ('text' in file && file.name.includes('text') ? { ...file, text: `${file.text} x` } : file)) })), { outcome: 'differs', track: 'picture', frame: 0 }],
    ['another ffmpeg', withRecipe((recipe) => ({ ...recipe, version: 'ffmpeg version 6.1' })), { outcome: 'cannot', why: 'other-ffmpeg' }],
    ['another font', withRecipe((recipe) => ({ ...recipe, beside: recipe.beside!.map((file) => ('sha256' in file ? { ...file, sha256: '0'.repeat(64) } : file)) })), { outcome: 'cannot', why: 'other-font' }],
    ['a recipe that reads another file', withRecipe((recipe) => ({ ...recipe, arguments: recipe.arguments.map((one) => one.replace('file:01.mp4', 'file:/etc/passwd')) })), { outcome: 'cannot', why: 'recipe-unknown' }],
    ['no recipe', withRecipe(() => undefined), { outcome: 'cannot', why: 'recipe-missing' }],
  ];
  for (const [what, make, told] of table) it(`${what}: ${Object.values(told).join(' ')}`, async () => assert.deepEqual(await toldOf(make), told));
});
