// A working copy without encoding: the pictures of its parent, byte for byte, at the same times, hidden where they are hidden there.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import type { UnitLine } from '../../plugin/media/mux-parts.js';
import { probe } from '../../plugin/media/probe.js';
import { remuxPictures } from '../../plugin/media/remux.js';
import { combine, packets, readFootage, type Footage } from './footage.js';
import { mux, zero, type Muxed } from './street.js';
import { bundledTools, inFolder, machineTools, shownFrames } from './tools.js';

/** Two seconds of lead-in, three and a half that were asked for, half a second behind. */
const [from, to, end] = [2, 5.5, 6].map((seconds) => zero + seconds * 1_000_000) as [number, number, number];
async function muxed({ tracks, samples }: Footage, uneven = false): Promise<Muxed> {
  const asked = samples
    .filter(({ track, utcMicros }) => (track === 0 ? utcMicros < end : utcMicros >= from && utcMicros < to))
    .map((sample, at) => ({ ...sample, utcMicros: sample.utcMicros + (uneven && sample.track === 0 ? (at * 7919) % 30_001 : 0) }))
    .map((sample) => ({ ...sample, preRoll: sample.utcMicros < from, ...(sample.utcMicros >= to && { postRoll: true as const }) }));
  return mux(asked, tracks);
}

async function remux(folder: string, { files, parts, units }: Muxed, change = (lines: readonly UnitLine[]) => lines): Promise<Buffer> {
  const input = path.join(folder, '01.mov');
  await writeFile(input, files[0]!);
  let made = Buffer.alloc(0);
  await remuxPictures({
    input, part: parts[0]!, units: change(units),
    open: async (_part, container) => {
      assert.equal(container, 'mp4');
      return {
        write: async (data, position) => {
          const grown = Buffer.concat([made, Buffer.alloc(Math.max(0, position + data.length - made.length))]);
          data.copy(grown, position);
          made = grown;
        },
      };
    },
  });
  return made;
}

const isCorrupt = (thrown: unknown): boolean => thrown instanceof Problem && thrown.code === 'object-corrupt';

describe('a working copy', function () {
  this.timeout(30_000);

  const table: [what: string, read: () => Footage, uneven?: boolean][] = [
    ['H.264 with G.711', () => readFootage('street-g711.mov')],
    ['H.264 with G.711, at uneven times', () => readFootage('street-g711.mov'), true],
    ['H.264 with B-frames and G.711', () => combine(readFootage('street-b.mp4'), readFootage('street-g711.mov'))],
    ['H.265 with G.711', () => combine(readFootage('street-h265.mp4'), readFootage('street-g711.mov'))],
  ];
  for (const [what, read, uneven] of table)
    for (const [build, find] of [['the machine’s ffmpeg', machineTools], ['the bundled ffmpeg', bundledTools]] as const)
      it(`of ${what} shows just the pictures of its parent, at its times, by ${build}`, () =>
        inFolder(async (folder) => {
          const tools = await find();
          const source = await muxed(read(), uneven);
          const [part] = source.parts;
          assert.deepEqual([source.parts.length, part!.container], [1, 'mov']);
          assert.ok(part!.preRollFrames > 0 && part!.postRollFrames > 0);
          const made = await remux(folder, source);
          const [input, output] = [path.join(folder, '01.mov'), path.join(folder, 'working.mp4')];
          await writeFile(output, made);
          const shown = await shownFrames(tools.ffmpeg, output);
          assert.deepEqual(shown, await shownFrames(tools.ffmpeg, input));
          assert.equal(shown.length, part!.frames - part!.preRollFrames - part!.postRollFrames);
          assert.deepEqual(await packets(tools.ffprobe, output, 'v'), await packets(tools.ffprobe, input, 'v'));
          const found = await probe(tools, output, { container: 'mp4', codec: part!.codec, audio: null });
          assert.deepEqual([found.streams, found.audio, found.width, found.height], [1, null, part!.width, part!.height]);
          assert.deepEqual(await remux(folder, source), made, 'the same bytes each time');
        }));

  const broken: [what: string, change: (lines: readonly UnitLine[]) => UnitLine[]][] = [
    ['whose list tells another picture', (lines) => lines.map((line) => (line.track === 0 && line.index === 30 ? { ...line, sha256: '0'.repeat(64) } : line))],
    ['whose list tells another length', (lines) => lines.map((line) => (line.track === 0 && line.index === 30 ? { ...line, bytes: line.bytes + 1 } : line))],
    ['whose list lacks a picture', (lines) => lines.filter(({ track, index }) => track !== 0 || index !== 30)],
    ['whose list names a picture that is not there', (lines) => lines.map((line) => (line.track === 0 && line.index === 30 ? { ...line, index: 9999 } : line))],
    ['without a list', () => []],
  ];
  for (const [what, change] of broken)
    it(`is not made of a part ${what}: object-corrupt`, () =>
      inFolder(async (folder) => assert.rejects(remux(folder, await muxed(readFootage('street-g711.mov')), change), isCorrupt)));
});
