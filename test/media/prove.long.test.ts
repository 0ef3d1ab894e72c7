// What `doctor` proves by doing, on this machine's ffmpeg and on ones that end well and have done nothing.
import assert from 'node:assert/strict';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import type { Tools } from '../../plugin/media/find-ffmpeg.js';
import { measureEfforts, measureRender } from '../../plugin/media/measure-render.js';
import { proveEncoders } from '../../plugin/media/prove-encoders.js';
import { proveText } from '../../plugin/media/prove-text.js';
import { bundledTools, inFolder, machineTools } from './tools.js';

/** This machine's ffmpeg behind a few lines of shell. */
async function behind(folder: string, tools: Tools, lines: string): Promise<Tools> {
  const ffmpeg = path.join(folder, 'wrapped');
  await writeFile(ffmpeg, `#!/bin/bash\n${lines}\nexec ${tools.ffmpeg} "$@"\n`);
  await chmod(ffmpeg, 0o755);
  return { ...tools, ffmpeg };
}

const isUnfit = (thrown: unknown): boolean => thrown instanceof Problem && thrown.code === 'ffmpeg-missing' && /draws no Chinese/.test(thrown.detail);

describe('proved by doing', function () {
  this.timeout(120_000);

  for (const [name, find] of [
    ['this machine’s ffmpeg', machineTools],
    ['the bundled one', bundledTools],
  ] as const)
    it(`Chinese is drawn by ${name}`, () =>
      inFolder(async (folder) => {
        const { unlikeTofu, unlikeOther } = await proveText(await find(), folder);
        assert.ok(unlikeTofu > 0.6 && unlikeOther > 0.6, `${unlikeTofu} ${unlikeOther}`);
      }));

  // U+E000 in UTF-8.
  const faults: [string, string][] = [
    ['boxes for every letter', `sed -i 's/[^\\x00-\\x7f]/\\xee\\x80\\x80/g' *.txt`],
    ['nothing at all', 'truncate -s 0 *.txt'],
    ['the same whatever is written', 'for file in *.txt; do cp own.txt "$file" 2>/dev/null; done'],
  ];
  for (const [what, lines] of faults)
    it(`an ffmpeg that draws ${what} is found out`, () =>
      inFolder((wrapped) =>
        inFolder(async (folder) => assert.rejects(proveText(await behind(wrapped, await machineTools(), lines), folder), isUnfit)),
      ));

  it('encoders: each that is listed is tried, and works or does not', () =>
    inFolder(async (folder) => {
      const proofs = await proveEncoders(await machineTools(), folder);
      const speeds = new Map(proofs.map(({ name, speed }) => [name, speed]));
      assert.ok((speeds.get('libx264') ?? 0) > 0);
      assert.ok([...speeds.values()].every((speed) => speed === null || speed > 0));
    }));

  it('encoders: one that ends well and writes nothing, or fewer pictures, does not work', () =>
    inFolder((wrapped) =>
      inFolder(async (folder) => {
        const lines = [
          'case " $* " in',
          '*" -encoders "*) printf " V....D libx264 x\\n V....D libx265 x\\n V....D h264_nvenc x\\n"; exit 0;;',
          '*" -c:v libx265 "*) exit 0;;',
          `*" -c:v h264_nvenc "*) exec ${(await machineTools()).ffmpeg} -v error -y -f lavfi -i testsrc2=size=1280x720:rate=25:duration=0.4 -c:v libx264 -preset ultrafast -f mp4 h264-nvenc.mp4;;`,
          'esac',
        ].join('\n');
        const proofs = await proveEncoders(await behind(wrapped, await machineTools(), lines), folder);
        assert.deepEqual(proofs.map(({ name, speed }) => [name, speed !== null]), [['libx264', true], ['libx265', false], ['h264_nvenc', false]]);
        assert.ok((await readdir(folder)).includes('h264-nvenc.mp4'));
      }),
    ));

  it('speeds are those of viewing copies with all marks', () =>
    inFolder(async (folder) => {
      const speeds = await measureRender(await machineTools(), folder);
      assert.deepEqual(speeds.map(({ name }) => name), ['360p', '1080p', '4K']);
      assert.ok(speeds.every(({ speed }) => speed > 0));
      assert.ok((await readdir(folder)).includes('measure-2-viewing.mp4'));
    }));

  it('speeds of each effort are told, those of the quickest above those of the best', () =>
    inFolder(async (folder) => {
      const speeds = await measureEfforts(await machineTools(), folder);
      assert.deepEqual(speeds.map(({ name }) => name), ['speed', 'balance', 'quality']);
      assert.ok(speeds[0]!.speed > speeds[2]!.speed && speeds[2]!.speed > 0, JSON.stringify(speeds));
    }));
});
