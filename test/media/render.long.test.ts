// The viewing copy: the asked frames at their times, nothing else; bad footage, bad names and a stop end cleanly.
import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { efforts } from '../../plugin/domain/duty.js';
import { Problem } from '../../plugin/domain/problem.js';
import { effortOptions } from '../../plugin/media/effort.js';
import type { Tools } from '../../plugin/media/find-ffmpeg.js';
import type { Part } from '../../plugin/media/mux-parts.js';
import { probe } from '../../plugin/media/probe.js';
import { readViewingRecipe } from '../../plugin/media/remake.js';
import { renderViewing } from '../../plugin/media/render.js';
import type { Rendering } from '../../plugin/media/render.js';
import { runArguments, runFfmpeg } from '../../plugin/media/run-ffmpeg.js';
import { noFence, runTool } from '../../plugin/media/run-tool.js';
import { combine, packets, readFootage } from './footage.js';
import type { Footage } from './footage.js';
import { mux, readStreet, zero } from './street.js';
import { ask, bundledTools, inFolder, machineTools, shownFrames } from './tools.js';

const text = { requestId: 'EG-310000-SZX01-2026-000123', unit: '沪江市公安局城东分局', officers: ['张三', '李四'] };
const isFailure = (error: unknown): boolean => error instanceof Problem && error.code === 'render-failed' && !/\/|\.mp4/.test(error.detail);

const asAlaw = (footage: Footage): Footage => ({
  ...footage,
  tracks: footage.tracks.map((track) => (track.kind === 'audio' ? { ...track, codec: 'pcma' as const } : track)),
});

async function street(
  folder: string,
  options: Parameters<typeof readStreet>[0],
  file?: (bytes: Buffer) => Buffer,
): Promise<{ part: Part; rendering: Rendering }> {
  const { samples, parameterSets } = await readStreet(options);
  const { files, parts } = await mux(samples, parameterSets);
  const input = path.join(folder, '01.mp4');
  await writeFile(input, file ? file(files[0]!) : files[0]!);
  return { part: parts[0]!, rendering: { input, workFolder: folder, part: parts[0]!, marks: ['text', 'clock'], times: 'proven', text } };
}

describe('the viewing copy', function () {
  this.timeout(30_000);

  const builds: [string, () => Promise<Tools>][] = [
    ['the machine’s ffmpeg', machineTools],
    ['the bundled ffmpeg', bundledTools],
  ];
  for (const [name, find] of builds)
    it(`has the asked frames at their times, by ${name}`, () =>
      inFolder(async (folder) => {
        const tools = await find();
        const { part, rendering } = await street(folder, { from: 20, to: 50, asked: 33 });
        const told: number[] = [];
        const { output, recipe } = await renderViewing(tools, { ...rendering, onProgress: (percent) => told.push(percent) });
        assert.deepEqual(
          (await shownFrames(tools.ffmpeg, output)).map((frame) => frame.micros),
          Array.from({ length: 17 }, (_, at) => at * 100_000),
        );
        const found = await probe(tools, output, { container: 'mp4', codec: 'avc1', audio: null });
        assert.deepEqual([found.streams, found.frames, found.width, found.height, found.codec], [1, 17, part.width, part.height, 'h264']);
        assert.equal(recipe.version, tools.version);
        assert.ok(!recipe.arguments.some((argument) => argument.includes(folder)));
        assert.deepEqual(
          told,
          [...told].sort((a, b) => a - b),
        );
        assert.equal(told.at(-1), 100);
        const bytes = await readFile(output);
        assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'), 'the index stands in front');
        assert.ok(!bytes.includes('Lavf'));
      }));

  const codecs: [string, () => Footage][] = [
    ['H.264 with B-frames and AAC', () => readFootage('street-b.mp4')],
    ['H.264 and G.711 mu-law', () => readFootage('street-g711.mov')],
    ['H.265', () => readFootage('street-h265.mp4')],
    ['JPEG', () => readFootage('street-jpeg.mov')],
    ['JPEG and G.711 A-law', () => asAlaw(combine(readFootage('street-jpeg.mov'), readFootage('street-g711.mov')))],
  ];
  for (const [name, find] of builds)
    for (const [codec, read] of codecs)
      it(`of ${codec} has the frames at their times and its sound, by ${name}`, () =>
        inFolder(async (folder) => {
          const [tools, { tracks, samples }] = [await find(), read()];
          // 20 frames before the span, four seconds of it with a gap in the sound.
          const from = zero + 2_000_000;
          const asked = samples
            .filter(({ track, utcMicros }) => utcMicros < zero + 6_000_000 && (track === 0 || (utcMicros >= from && (utcMicros < from + 500_000 || utcMicros > from + 900_000))))
            .map((sample) => ({ ...sample, preRoll: sample.utcMicros < from }));
          const { files, parts } = await mux(asked, tracks);
          const [part] = parts;
          const input = path.join(folder, `01.${part!.container}`);
          await writeFile(input, files[0]!);
          const { output } = await renderViewing(tools, { input, workFolder: folder, part: part!, marks: ['clock'], times: 'proven', text });
          assert.equal(path.basename(output), '01-viewing.mp4');
          assert.deepEqual(
            (await shownFrames(tools.ffmpeg, output)).map((frame) => frame.micros),
            Array.from({ length: part!.frames - part!.preRollFrames }, (_, at) => at * 100_000),
          );
          const found = await probe(tools, output, { container: 'mp4', codec: 'avc1', audio: part!.audio && { codec: 'aac' } });
          assert.deepEqual([found.audio, found.streams], part!.audio ? ['aac', 2] : [null, 1]);
          if (!part!.audio) return;
          const heard = await packets(tools.ffprobe, output, 'a');
          const length = heard.at(-1)!.micros - heard[0]!.micros;
          assert.ok(Math.abs(length - part!.durationMicros) < 65_000, `${length} of ${part!.durationMicros}`);
        }));

  for (const [name, find] of builds)
    for (const [codec, read] of codecs.filter(([codec]) => /AAC|G\.711/.test(codec)))
      it(`of ${codec} has no sound where it is muted, and the frames all the same, by ${name}`, () =>
        inFolder(async (folder) => {
          const [tools, { tracks, samples }] = [await find(), read()];
          const { files, parts } = await mux(samples.filter(({ utcMicros }) => utcMicros < zero + 2_000_000), tracks);
          const [part] = parts;
          const input = path.join(folder, `01.${part!.container}`);
          await writeFile(input, files[0]!);
          const { output, recipe } = await renderViewing(tools, { input, workFolder: folder, part: part!, marks: ['clock'], times: 'proven', text, sound: 'muted' });
          const found = await probe(tools, output, { container: 'mp4', codec: 'avc1', audio: null });
          assert.deepEqual([found.audio, found.streams, found.frames], [null, 1, part!.frames]);
          assert.deepEqual((await shownFrames(tools.ffmpeg, output)).map((frame) => frame.micros), Array.from({ length: part!.frames }, (_, at) => at * 100_000));
          assert.ok(part!.audio && (await packets(tools.ffprobe, input, 'a')).length === part!.audio.units, 'the parent keeps its own');
          assert.equal(readViewingRecipe(recipe, part!, files[0]!.length)?.hasSound, false);
        }));

  for (const [name, find] of builds)
    it(`takes more effort, and loses less, from speed over balance to quality, by ${name}`, () =>
      inFolder(async (folder) => {
        const tools = await find();
        const { part, rendering } = await street(folder, { to: 50 });
        const likeness: number[] = [];
        for (const effort of efforts) {
          const { output, recipe } = await renderViewing(tools, { ...rendering, marks: [], effort });
          assert.deepEqual(readViewingRecipe(recipe, part, (await stat(rendering.input)).size)?.arguments, recipe.arguments.slice(runArguments.length));
          assert.ok(effortOptions(effort).every((option) => recipe.arguments.includes(option)));
          const said = await ask(tools.ffmpeg, ['-v', 'error', '-i', output, '-i', rendering.input, '-lavfi', 'ssim=stats_file=-', '-f', 'null', '-']);
          const all = [...said.toString().matchAll(/All:(\d\.\d+)/g)].map(([, value]) => Number(value));
          assert.equal(all.length, part.frames);
          likeness.push(all.reduce((sum, value) => sum + value, 0) / all.length);
        }
        assert.ok(likeness[0]! < likeness[1]! && likeness[1]! < likeness[2]! && likeness[2]! < 1, likeness.join(' '));
      }));

  it('of a part whose sound is all before the first picture has silence', () =>
    inFolder(async (folder) => {
      const { tracks, samples } = readFootage('street-b.mp4');
      const from = zero + 710_000;
      const asked = samples
        .filter(({ track, utcMicros }) => track === 0 || (utcMicros >= from && utcMicros < from + 70_000))
        .map((sample) => ({ ...sample, preRoll: sample.utcMicros < from }));
      const { files, parts } = await mux(asked, tracks);
      const input = path.join(folder, '01.mp4');
      await writeFile(input, files[0]!);
      assert.equal(parts[0]!.audio?.units, 1);
      await renderViewing(await machineTools(), { input, workFolder: folder, part: parts[0]!, marks: ['clock'], times: 'proven', text });
    }));

  for (const [name, find] of builds)
    it(`of JPEG has the colours of the source, by ${name}`, () =>
      inFolder(async (folder) => {
        const tools = await find();
        const { tracks, samples } = readFootage('street-jpeg.mov');
        const source = ['-f', 'lavfi', '-i', 'smptehdbars=s=320x176', '-frames:v', '1', '-pix_fmt', 'yuvj420p', '-c:v', 'mjpeg', '-q:v', '2', '-huffman', 'default'];
        const bars = await ask((await machineTools()).ffmpeg, ['-v', 'error', ...source, '-f', 'image2pipe', '-']);
        const { files, parts } = await mux([{ ...samples[0]!, data: bars }], tracks);
        const input = path.join(folder, '01.mkv');
        await writeFile(input, files[0]!);
        const { output } = await renderViewing(tools, { input, workFolder: folder, part: parts[0]!, marks: ['clock'], times: 'proven', text });
        const below = async (file: string): Promise<Buffer> =>
          ask(tools.ffmpeg, ['-v', 'error', '-i', file, '-map', '0:v:0', '-frames:v', '1', '-vf', 'scale=in_color_matrix=bt601,crop=320:100:0:76', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']);
        const [one, other] = [await below(input), await below(output)];
        const apart = one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
        assert.ok(one.length === 96_000 && apart < 4, `${apart} of 255 apart`);
      }));

  it('is not made with a decoder that the part does not name', () =>
    inFolder(async (folder) => {
      const { tracks, samples } = readFootage('street-h265.mp4');
      const { files, parts } = await mux(samples.slice(0, 20), tracks);
      const input = path.join(folder, '01.mp4');
      await writeFile(input, files[0]!);
      const rendering = { input, workFolder: folder, marks: ['clock'] as const, times: 'proven' as const, text };
      const lie = { ...parts[0]!, codec: 'avc1.64001f' };
      await assert.rejects(renderViewing(await machineTools(), { ...rendering, part: lie }), isFailure);
      await assert.rejects(renderViewing(await machineTools(), { ...rendering, part: { ...parts[0]!, container: 'mkv' } }), isFailure);
    }));

  it('keeps uneven frame times', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const { samples, parameterSets } = await readStreet({ to: 30 });
      const uneven = samples.map((sample, at) => ({ ...sample, utcMicros: sample.utcMicros + ((at * 7919) % 60_001) }));
      const { files, parts } = await mux(uneven, parameterSets);
      await writeFile(path.join(folder, '01.mp4'), files[0]!);
      const { output } = await renderViewing(tools, {
        input: path.join(folder, '01.mp4'),
        workFolder: folder,
        part: parts[0]!,
        marks: ['clock'],
        times: 'proven',
        text,
      });
      assert.deepEqual(
        (await shownFrames(tools.ffmpeg, output)).map((frame) => frame.micros),
        uneven.map((sample) => sample.utcMicros - uneven[0]!.utcMicros),
      );
    }));

  for (const [name, find] of builds)
    for (const [what, step] of [['slows down', (at: number) => (at < 30 ? 40_000 : 1_000_000)], ['becomes faster', (at: number) => (at < 30 ? 1_000_000 : 40_000)]] as const)
      it(`of a camera that ${what} has each frame at its time, by ${name}`, () =>
        inFolder(async (folder) => {
          const tools = await find();
          const { samples, parameterSets } = await readStreet({ to: 60 });
          let utcMicros = zero;
          const uneven = samples.map((sample, at) => ({ ...sample, utcMicros: (utcMicros += step(at)) }));
          const { files, parts } = await mux(uneven, parameterSets);
          const input = path.join(folder, '01.mp4');
          await writeFile(input, files[0]!);
          const { output } = await renderViewing(tools, { input, workFolder: folder, part: parts[0]!, marks: ['clock'], times: 'proven', text });
          assert.deepEqual(
            (await shownFrames(tools.ffmpeg, output)).map((frame) => frame.micros),
            uneven.map((sample) => sample.utcMicros - uneven[0]!.utcMicros),
          );
        }));

  it('is made again to the byte by the recipe that it names', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const { rendering } = await street(folder, { to: 20 });
      const { output, recipe } = await renderViewing(tools, rendering);
      const first = await readFile(output);
      await ask(tools.ffmpeg, recipe.arguments, folder);
      assert.ok((await readFile(output)).equals(first));
    }));

  const damage: [string, (bytes: Buffer) => Buffer][] = [
    ['truncated', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['garbage', (bytes) => Buffer.alloc(bytes.length, 'garbage ')],
    ['empty', () => Buffer.alloc(0)],
    ['a playlist', () => Buffer.from('#EXTM3U\n#EXTINF:1,\n/etc/hostname\n')],
    ['frames overwritten', (bytes) => Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(200_000, 0xa5), bytes.subarray(200_100)])],
  ];
  for (const [sentence, file] of damage)
    it(`${sentence} → render-failed`, () =>
      inFolder(async (folder) => {
        const { rendering } = await street(folder, { to: 40 }, file);
        await assert.rejects(
          machineTools().then((tools) => renderViewing(tools, rendering)),
          isFailure,
        );
      }));

  it('fewer frames than the part has → render-failed', () =>
    inFolder(async (folder) => {
      const { part, rendering } = await street(folder, { to: 20 });
      await assert.rejects(
        machineTools().then((tools) => renderViewing(tools, { ...rendering, part: { ...part, frames: 21 } })),
        isFailure,
      );
    }));

  it('another decoder than the listed ones stays shut', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const { rendering } = await street(folder, { to: 20 });
      await ask(tools.ffmpeg, ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'color=red:s=768x576:r=10:d=2', '-c:v', 'mjpeg', rendering.input]);
      await assert.rejects(renderViewing(tools, rendering), isFailure);
    }));

  for (const name of ['../01.mp4', '-y.mp4', 'a b.mp4', 'concat:01.mp4'])
    it(`a part named “${name}” is not taken`, () =>
      inFolder(async (folder) => {
        const { rendering } = await street(folder, { to: 1 });
        const tools = await machineTools();
        await assert.rejects(
          renderViewing(tools, { ...rendering, input: `${folder}/${name}` }),
          (error) => error instanceof Problem && error.code === 'internal',
        );
      }));
});

describe('running ffmpeg', function () {
  this.timeout(30_000);

  /** Works for a minute of real time. */
  const endless = ['-f', 'lavfi', '-i', 'testsrc=s=320x240:r=10,realtime', '-t', '60', '-f', 'null', '-'];

  it('an abort ends the child within two seconds', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const stop = new AbortController();
      let stoppedAt = 0;
      const onProgress = (): void => {
        stoppedAt ||= performance.now();
        stop.abort();
      };
      const run = { cwd: folder, timeLimitMs: 30_000, mostBytes: 1_000_000, signal: stop.signal, wantedMicros: 60_000_000, onProgress };
      await assert.rejects(runFfmpeg(tools, endless, run), isFailure);
      assert.ok(stoppedAt > 0 && performance.now() - stoppedAt < 2000);
    }));

  it('a signal that was given before starts nothing', async () => {
    const run = { cwd: '/', timeLimitMs: 1000, mostBytes: 1, signal: AbortSignal.abort(), wantedMicros: 1 };
    await assert.rejects(runFfmpeg(await machineTools(), ['-y', '/nowhere'], run), isFailure);
  });

  it('the time limit ends the child', () =>
    inFolder(async (folder) => {
      const run = { cwd: folder, timeLimitMs: 300, mostBytes: 1_000_000, wantedMicros: 60_000_000 };
      await assert.rejects(runFfmpeg(await machineTools(), endless, run), /longer than it may/);
    }));

  it('a file larger than allowed is refused where the system can', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const args = ['-f', 'lavfi', '-i', 'testsrc=s=320x240:r=10', '-t', '5', '-c:v', 'rawvideo', '-f', 'nut', 'out.nut'];
      const run = runFfmpeg(tools, args, { cwd: folder, timeLimitMs: 20_000, mostBytes: 100_000, wantedMicros: 1 });
      await (tools.fence.prlimit ? assert.rejects(run, isFailure) : run);
    }));

  it('sees nothing of our environment', async () => {
    const { fence } = await machineTools();
    for (const one of [fence, noFence]) {
      let seen = '';
      await runTool(one, '/usr/bin/env', [], { cwd: '/', timeLimitMs: 5000, mostBytes: 0 }, (text) => (seen += text));
      assert.equal(seen, '');
    }
  });

  it('keeps what the tool complained of for the log, and its end alone', async () => {
    const script = 'i=0; while [ $i -lt 3000 ]; do echo "complaint $i" >&2; i=$((i+1)); done; exit 3';
    await assert.rejects(
      runTool(noFence, '/bin/sh', ['-c', script], { cwd: '/', timeLimitMs: 10_000, mostBytes: 0 }, () => undefined),
      (error: Problem) => {
        const cause = String(error.cause);
        return (
          isFailure(error) &&
          cause.includes('code 3') &&
          cause.includes('complaint 2999') &&
          !cause.includes('complaint 1\n') &&
          cause.length < 17_000
        );
      },
    );
  });
});
