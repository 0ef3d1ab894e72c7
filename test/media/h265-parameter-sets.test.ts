// Reading VPS, SPS, PPS and slices of H.265: true sizes, another muxer's record, and no crash on anything.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { Problem } from '../../plugin/domain/problem.js';
import type { VideoTrack } from '../../plugin/domain/vms.js';
import { describeH265, h265PictureSetOf, noH265Sets, readH265Sequence, withH265Sets } from '../../plugin/media/h265-parameter-sets.js';
import { readJpegSize } from '../../plugin/media/jpeg-size.js';
import { splitUnits } from '../../plugin/media/nal-units.js';
import { fixture, readFootage } from './footage.js';
import { ask, inFolder, machineTools } from './tools.js';

const sliceOf = (data: Buffer): Buffer[] => splitUnits(data);
const setsOf = (footage: ReturnType<typeof readFootage>): readonly Buffer[] => (footage.tracks[0] as VideoTrack).parameterSets;

describe('H.265 parameter sets', function () {
  this.timeout(30_000);

  it('make the same configuration record as another muxer did, but for what decoders skip', async () => {
    const file = await readFile(fixture('street-h265.mp4'));
    const at = file.indexOf('hvcC');
    const other = file.subarray(at + 4, at - 4 + file.readUInt32BE(at - 4));
    const footage = readFootage('street-h265.mp4');
    const { configuration, width, height } = describeH265(withH265Sets(noH265Sets, setsOf(footage)), sliceOf(footage.samples[0]!.data));
    assert.deepEqual([width, height], [320, 240]);
    assert.equal(configuration.subarray(0, 13).toString('hex'), other.subarray(0, 13).toString('hex'));
    for (const set of setsOf(footage)) assert.ok(configuration.includes(set) && other.includes(set));
  });

  const sizes: [number, number, string, string][] = [
    [1920, 1080, 'yuv420p', 'hvc1.1.'],
    [322, 182, 'yuv420p', 'hvc1.1.'],
    [1280, 720, 'yuv420p10le', 'hvc1.2.'],
    [640, 360, 'yuv444p', 'hvc1.4.'],
  ];
  for (const [width, height, format, codec] of sizes)
    it(`tell ${width}×${height} in ${format}`, () =>
      inFolder(async (folder) => {
        const { ffmpeg } = await machineTools();
        const file = path.join(folder, 'one.h265');
        const source = ['-f', 'lavfi', '-i', `testsrc=s=${width}x${height}`, '-frames:v', '1', '-pix_fmt', format];
        await ask(ffmpeg, ['-v', 'error', ...source, '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-f', 'hevc', file]);
        const bytes = (await readFile(file)).toString('latin1').split(/\0?\0\0\x01/).filter(Boolean);
        const units = bytes.map((unit) => Buffer.from(unit, 'latin1'));
        const picture = describeH265(withH265Sets(noH265Sets, units), units);
        assert.deepEqual([picture.width, picture.height], [width, height]);
        assert.ok(picture.codec.startsWith(codec), picture.codec);
      }));

  it('are seen again as nothing new, another one as a change', () => {
    const footage = readFootage('street-h265.mp4');
    const sets = withH265Sets(noH265Sets, setsOf(footage));
    assert.equal(withH265Sets(sets, [...setsOf(footage), ...sliceOf(footage.samples[3]!.data)]), sets);
    const other = Buffer.from(setsOf(footage)[2]!);
    other[other.length - 1]! ^= 0x10;
    assert.notEqual(withH265Sets(sets, [other]), sets);
  });

  it('that have not come → codec-unsupported', () => {
    const footage = readFootage('street-h265.mp4');
    for (const missing of [0, 1, 2]) {
      const sets = withH265Sets(noH265Sets, setsOf(footage).filter((_, at) => at !== missing));
      assert.throws(() => describeH265(sets, sliceOf(footage.samples[0]!.data)), (error) => error instanceof Problem && error.code === 'codec-unsupported');
    }
  });

  it('refuse garbage with a problem and never otherwise, and so does JPEG', () => {
    const readers = [readH265Sequence, h265PictureSetOf, readJpegSize, (unit: Buffer) => withH265Sets(noH265Sets, [unit])];
    const heads = fc.constantFrom('', '4001', '4201', '4401', '2601', 'ffd8', 'ffd8ffc0', 'ffd8ffdb0004');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.constantFrom(...readers), heads, (bytes, read, head) => {
        try {
          read(Buffer.concat([Buffer.from(head, 'hex'), bytes]));
        } catch (error) {
          assert.ok(error instanceof Problem, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('cut or with a bit turned never crash the reader', () => {
    const sps = setsOf(readFootage('street-h265.mp4'))[1]!;
    for (let cut = 1; cut < sps.length; cut++) attempt(sps.subarray(0, cut));
    for (let bit = 0; bit < sps.length * 8; bit++) {
      const turned = Buffer.from(sps);
      turned[bit >> 3]! ^= 1 << (bit & 7);
      attempt(turned);
    }
  });
});

function attempt(unit: Buffer): void {
  try {
    readH265Sequence(unit);
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
  }
}
