// Whatever a recorder sends: units or a Problem, never another error, never more memory than is allowed. fast-check prints its seed.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { makeAac } from '../../../../adapters/onvif/rtsp/depacketize/aac.js';
import type { Depacketizer, Emit } from '../../../../adapters/onvif/rtsp/depacketize/depacketizer.js';
import { makeG711 } from '../../../../adapters/onvif/rtsp/depacketize/g711.js';
import { makeH264 } from '../../../../adapters/onvif/rtsp/depacketize/h264.js';
import { makeH265 } from '../../../../adapters/onvif/rtsp/depacketize/h265.js';
import { makeJpeg } from '../../../../adapters/onvif/rtsp/depacketize/jpeg.js';
import { makePictures } from '../../../../adapters/onvif/rtsp/depacketize/pictures.js';
import { chooseMedia } from '../../../../adapters/onvif/rtsp/choose-media.js';
import { makeFramer } from '../../../../adapters/onvif/rtsp/framing.js';
import { makePacket, readRtp } from '../../../../adapters/onvif/rtsp/rtp-packet.js';
import { readSdp } from '../../../../adapters/onvif/rtsp/sdp.js';
import { Problem } from '../../../../plugin/domain/problem.js';
import { hex, packetOf, read } from './depacketize/packets.js';

const numRuns = 150;
const formats: Record<string, { make: (emit: Emit) => Depacketizer; good: string[] }> = {
  h264: { make: (emit) => makePictures(makeH264(), emit), good: ['78000267640002680100036588aa', '7c85aabb', '7c05cc', '7c45dd', '41aabbcc'] },
  h265: { make: (emit) => makePictures(makeH265(), emit), good: ['600100034001aa00034201bb', '620393aa', '620313bb', '620353cc', '0201aabb'] },
  jpeg: { make: (emit) => makePictures(makeJpeg(), emit), good: [`0000000001ff281e00000080${'07'.repeat(128)}aabb`, '000000024132281e0004ffffcc', '000000000132281eaa'] },
  aac: { make: (emit) => makeAac({ sizeLength: 13, indexLength: 3, indexDeltaLength: 3, ticks: 1920 }, emit), good: ['00100018aabbcc', '003000080010000800aabbccdd', '00100028aabb', '00100028ccddee'] },
  g711: { make: makeG711, good: ['d5d5d5', '55'] },
};

/** What may come out: nothing thrown but Problems, and units no larger than what went in allows. */
function mustBear(work: () => void): void {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Problem, String((error as Error).stack));
    assert.ok(['vms-fault', 'codec-unsupported', 'wrong-footage'].includes(error.code), error.code);
  }
}

describe('whatever a recorder sends', () => {
  for (const [name, { make, good }] of Object.entries(formats)) {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each));
    /** A good payload, some of its bytes changed, or cut. */
    const mutated = fc
      .tuple(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat(250), fc.nat(255)), { maxLength: 4 }), fc.nat(300))
      .map(([text, changes, cut]) => {
        const payload = Buffer.from(hex(text));
        for (const [at, value] of changes) if (at < payload.length) payload[at] = value;
        return payload.subarray(0, cut);
      });
    for (const [kind, payload] of [
      ['random', bytes],
      ['mutated', mutated],
    ] as const)
      it(`${name}: ${kind} payloads`, () =>
        fc.assert(
          fc.property(fc.array(fc.tuple(payload, fc.boolean(), fc.nat(2)), { minLength: 1, maxLength: 12 }), (packets) =>
            mustBear(() => {
              const all = packets.map(([each, marker, step], sequence) => packetOf({ payload: each, marker, sequence, timestamp: 9000 * step }));
              const { units } = read(make, all);
              const sent = packets.reduce((sum, [each]) => sum + each.length, 0);
              const kept = units.reduce((sum, { data }) => sum + data.length, 0);
              assert.ok(kept <= 4 * sent + 800 * units.length && units.length <= 1 + sent);
            }),
          ),
          { numRuns },
        ));
  }
  it('RTP packets of any bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(0x80, 0x90, 0xb0, 0x9f, 0x00), (bytes, first) =>
        mustBear(() => {
          const packet = makePacket();
          const all = Buffer.from([first, ...bytes]);
          readRtp(packet, all, 0, all.length);
          assert.ok(packet.start <= packet.end && packet.end <= all.length && packet.jpegEnd <= packet.start);
        }),
      ),
      { numRuns: 500 },
    ));
  it('connections of any bytes', () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 60 }).map(Buffer.from), fc.constantFrom('$\0\0\x03abc', 'RTSP/1.0 200 OK\r\nCSeq: 1\r\n', 'Content-Length: 5\r\n\r\n', '\r\n').map((text) => Buffer.from(text, 'latin1')))), (chunks) =>
        mustBear(() => {
          let told = 0;
          const framer = makeFramer({ packet: (_channel, _bytes, start, end) => (told += end - start), message: ({ body }) => (told += body.length) });
          for (const chunk of chunks) framer.push(chunk);
          assert.ok(told <= chunks.reduce((sum, { length }) => sum + length, 0));
        }),
      ),
      { numRuns: 500 },
    ));
  it('session descriptions of any lines', () => {
    const line = fc.oneof(
      fc.constantFrom('m=video 0 RTP/AVP 96', 'm=audio 0 RTP/AVP 97', 'a=rtpmap:96 H264/90000', 'a=rtpmap:97 MPEG4-GENERIC/8000/2', 'a=rtpmap:96 H265/0', 'm=video 0 RTP/AVP 26'),
      fc.constantFrom('a=fmtp:97 config=1588;sizelength=13;indexlength=3;indexdeltalength=3', 'a=fmtp:97 config=zz;sizelength=999999', 'a=fmtp:96 sprop-sps=;sprop-max-don-diff=x'),
      fc.string({ maxLength: 40 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => mustBear(() => void chooseMedia(readSdp(lines.join('\r\n'))))),
      { numRuns: 300 },
    );
  });
});
