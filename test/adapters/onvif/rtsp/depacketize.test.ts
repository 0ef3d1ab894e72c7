// RTP → access units: each packing of RFC 6184, the ends of units, and packings that hide something.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { makeDepacketizer } from '../../../../adapters/onvif/rtsp/depacketize.js';
import { readRtp, type RtpPacket } from '../../../../adapters/onvif/rtsp/replay-extension.js';
import { packetize } from '../../../support/recorder/rtp.js';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const time = { utcMicros: 1_772_330_400_000_000, flags: { c: false, e: false, d: false, t: false } };

/** `41aa!` ends its unit, `@1` counts the time up, `~` leaves a packet out before it, `?` carries no time. */
function packetsOf(rows: readonly string[]): RtpPacket[] {
  let [sequence, timestamp] = [65_534, 0];
  return rows.map((row) => {
    timestamp += row.includes('@1') ? 9000 : 0;
    sequence = (sequence + (row.includes('~') ? 2 : 1)) & 0xffff;
    const payload = hex(row.replace(/[!~?]|@1/g, ''));
    return {
      payloadType: 96,
      marker: row.includes('!'),
      sequence,
      timestamp,
      ssrc: 1,
      extension: row.includes('?') ? null : time,
      payload,
    };
  });
}

function unitsOf(packets: readonly RtpPacket[]): string[] {
  const depacketizer = makeDepacketizer(96);
  return packets.flatMap((packet) => depacketizer.push(packet)).map((unit) => unit.nals.map((nal) => nal.toString('hex')).join(' '));
}

describe('H.264 depacketizer', () => {
  const good: [string, string[], string[]][] = [
    ['single units, ended by the marker', ['41aa!', '@1 41bb!'], ['41aa', '41bb']],
    ['several slices in one unit', ['41aa', '41bb!'], ['41aa 41bb']],
    ['a unit ended by the next time', ['41aa', '@1 41bb!'], ['41aa', '41bb']],
    ['an aggregation packet', ['78 0002 6764 0002 6801 0003 658801!'], ['6764 6801 658801']],
    ['a fragmented unit', ['7c85aa', '7c05bb', '7c45cc!'], ['65aabbcc']],
    ['fragments beside single units', ['6764', '7c85aa', '7c45bb', '0601!'], ['6764 65aabb 0601']],
    ['the time in the first packet only', ['7c85aa', '?7c45bb!'], ['65aabb']],
    ['the time in a later packet only', ['?41aa', '41bb!'], ['41aa 41bb']],
  ];
  for (const [name, packets, units] of good) it(name, () => assert.deepEqual(unitsOf(packetsOf(packets)), units));

  const bad: [string, string[], string][] = [
    ['a hole in the sequence', ['41aa!', '~@1 41bb!'], 'vms-fault'],
    ['a fragment without its beginning', ['7c05aa!'], 'vms-fault'],
    ['a fragment that begins twice', ['7c85aa', '7c85bb'], 'vms-fault'],
    ['a fragment that begins and ends at once', ['7cc5aa!'], 'vms-fault'],
    ['a fragment without its end', ['7c85aa!'], 'vms-fault'],
    ['another unit inside fragments', ['7c85aa', '41bb'], 'vms-fault'],
    ['an empty fragment', ['7c85'], 'vms-fault'],
    ['an aggregation longer than its packet', ['78 0009 67!'], 'vms-fault'],
    ['an aggregation of nothing', ['78 0000!'], 'vms-fault'],
    ['an aggregation cut in a length', ['78 00!'], 'vms-fault'],
    ['an empty packet', ['!'], 'codec-unsupported'],
    ['an interleaved packing', ['79 0001 0002 6764!'], 'codec-unsupported'],
    ['no time at all', ['?41aa!'], 'wrong-footage'],
  ];
  for (const [name, packets, code] of bad) it(`refuses ${name}`, () => assert.throws(() => unitsOf(packetsOf(packets)), { code }));

  it('refuses another payload type, another source, and a picture of more than 8 MB', () => {
    const [first, second] = packetsOf(['41aa!', '@1 41bb!']) as [RtpPacket, RtpPacket];
    for (const change of [{ payloadType: 97 }, { ssrc: 2 }])
      assert.throws(() => unitsOf([first, { ...second, ...change }]), { code: 'vms-fault' });
    const large = Array.from({ length: 150 }, (_, index) => ({
      ...first,
      marker: false,
      sequence: index,
      payload: Buffer.alloc(60_000, 0x41),
    }));
    assert.throws(() => unitsOf(large), { code: 'vms-fault' });
  });
  it('marks IDR pictures and clean points as keys, and counts the packets', () => {
    const depacketizer = makeDepacketizer(96);
    const [idr, other, clean] = packetsOf(['65aa!', '@1 41aa!', '@1 41bb!']) as [RtpPacket, RtpPacket, RtpPacket];
    const units = [idr, other, { ...clean, extension: { ...time, flags: { ...time.flags, c: true } } }].flatMap((packet) =>
      depacketizer.push(packet),
    );
    assert.deepEqual(
      units.map(({ key, sequence }) => [key, ...sequence]),
      [
        [true, 65_535, 65_535],
        [false, 0, 0],
        [true, 1, 1],
      ],
    );
  });
  it('undoes what the packetizer does, for NAL units of any size', () => {
    const nal = fc.tuple(
      fc.constantFrom(0x41, 0x65, 0x67, 0x06),
      fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1390, max: 4000 })),
    );
    fc.assert(
      fc.property(fc.array(fc.array(nal, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }), (sizes) => {
        const pictures = sizes.map((nals) =>
          nals.map(([head, length]) => Buffer.concat([Buffer.of(head), Buffer.alloc(length, head ^ 0xff)])),
        );
        const stream = { channel: 0, sequence: 65_530, ssrc: 7, firstMicros: null };
        const packets = pictures.flatMap((nals, index) =>
          packetize(
            stream,
            { fileFrame: 0, utcMicros: time.utcMicros + index * 100_000, key: false, nals, first: false, last: false },
            { e: false, d: false, t: false, cseq: 1 },
          ),
        );
        assert.deepEqual(
          unitsOf(packets.map((framed) => readRtp(framed.subarray(4)))),
          pictures.map((nals) => nals.map((each) => each.toString('hex')).join(' ')),
        );
      }),
      { numRuns: 100 },
    );
  });
});
