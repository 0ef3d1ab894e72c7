// Footage as it comes: every row of docs/ref/footage.md ends as it says there. Made by ffmpeg's own encoders, muxed as from a recorder, rendered.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import type { Sample } from '../../plugin/domain/vms.js';
import { renderViewing } from '../../plugin/media/render.js';
import { correlate, framesOf, lumaOf } from './drawn.js';
import { footageOf, type Footage } from './footage.js';
import { mux } from './street.js';
import { ask, inFolder, machineTools, shownFrames } from './tools.js';

type Frame = Readonly<{ width: number; height: number }>;
const film = (size: string, filters = ''): string[] => ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=10:duration=2${filters}`];
const x264 = (...options: string[]): string[] => [...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-bf', '0', '-pix_fmt', 'yuv420p'], ...options];
const x265 = (options: string, ...more: string[]): string[] => [
  ...['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', `log-level=none:keyint=10${options}`, '-tag:v', 'hvc1'],
  ...more,
];
const jpeg = (...options: string[]): string[] => ['-c:v', 'mjpeg', '-q:v', '5', ...options];
const usual = { width: 640, height: 360 };
const plain = [...film('640x360'), ...x264()];

/** What ffmpeg is told, and how many pictures come out at what size. */
const sound: [string, string[], number, Frame][] = [
  ['H.264, interlaced (MBAFF)', [...film('640x360'), ...x264('-flags', '+ilme+ildct', '-x264opts', 'tff=1')], 20, usual],
  ['H.264, sides that are no multiples of 16', [...film('642x358'), ...x264()], 20, { width: 642, height: 358 }],
  ['H.264, 16×16', [...film('16x16'), ...x264()], 20, { width: 16, height: 16 }],
  ['H.264, upright', [...film('360x640'), ...x264()], 20, { width: 360, height: 640 }],
  ['H.264, 4:2:2', [...film('640x360'), ...x264('-pix_fmt', 'yuv422p')], 20, usual],
  ['H.264, 4:4:4', [...film('640x360'), ...x264('-pix_fmt', 'yuv444p')], 20, usual],
  ['H.264, 4:4:4, 641×361', [...film('640x360', ',scale=641:361'), ...x264('-pix_fmt', 'yuv444p')], 20, { width: 642, height: 362 }],
  ['H.264, without colours', [...film('640x360'), ...x264('-pix_fmt', 'gray')], 20, usual],
  ['H.264, 10 bits', [...film('640x360'), ...x264('-pix_fmt', 'yuv420p10le')], 20, usual],
  ['H.264, full range', [...film('640x360', ',scale=out_range=full'), ...x264('-pix_fmt', 'yuvj420p')], 20, usual],
  ['H.264, lossless', [...film('640x360'), ...x264('-qp', '0')], 20, usual],
  ['H.264, pixels that are not square', [...film('352x288', ',setsar=12/11'), ...x264()], 20, { width: 352, height: 288 }],
  ['H.264, variable rate', [...film('640x360', ",select='not(mod(n\\,3))+eq(n\\,7)'"), ...x264('-vsync', 'vfr')], 8, usual],
  ['H.264, one picture', [...film('640x360'), ...x264('-frames:v', '1')], 1, usual],
  ['H.264, key frames alone', [...film('640x360'), ...x264('-g', '1')], 20, usual],
  ['H.264, one key frame', [...film('640x360'), ...x264('-g', '999')], 20, usual],
  ['H.264, pictures in another order (pyramid)', [...film('640x360'), ...x264('-bf', '3', '-x264opts', 'b-pyramid=normal')], 20, usual],
  ['H.264, four slices a picture', [...film('640x360'), ...x264('-slices', '4')], 20, usual],
  ['H.265', [...film('640x360'), ...x265('')], 20, usual],
  ['H.265, 10 bits', [...film('640x360'), ...x265('', '-pix_fmt', 'yuv420p10le')], 20, usual],
  ['H.265, 4:2:2', [...film('640x360'), ...x265('', '-pix_fmt', 'yuv422p')], 20, usual],
  ['JPEG', [...film('640x360'), ...jpeg()], 20, usual],
  ['JPEG, 4:2:2', [...film('640x360'), ...jpeg('-pix_fmt', 'yuvj422p')], 20, usual],
  ['JPEG, 4:4:4, 641×361', [...film('640x360', ',scale=641:361'), ...jpeg('-pix_fmt', 'yuvj444p')], 20, { width: 642, height: 362 }],
  ['JPEG, 8×8', [...film('8x8'), ...jpeg()], 20, { width: 8, height: 8 }],
];

type Change = (data: Buffer, number: number) => Buffer | null;
const only = (which: number, change: (data: Buffer) => Buffer | null): Change => (data, number) => (number === which ? change(data) : data);
const flipped = (from: number) => (data: Buffer): Buffer => Buffer.from(data.map((byte, at) => (at > from && at % 7 === 0 ? byte ^ 0x55 : byte)));
/** Lengths of NAL units stay, what they hold goes. */
const emptied = (data: Buffer): Buffer => Buffer.from(data.map((byte, at) => (at < 5 ? byte : (at * 73) & 0xff)));

/** Of 20 pictures: how many come out, and how many are told as undecoded; or the problem. */
const damaged: [string, string[], Change, { frames: number; undecoded: number } | string][] = [
  ['H.264, bytes of a picture changed', plain, only(5, flipped(60)), { frames: 20, undecoded: 0 }],
  ['H.264, bytes of a key frame changed', plain, only(10, flipped(60)), { frames: 20, undecoded: 0 }],
  ['H.264, a picture lost', plain, only(5, () => null), { frames: 19, undecoded: 0 }],
  ['H.264, a picture that cannot be decoded', plain, only(5, emptied), { frames: 19, undecoded: 1 }],
  ['H.264, a quarter that cannot be decoded', plain, (data, number) => (number % 4 === 1 ? emptied(data) : data), 'render-failed'],
  ['H.264, the last picture cut', plain, only(19, (data) => data.subarray(0, data.length >> 1)), 'wrong-footage'],
  ['H.265, bytes of a picture changed', [...film('640x360'), ...x265('')], only(5, flipped(30)), { frames: 20, undecoded: 0 }],
  ['JPEG, bytes of a picture changed', [...film('640x360'), ...jpeg()], only(5, flipped(900)), { frames: 20, undecoded: 0 }],
  ['JPEG, a picture cut', [...film('640x360'), ...jpeg()], only(5, (data) => data.subarray(0, data.length >> 1)), { frames: 20, undecoded: 0 }],
  ['JPEG, a picture that is none', [...film('640x360'), ...jpeg()], only(5, (data) => Buffer.alloc(data.length, 7)), 'wrong-footage'],
];

async function made(folder: string, args: readonly string[]): Promise<{ file: string; footage: Footage }> {
  const file = path.join(folder, 'source.mov');
  await ask((await machineTools()).ffmpeg, ['-v', 'error', ...args, file]);
  return { file, footage: footageOf(file) };
}

async function rendered(folder: string, { tracks }: Footage, samples: readonly Sample[]) {
  const { files, parts } = await mux(samples, tracks);
  assert.equal(parts.length, 1);
  const input = path.join(folder, `01.${parts[0]!.container}`);
  await writeFile(input, files[0]!);
  const text = { requestId: 'EG-1', unit: '示例', officers: ['示例甲'] };
  return renderViewing(await machineTools(), { input, workFolder: folder, part: parts[0]!, times: 'proven', marks: [], text });
}

describe('odd footage', function () {
  this.timeout(60_000);

  for (const [name, args, frames, size] of sound)
    it(`${name}: ${frames} pictures of ${size.width}×${size.height}, as they were`, () =>
      inFolder(async (folder) => {
        const tools = await machineTools();
        const { file, footage } = await made(folder, args);
        const { output, undecoded } = await rendered(folder, footage, footage.samples);
        const [shown, source] = [await shownFrames(tools.ffmpeg, output), await shownFrames(tools.ffmpeg, file)];
        assert.deepEqual([undecoded, shown.length], [0, frames]);
        const begin = source[0]!.micros;
        for (const [at, { micros }] of shown.entries()) assert.ok(Math.abs(micros - (source[at]!.micros - begin)) <= 1, `picture ${at}: ${micros}`);
        const luma = (from: string, filters: string) => lumaOf(tools, folder, ['-i', from], filters);
        const padded = `scale=in_range=auto:out_range=limited,format=yuv420p,pad=${size.width}:${size.height}`;
        const [copy, original] = [framesOf(await luma(output, ''), size.width * size.height), framesOf(await luma(file, padded), size.width * size.height)];
        const whole = { left: 0, right: size.width - 1, top: 0, bottom: size.height - 1 };
        for (const at of [0, frames - 1]) {
          const likeness = correlate(copy[at]!, original[at]!, size.width, whole);
          assert.ok(likeness > 0.98, `picture ${at}: ${likeness}`);
        }
      }));

  for (const [name, args, change, ends] of damaged)
    it(`${name}: ${typeof ends === 'string' ? ends : `${ends.frames} pictures, ${ends.undecoded} told as undecoded`}`, () =>
      inFolder(async (folder) => {
        const { footage } = await made(folder, args);
        const samples = footage.samples.flatMap((sample, number) => {
          const data = change(sample.data, number);
          return data === null ? [] : [{ ...sample, data }];
        });
        const work = rendered(folder, footage, samples);
        if (typeof ends === 'string') return assert.rejects(work, (thrown) => thrown instanceof Problem && thrown.code === ends);
        const { output, undecoded } = await work;
        assert.deepEqual([(await shownFrames((await machineTools()).ffmpeg, output)).length, undecoded], [ends.frames, ends.undecoded]);
      }));

  it('each of these is a row of the reference', () => {
    const reference = readFileSync(new URL('../../docs/ref/footage.md', import.meta.url), 'utf8');
    const rows = [...reference.matchAll(/^\| (H\.26[45]|JPEG)([^|]*) \|/gm)].map(([, codec, more]) => `${codec}${more}`);
    assert.deepEqual(rows, [...sound, ...damaged].map(([name]) => name));
  });
});
