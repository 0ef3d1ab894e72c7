// Marked pictures as a stream: whole, marked on every frame, there before they are finished; and nothing is left when nobody looks any more.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import type { Tools } from '../../plugin/media/find-ffmpeg.js';
import type { Part } from '../../plugin/media/mux-parts.js';
import { streamMarked, type MarkedStream } from '../../plugin/media/stream-marked.js';
import { gather } from '../support/evidence/bytes.js';
import { correlate, drawnBox, lumaOf } from './drawn.js';
import { combine, readFootage, type Footage } from './footage.js';
import { childrenCalled } from './processes.js';
import { mux, readStreet, videoTrack } from './street.js';
import { ask, bundledTools, inFolder, machineTools, shownFrames } from './tools.js';

const text = { requestId: 'EG-310000-SZX01-2026-000123', unit: '沪江市公安局城东分局刑侦支队', officers: ['欧阳明远'] };
const street = async (): Promise<Footage> => {
  const { samples, parameterSets } = await readStreet();
  return { samples, tracks: [videoTrack(parameterSets)] };
};
const never = new AbortController().signal;
const isProblem = (code: string) => (thrown: unknown): boolean => thrown instanceof Problem && thrown.code === code;

/** The first part of this footage in a work folder of its own. */
async function withPart(footage: Footage, work: (stream: MarkedStream, folder: string, part: Part) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const { files, parts } = await mux(footage.samples, footage.tracks);
    const part = parts[0]!;
    const input = path.join(folder, `01.${part.container}`);
    await writeFile(input, files[0]!);
    await work({ input, workFolder: folder, part, times: 'proven', marks: ['text', 'clock'], text }, folder, part);
  });
}

async function framesOf({ ffmpeg }: Tools, folder: string, bytes: Buffer) {
  const file = path.join(folder, 'seen.mp4');
  await writeFile(file, bytes);
  return shownFrames(ffmpeg, file);
}

describe('a marked stream', function () {
  this.timeout(180_000);

  const table: [what: string, read: () => Footage | Promise<Footage>, tools: () => Promise<Tools>][] = [
    ['H.264', street, machineTools],
    ['H.264 with B-frames and AAC', () => readFootage('street-b.mp4'), machineTools],
    ['H.264 with G.711', () => readFootage('street-g711.mov'), machineTools],
    ['H.265', () => readFootage('street-h265.mp4'), machineTools],
    ['JPEG with G.711', () => combine(readFootage('street-jpeg.mov'), readFootage('street-g711.mov')), machineTools],
    ['H.264 by the bundled ffmpeg', street, bundledTools],
  ];
  for (const [what, read, find] of table)
    it(`of ${what} shows every frame of the part at its time, silently, and leaves no file`, async () => {
      const tools = await find();
      await withPart(await read(), async (stream, folder, part) => {
        const wanted = (await shownFrames((await machineTools()).ffmpeg, stream.input)).map(({ micros }) => micros);
        const bytes = await gather(streamMarked(tools, stream, never));
        assert.deepEqual((await readdir(folder)).sort(), ['01-clock.txt', '01-font.ttf', '01-text.txt', `01.${part.container}`]);
        const shown = (await framesOf(await machineTools(), folder, bytes)).map(({ micros }) => micros);
        assert.deepEqual(shown, wanted);
        assert.equal(bytes.toString('latin1', 4, 8), 'ftyp');
        assert.ok(bytes.includes('moof') && bytes.indexOf('moov') < bytes.indexOf('moof'), 'fragmented: the index stands before the pictures');
        const streams = await ask((await machineTools()).ffprobe, ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', path.join(folder, 'seen.mp4')]);
        assert.equal(streams.toString().trim(), 'h264');
      });
    });

  it('bears the marks on every frame', async () =>
    withPart(await street(), async (stream, folder, { width, height }) => {
      const tools = await machineTools();
      await writeFile(path.join(folder, 'seen.mp4'), await gather(streamMarked(tools, stream, never)));
      const seen = await lumaOf(tools, folder, ['-i', 'seen.mp4'], '');
      const bytes = width * height;
      const count = seen.length / bytes;
      assert.equal(count, 60);
      // The marks alone, on black, by the very files that the stream was made with.
      const { placeMarks } = await import('../../plugin/media/render.js');
      const filters = (await placeMarks('01', stream)).map(({ filter, options }) => `${filter}=${Object.entries(options).map(([name, value]) => `${name}=${value}`).join(':')}`);
      for (const filter of filters) {
        const alone = await lumaOf(tools, folder, ['-f', 'lavfi', '-i', `color=black:s=${width}x${height}:r=10:d=6`], filter);
        for (let at = 0; at < count; at++) {
          const mark = alone.subarray(at * bytes, (at + 1) * bytes);
          const found = correlate(mark, seen.subarray(at * bytes, (at + 1) * bytes), width, drawnBox(mark, width));
          assert.ok(found >= 0.8, `frame ${at}: ${found}`);
        }
      }
      assert.match(await readFile(path.join(folder, '01-text.txt'), 'utf8'), /欧阳明远/);
    }));

  it('has the sound where it is asked for', async () =>
    withPart(readFootage('street-b.mp4'), async (stream, folder) => {
      const { ffprobe } = await machineTools();
      await writeFile(path.join(folder, 'seen.mp4'), await gather(streamMarked(await machineTools(), { ...stream, sound: true }, never)));
      const streams = await ask(ffprobe, ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', path.join(folder, 'seen.mp4')]);
      assert.deepEqual(streams.toString().trim().split('\n'), ['h264', 'aac']);
    }));

  it('of a shorter span shows its frames, and their own times on the clock', async () =>
    withPart(await street(), async (stream, folder, part) => {
      const tools = await machineTools();
      const [from, to] = [part.firstUtcMicros + 2_350_000, part.firstUtcMicros + 4_150_000];
      const shown = await framesOf(tools, folder, await gather(streamMarked(tools, { ...stream, from, to }, never)));
      assert.equal(shown.length, 18);
      assert.ok(shown[0]!.micros < 100_000, 'it begins at its own beginning');
      const whole = path.join(folder, 'whole.mp4');
      await writeFile(whole, await gather(streamMarked(tools, stream, never)));
      const bytes = part.width * part.height;
      const [all, some] = [await lumaOf(tools, folder, ['-i', 'whole.mp4'], ''), await lumaOf(tools, folder, ['-i', 'seen.mp4'], '')];
      const everywhere = { left: 0, right: part.width - 1, top: 0, bottom: part.height - 1 };
      for (let at = 0; at < 18; at++)
        assert.ok(correlate(some.subarray(at * bytes, (at + 1) * bytes), all.subarray((24 + at) * bytes, (25 + at) * bytes), part.width, everywhere) > 0.98, `frame ${at}`);
      await assert.rejects(gather(streamMarked(tools, { ...stream, from: to, to: from }, never)), isProblem('span-invalid'));
    }));

  it('begins before it is finished, and waits for its reader', async () =>
    withPart(await street(), async (stream, folder) => {
      const reading = streamMarked(await machineTools(), stream, never);
      const first = await reading.next();
      assert.ok(!first.done);
      // What is left does not fit into the pipe and the buffer behind it, so ffmpeg lives as long as nobody reads on.
      assert.equal((await childrenCalled('ffmpeg', folder)).length, 1);
      let bytes = first.value.length;
      for await (const chunk of reading) bytes += chunk.length;
      assert.ok(bytes > 3 * first.value.length + 128 * 1024);
      assert.deepEqual(await childrenCalled('ffmpeg', folder), []);
    }));

  it('is over when its reader goes away: no ffmpeg is left', async () =>
    withPart(await street(), async (stream, folder) => {
      for await (const chunk of streamMarked(await machineTools(), stream, never)) {
        assert.ok(chunk.length > 0);
        break;
      }
      assert.deepEqual(await childrenCalled('ffmpeg', folder), []);
    }));

  for (const [what, when] of [['before it begins', 'before'], ['while it is read', 'while']] as const)
    it(`stopped ${what}: render-failed, and no ffmpeg is left`, async () =>
      withPart(await street(), async (stream, folder) => {
        const stop = new AbortController();
        if (when === 'before') stop.abort(new Error('enough'));
        const reading = streamMarked(await machineTools(), stream, stop.signal);
        if (when === 'while') await reading.next();
        const next = (async () => {
          for (;;) if ((await reading.next()).done) return;
        })();
        stop.abort(new Error('enough'));
        await assert.rejects(next, isProblem('render-failed'));
        assert.deepEqual(await childrenCalled('ffmpeg', folder), []);
      }));

  const damages: [what: string, damage: (file: Buffer) => Buffer][] = [
    ['cut off in the middle', (file) => file.subarray(0, Math.floor(file.length / 2))],
    ['nothing', () => Buffer.alloc(0)],
    ['with a stretch of nothing in it', (file) => { const other = Buffer.from(file); other.fill(0, Math.floor(file.length / 3), Math.floor((2 * file.length) / 3)); return other; }],
  ];
  for (const [what, damage] of damages)
    it(`of a part ${what}: never ends well`, async () =>
      withPart(await street(), async (stream) => {
        await writeFile(stream.input, damage(await readFile(stream.input)));
        await assert.rejects(gather(streamMarked(await machineTools(), stream, never)), isProblem('render-failed'));
      }));

  it('of a part with other frames than its list tells: never ends well', async () =>
    withPart(await street(), async (stream, _, part) => {
      await assert.rejects(gather(streamMarked(await machineTools(), { ...stream, part: { ...part, frames: part.frames + 1 } }, never)), isProblem('render-failed'));
    }));

  it('is rendered in the work folder alone', async () =>
    withPart(await street(), async (stream) => {
      await assert.rejects(gather(streamMarked(await machineTools(), { ...stream, input: '/etc/01.mp4' }, never)), isProblem('internal'));
    }));
});
