// H.264 out of RTP: each packing of RFC 6184, the ends of units, and packings that hide something.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { makeH264 } from '../../../../../adapters/onvif/rtsp/depacketize/h264.js';
import { makePictures } from '../../../../../adapters/onvif/rtsp/depacketize/pictures.js';
import { packetize } from '../../../../support/recorder/rtp.js';
import type { Unit } from '../../../../support/recorder/timeline.js';
import { hex, nalsOf, packetOf, packetsOf, read, startMicros } from './packets.js';

const readH264 = (packets: readonly Buffer[]) => read((emit) => makePictures(makeH264(), emit), packets);
const unitsOf = (rows: readonly string[]): string[] => readH264(packetsOf(rows)).units.map(nalsOf);

describe('H.264 depacketizer', () => {
  const good: [string, string[], string[]][] = [
    ['single units, ended by the marker', ['41aa!', '@1 41bb!'], ['41aa', '41bb']],
    ['several slices in one unit', ['41aa', '41bb!'], ['41aa 41bb']],
    ['a unit ended by the next time', ['41aa', '@1 41bb!'], ['41aa', '41bb']],
    ['markers nowhere', ['41aa', '@1 41bb', '@1 41cc'], ['41aa', '41bb', '41cc']],
    ['an aggregation packet', ['78 0002 6764 0002 6801 0003 658801!'], ['6764 6801 658801']],
    ['a fragmented unit', ['7c85aa', '7c05bb', '7c45cc!'], ['65aabbcc']],
    ['fragments beside single units', ['6764', '7c85aa', '7c45bb', '0601!'], ['6764 65aabb 0601']],
    ['the time in the first packet only', ['7c85aa', '?7c45bb!'], ['65aabb']],
    ['the time in a later packet only', ['?41aa', '41bb!'], ['41aa 41bb']],
    ['markers on parameter sets', ['6764!', '6801!', '6588!'], ['6764 6801 6588']],
    ['parameter sets with a time of their own', ['6764!', '6801!', '@1 6588!', '@1 41aa!'], ['6764 6801 6588', '41aa']],
  ];
  for (const [name, packets, units] of good) it(name, () => assert.deepEqual(unitsOf(packets), units));

  const bad: [string, string[], string][] = [
    ['a hole in the sequence', ['41aa!', '~@1 41bb!'], 'vms-fault'],
    ['a fragment without its beginning', ['7c05aa!'], 'vms-fault'],
    ['a fragment that begins twice', ['7c85aa', '7c85bb'], 'vms-fault'],
    ['a fragment that begins and ends at once', ['7cc5aa!'], 'vms-fault'],
    ['a fragment that goes on as another type', ['7c85aa', '7c41bb!'], 'vms-fault'],
    ['a fragment without its end', ['7c85aa!'], 'vms-fault'],
    ['a fragment cut by the next time', ['7c85aa', '@1 41aa!'], 'vms-fault'],
    ['another unit inside fragments', ['7c85aa', '41bb'], 'vms-fault'],
    ['an empty fragment', ['7c85'], 'vms-fault'],
    ['an aggregation longer than its packet', ['78 0009 67!'], 'vms-fault'],
    ['an aggregation of nothing', ['78 0000!'], 'vms-fault'],
    ['an aggregation cut in a length', ['78 00!'], 'vms-fault'],
    ['an empty packet', ['!'], 'codec-unsupported'],
    ['an interleaved packing', ['79 0001 0002 6764!'], 'codec-unsupported'],
    ['no time at all', ['?41aa!'], 'wrong-footage'],
  ];
  for (const [name, packets, code] of bad) it(`refuses ${name}`, () => assert.throws(() => unitsOf(packets), { code }));

  it('refuses another payload type and another source', () => {
    const first = { payload: hex('41aa'), marker: true, sequence: 1 };
    const second = { ...first, sequence: 2, timestamp: 9000 };
    for (const change of [{ payloadType: 97 }, { ssrc: 2 }])
      assert.throws(() => readH264([packetOf(first), packetOf({ ...second, ...change })]), { code: 'vms-fault' });
  });
  it('drops units of an earlier PLAY', () => {
    const packets = [99, 0, 98].map((cseq, index) => packetOf({ payload: hex('41aa'), marker: true, sequence: index, timestamp: index, cseq }));
    assert.equal(readH264(packets).units.length, 2);
  });
  it('refuses a picture of more than 8 MB, and a parameter set of more than 64 kB', () => {
    const pieces = (head: string, count: number): Buffer[] =>
      Array.from({ length: count }, (_, sequence) => {
        const header = sequence === 0 ? 0x80 : sequence === count - 1 ? 0x40 : 0;
        return packetOf({ payload: Buffer.concat([hex('7c'), Buffer.of(header | Number.parseInt(head, 16)), Buffer.alloc(60_000, 1)]), sequence, marker: sequence === count - 1 });
      });
    assert.throws(() => readH264(pieces('05', 150)), { code: 'vms-fault' });
    for (const type of ['07', '08']) assert.throws(() => readH264(pieces(type, 2)), { code: 'codec-unsupported' });
    assert.equal(readH264(pieces('05', 2)).units[0]?.data.length, 4 + 1 + 120_000);
  });
  it('marks IDR pictures and clean points as keys, and counts the packets', () => {
    assert.deepEqual(
      readH264(packetsOf(['65aa!', '@1 41aa!', '@1 #41bb!', '@1 7c85aa', '7c45bb!', '@1 78 0002 6764 0002 6588!'])).units.map(({ key, sequence }) => [key, ...sequence]),
      [
        [true, 65_535, 65_535],
        [false, 0, 0],
        [true, 1, 1],
        [true, 2, 3],
        [true, 4, 4],
      ],
    );
  });
  it('knows what is cut in its middle', () => {
    assert.ok(readH264(packetsOf(['41aa!', '@1 41bb'])).isCut, 'the marker is missing');
    assert.ok(!readH264(packetsOf(['41aa', '@1 41bb'])).isCut, 'a server that sets none');
    assert.ok(readH264(packetsOf(['41aa', '@1 7c81bb'])).isCut, 'a fragment is open');
  });
  it('undoes what the packetizer does, for NAL units of any size', () => {
    const nal = fc.tuple(
      fc.constantFrom(0x41, 0x65, 0x67, 0x06),
      fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1390, max: 4000 })),
    );
    fc.assert(
      fc.property(fc.array(fc.array(nal, { maxLength: 5 }), { minLength: 1, maxLength: 4 }), (sizes) => {
        const pictures = sizes.map((nals) =>
          [...nals, [0x41, 2] as const].map(([head, length]) => Buffer.concat([Buffer.of(head), Buffer.alloc(length, head ^ 0xff)])),
        );
        const stream = { channel: 0, sequence: 65_530, ssrc: 7, firstMicros: null };
        const packets = pictures.flatMap((nals, index) =>
          packetize(stream, { utcMicros: startMicros + index * 100_000, key: false, nals } as unknown as Unit, { e: false, d: false, t: false, cseq: 1 }),
        );
        const { units } = readH264(packets.map((framed) => framed.subarray(4)));
        assert.deepEqual(units.map(nalsOf), pictures.map((nals) => nals.map((each) => each.toString('hex')).join(' ')));
        assert.deepEqual(units.map(({ utcMicros }) => utcMicros), pictures.map((_, index) => startMicros + index * 100_000));
      }),
      { numRuns: 60 },
    );
  });
});
