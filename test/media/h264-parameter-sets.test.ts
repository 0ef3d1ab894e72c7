// Reading SPS, PPS and slices: true sizes, and no crash on anything.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Problem } from '../../plugin/domain/problem.js';
import {
  activeSequenceSet,
  makeConfiguration,
  noParameterSets,
  pictureSetOf,
  readPictureSet,
  readSequenceSet,
  withParameterSets,
} from '../../plugin/media/h264-parameter-sets.js';
import { splitUnits } from '../../plugin/media/nal-units.js';
import { readStreet, streetFile } from './street.js';
import { readMp4 } from './read-mp4.js';
import { readFile } from 'node:fs/promises';

describe('H.264 parameter sets', () => {
  // Made by x264 and by hand from ITU-T H.264, 7.3.2.1.1.
  const table: [string, string, number, number, string][] = [
    ['baseline 176×144', '6742c00ada0b1390', 176, 144, 'avc1.42c00a'],
    [
      'high 1920×1080, cropped, with emulation prevention',
      '67640028acd940780227e5c05a808080a0000003002000000781e30632c0',
      1920,
      1080,
      'avc1.640028',
    ],
  ];
  for (const [sentence, hex, width, height, codec] of table)
    it(sentence, () => {
      const set = readSequenceSet(Buffer.from(hex, 'hex'));
      assert.deepEqual([set.width, set.height, set.codec], [width, height, codec]);
    });

  it('makes the same configuration record as another muxer did', async () => {
    const mp4 = readMp4(await readFile(streetFile));
    const { parameterSets, samples } = await readStreet({ to: 1 });
    const sets = withParameterSets(noParameterSets, parameterSets);
    const active = activeSequenceSet(sets, splitUnits(samples[0]!.data));
    assert.deepEqual([active.width, active.height], [768, 576]);
    assert.equal(makeConfiguration(sets, active).toString('hex'), mp4.configuration.toString('hex'));
  });

  it('sees the same sets again as nothing new, another one as a change', async () => {
    const { parameterSets } = await readStreet({ to: 1 });
    const sets = withParameterSets(noParameterSets, parameterSets);
    assert.equal(withParameterSets(sets, parameterSets), sets);
    assert.notEqual(withParameterSets(sets, [Buffer.from('6742c00ada0b1390', 'hex')]), sets);
  });

  it('refuses garbage with a problem and never otherwise', () => {
    const readers = [readSequenceSet, readPictureSet, pictureSetOf, splitUnits];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.constantFrom(...readers), fc.boolean(), (bytes, read, asSet) => {
        const unit = Buffer.from(asSet ? [0x67, ...bytes] : bytes);
        try {
          read(unit);
        } catch (error) {
          assert.ok(error instanceof Problem, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});
