// Framing of an RTSP connection: the same messages and packets come out wherever TCP cuts them; what is no RTSP ends it.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { header, makeFramer } from '../../../../adapters/onvif/rtsp/framing.js';
import { Problem } from '../../../../plugin/domain/problem.js';

const packet = (channel: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.of(0x24, channel, payload.length >> 8, payload.length & 255), payload]);
const reply = (body = '', headers: string[] = []): Buffer =>
  Buffer.from(['RTSP/1.0 200 OK', 'Cseq: 3', ...headers, ...(body ? [`content-length: ${body.length}`] : []), '', body].join('\r\n'));

function read(chunks: readonly Buffer[]): { seen: string[]; isCut: boolean } {
  const seen: string[] = [];
  const framer = makeFramer({
    packet: (channel, bytes, start, end) => seen.push(`packet ${channel} ${bytes.toString('hex', start, end)}`),
    message: (message) => seen.push(`message ${message.start} cseq ${header(message, 'cseq')} ${message.body.toString('hex')}`),
  });
  for (const chunk of chunks) framer.push(chunk);
  return { seen, isCut: framer.isCut() };
}

const stream = Buffer.concat([
  reply(),
  packet(0, Buffer.from('$RTSP/1.0\r\n\r\n')),
  packet(1, Buffer.alloc(0)),
  Buffer.from('\r\n'),
  reply('v=0\r\n\r\n$$'),
  packet(255, Buffer.alloc(700, 0x24)),
  Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n'),
  packet(2, Buffer.from('end')),
]);

describe('RTSP framing', () => {
  const whole = read([stream]);
  it('reads replies, requests and packets in the order of the wire', () => {
    assert.equal(whole.seen.length, 7);
    assert.equal(whole.isCut, false);
    assert.equal(whole.seen[3], `message RTSP/1.0 200 OK cseq 3 ${Buffer.from('v=0\r\n\r\n$$').toString('hex')}`);
  });
  it('does not care where the stream is cut: every place', () => {
    for (let at = 0; at <= stream.length; at++) assert.deepEqual(read([stream.subarray(0, at), stream.subarray(at)]).seen, whole.seen);
  });
  it('does not care where the stream is cut: any pieces of any stream', () => {
    const part = fc.oneof(
      fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 300 })).map(([channel, bytes]) => packet(channel, Buffer.from(bytes))),
      fc.string({ maxLength: 50, unit: 'grapheme-ascii' }).map((body) => reply(body)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.array(fc.nat(2000), { maxLength: 10 }), (parts, cuts) => {
        const bytes = Buffer.concat(parts);
        const borders = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const pieces = borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
        assert.deepEqual(read(pieces), read([bytes]));
        assert.equal(read([bytes]).seen.length, parts.length);
      }),
      { numRuns: 200 },
    );
  });
  it('knows that something is cut off', () => assert.ok(read([stream.subarray(0, stream.length - 1)]).isCut));

  const refused: [string, Buffer][] = [
    ['bytes that are no RTSP', Buffer.from('\x01\x02')],
    ['a header without end', Buffer.from(`RTSP/1.0 200 OK\r\nX: ${'x'.repeat(70_000)}`)],
    ['a header longer than 64 kB', reply('', [`X: ${'x'.repeat(70_000)}`])],
    ['a body longer than 256 kB', Buffer.from('RTSP/1.0 200 OK\r\nContent-Length: 262145\r\n\r\n')],
    ['two lengths', reply('', ['Content-Length: 1', 'Content-Length: 2'])],
    ['a length that is none', reply('', ['Content-Length: -1'])],
    ['a header line that is none', reply('', ['no colon'])],
  ];
  for (const [name, bytes] of refused)
    it(`refuses ${name}`, () =>
      assert.throws(
        () => read([bytes]),
        (error) => error instanceof Problem && error.code === 'vms-fault',
      ));
});
