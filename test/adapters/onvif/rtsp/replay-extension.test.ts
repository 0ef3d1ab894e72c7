// RTP packets and the 0xABAC extension: the vector of our facts, NTP to the microsecond, and packets that are none.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { microsOfNtp } from '../../../../adapters/onvif/rtsp/replay-extension.js';
import * as rtp from '../../../../adapters/onvif/rtsp/rtp-packet.js';
import { ntpOf } from '../../../support/recorder/rtp.js';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
/** In the middle of other bytes, as packets lie. */
function readRtp(bytes: Buffer) {
  const around = Buffer.concat([Buffer.alloc(3, 0xff), bytes, Buffer.alloc(5, 0xff)]);
  const packet = rtp.makePacket();
  rtp.readRtp(packet, around, 3, 3 + bytes.length);
  return { ...packet, payload: around.subarray(packet.start, packet.end), jpeg: around.toString('hex', packet.jpegStart, packet.jpegEnd) };
}
const holdsBye = (bytes: Buffer): boolean => rtp.holdsBye(bytes, 0, bytes.length);
const vector = hex('90600000 00000000 00000000 abac0003 ed4e1c20 80000000 a07b0000 6588');

describe('the replay extension', () => {
  it('reads the vector', () => {
    const packet = readRtp(vector);
    assert.deepEqual(packet.extension, {
      utcMicros: Date.parse('2026-03-01T02:00:00.500Z') * 1000,
      bits: 0xa0,
      cseq: 0x7b,
    });
    assert.equal(packet.payload.toString('hex'), '6588');
    assert.equal(packet.payloadType, 96);
  });
  const rows: [string, Buffer, string, boolean][] = [
    ['no extension', hex('80e00001 00000000 00000000 41aa'), '41aa', false],
    ['another extension, skipped by its length', hex('90e00001 00000000 00000000 bede0001 11223344 41aa'), '41aa', false],
    ['0xABAC too short for a time', hex('90e00001 00000000 00000000 abac0001 11223344 41aa'), '41aa', false],
    [
      '0xABAC with a JPEG extension behind',
      hex('90e00001 00000000 00000000 abac0005 ed4e1c20 80000000 10000000 ffd80001 00000000 41aa'),
      '41aa',
      true,
    ],
    [
      'contributing sources before it',
      hex('92e00001 00000000 00000000 01010101 02020202 abac0003 ed4e1c20 00000000 00000000 41'),
      '41',
      true,
    ],
    ['padding behind the payload', hex('a0e00001 00000000 00000000 41aa 000003'), '41aa', false],
  ];
  for (const [name, packet, payload, timed] of rows)
    it(name, () => {
      assert.equal(readRtp(packet).payload.toString('hex'), payload);
      assert.equal(readRtp(packet).extension !== null, timed);
    });
  it('finds the JPEG extension behind it, alone, and none', () => {
    const behind = hex('90e00001 00000000 00000000 abac0005 ed4e1c20 80000000 10000000 ffd80001 11223344 41aa');
    const alone = hex('90e00001 00000000 00000000 ffd80001 11223344 41aa');
    assert.deepEqual([behind, alone, vector].map((packet) => readRtp(packet).jpeg), ['11223344', '11223344', '']);
  });
  const broken: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['a cut header', vector.subarray(0, 11)],
    ['another version of RTP', hex('50600000 00000000 00000000')],
    ['an extension longer than the packet', hex('90600000 00000000 00000000 abac00ff 00000000')],
    ['an extension cut off', hex('90600000 00000000 00000000 abac')],
    ['padding longer than the packet', hex('a0600000 00000000 00000000 4110')],
    ['padding of 0', hex('a0600000 00000000 00000000 4100')],
  ];
  for (const [name, packet] of broken) it(`refuses ${name}`, () => assert.throws(() => readRtp(packet), { code: 'vms-fault' }));

  const times: [number, number, number][] = [
    [0xed4e1c20, 0, 1_772_330_400_000_000],
    [0xed4e1c20, 0xffffffff, 1_772_330_401_000_000],
    [0xed4e1c20, 4294, 1_772_330_400_000_001],
    [0xed4e1c20, 2147, 1_772_330_400_000_000],
    [0xed4e1c20, 2148, 1_772_330_400_000_001],
    [0, 0, Date.UTC(2036, 1, 7, 6, 28, 16) * 1000],
    [0x80000000, 0, Date.UTC(1968, 0, 20, 3, 14, 8) * 1000],
  ];
  for (const [seconds, fraction, micros] of times)
    it(`NTP ${seconds}.${fraction} → ${micros}`, () => assert.equal(microsOfNtp(seconds, fraction), micros));
  it('gives back every microsecond that was put in, 1990 to 2100', () => {
    fc.assert(
      fc.property(fc.integer({ min: 631_152_000_000_000, max: 4_102_444_800_000_000 }), (micros) => {
        const ntp = ntpOf(micros);
        assert.equal(microsOfNtp(ntp.readUInt32BE(0), ntp.readUInt32BE(4)), micros);
      }),
    );
  });
  it('finds a BYE behind a report, and none without', () => {
    assert.ok(holdsBye(hex('80c80006 00000001 0000000000000000 00000000 00000000 00000000 81cb0001 00000001')));
    assert.ok(!holdsBye(hex('80c80006 00000001 0000000000000000 00000000 00000000 00000000')));
    assert.ok(!holdsBye(hex('81')));
  });
});
