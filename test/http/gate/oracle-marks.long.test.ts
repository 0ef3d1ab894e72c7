// How far marked pictures and all others lie apart for the oracle: over real footage and test patterns, sizes, encoders and qualities.
import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildArguments } from '../../../plugin/media/ffmpeg.js';
import { findFont } from '../../../plugin/media/font.js';
import { textMark } from '../../../plugin/media/marks/text.js';
import type { MarkText, Scene } from '../../../plugin/media/marks/mark.js';
import { streetFile } from '../../media/street.js';
import { ask, inFolder, machineTools } from '../../media/tools.js';
import { findNotice, isMark, type Sighting } from '../../support/gate/oracle/mark-notice.js';

const short: MarkText = { requestId: 'EG-1', unit: '示例支队', officers: ['张三'] };
const long: MarkText = {
  requestId: 'EG-310000-SZX01-2026-000123',
  unit: '示例市公安局示例分局刑事侦查支队第三大队',
  officers: ['欧阳明远', '上官静姝', '古丽娜尔·买买提'],
};

const lavfi = (source: string): string[] => ['-f', 'lavfi', '-i', `${source}s=640x360:r=5:d=4`];
const films: Record<string, { input: string[]; before?: string }> = {
  'a street': { input: ['-i', streetFile] },
  'a street at night': { input: ['-i', streetFile], before: 'lutyuv=y=val/4+12' },
  'a test picture': { input: lavfi('testsrc=') },
  'colour bars': { input: lavfi('smptehdbars=') },
  noise: { input: lavfi('color=gray:'), before: 'noise=alls=100:allf=t' },
};
const sizes = [
  [100, 56],
  [160, 90],
  [320, 180],
  [640, 360],
  [768, 576],
  [1280, 720],
  [1920, 1080],
] as const;
const encoders: Record<string, string[]> = {
  'H.264, crf 21': ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-bf', '0', '-f', 'mp4'],
  'H.264, crf 35': ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '35', '-bf', '0', '-f', 'mp4'],
  'JPEG, q 3': ['-c:v', 'mjpeg', '-q:v', '3', '-f', 'avi'],
  'JPEG, q 20': ['-c:v', 'mjpeg', '-q:v', '20', '-f', 'avi'],
};
const frames = 2;

async function sightings(
  folder: string,
  film: string,
  [width, height]: readonly [number, number],
  text: MarkText | null,
  scales: readonly number[],
): Promise<Map<number, Sighting[]>> {
  const { ffmpeg } = await machineTools();
  const { input, before } = films[film]!;
  const scene: Scene = { width, height, firstUtcMicros: 0, times: 'proven', text: text ?? short };
  await writeFile(path.join(folder, 'mark.txt'), textMark.write(scene));
  const mark = textMark.filter(scene, { font: 'font.ttf', text: 'mark.txt' });
  const graph = buildArguments({ inputOptions: [], input: 'x', filters: [mark], outputOptions: [], output: 'x' });
  const drawn = graph[graph.indexOf('-filter:v') + 1]!;
  const filters = [before, `scale=${width}:${height},setsar=1,fps=1`, text && drawn].filter(Boolean).join(',');
  const outputs = Object.values(encoders).flatMap((options, at) => [
    '-map',
    '0:v',
    '-vf',
    filters,
    '-frames:v',
    String(frames),
    '-threads',
    '1',
    ...options,
    `${at}.film`,
  ]);
  await ask(ffmpeg, ['-v', 'error', '-y', ...input, ...outputs], folder);
  const found = new Map<number, Sighting[]>();
  for (const scale of scales) {
    const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
    const seen: Sighting[] = [];
    for (const at of Object.keys(encoders).keys()) {
      const raw = await ask(
        ffmpeg,
        [
          '-v',
          'error',
          '-i',
          `${at}.film`,
          '-vf',
          `scale=${across}:${down}:out_range=full,format=gray`,
          '-vsync',
          'passthrough',
          '-f',
          'rawvideo',
          '-',
        ],
        folder,
      );
      assert.equal(raw.length, frames * across * down);
      for (let frame = 0; frame < frames; frame++)
        seen.push(
          await findNotice({ width: across, height: down, pixels: raw.subarray(frame * across * down, (frame + 1) * across * down) }),
        );
    }
    found.set(scale, seen);
  }
  return found;
}

const scores = (found: readonly Sighting[]): number[] => found.map(({ score }) => score);
const shown = (found: readonly Sighting[]): string =>
  found.map(({ score, contrast, size }) => `${score.toFixed(3)} (contrast ${contrast.toFixed(0)}, ${size.toFixed(1)} px)`).join(', ');

describe('the mark that the oracle looks for', function () {
  this.timeout(600_000);

  for (const film of Object.keys(films))
    for (const size of sizes)
      it(`is told from its absence on ${film} at ${size.join('×')}`, () =>
        inFolder(async (folder) => {
          await symlink(findFont(), path.join(folder, 'font.ttf'));
          // In a small picture long text wraps and shrinks; in a large one it only adds lines.
          const text = size[0] % 320 === 0 ? long : short;
          const marked = (await sightings(folder, film, size, text, [1])).get(1)!;
          assert.ok(Math.min(...scores(marked)) >= 0.9 && marked.every(isMark), shown(marked));
          const unmarked = (await sightings(folder, film, size, null, [1])).get(1)!;
          assert.ok(Math.max(...scores(unmarked)) <= 0.5, shown(unmarked));
        }));

  for (const [width, height] of sizes.slice(4))
    it(`is told where a picture of ${width}×${height} was made smaller behind it`, () =>
      inFolder(async (folder) => {
        await symlink(findFont(), path.join(folder, 'font.ttf'));
        const [marked, unmarked] = [
          await sightings(folder, 'a street', [width, height], short, [0.75, 0.6, 0.5]),
          await sightings(folder, 'a street', [width, height], null, [0.75, 0.6, 0.5]),
        ];
        for (const found of marked.values()) assert.ok(found.every(isMark), shown(found));
        for (const found of unmarked.values()) assert.ok(Math.max(...scores(found)) <= 0.5, shown(found));
      }));

  it('is none where a picture is too small to hold its words', () =>
    inFolder(async (folder) => {
      await symlink(findFont(), path.join(folder, 'font.ttf'));
      const found = (await sightings(folder, 'a street', [64, 36], short, [1])).get(1)!;
      assert.ok(!found.some(isMark), shown(found));
    }));
});
