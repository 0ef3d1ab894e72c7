// Live pictures: JPEG after JPEG and nothing beside them, however the stream is cut.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { HitReason } from '../../../plugin/http/gate/guard-hit.js';
import { liveFrames, mediaSamples } from './media-samples.js';
import { answering, assertNothingLeft, judgeFor, pieces, through } from './through.js';

const live = (contentType = 'multipart/x-mixed-replace; boundary=ZoneMinderFrame') => judgeFor(answering(contentType, { class: 'live' }));
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
/** As ZoneMinder writes it. */
const part = (picture: Buffer, headers = `Content-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\nX-Timestamp: 1772330400.123456\r\n\r\n`): Buffer =>
  Buffer.concat([latin(`--ZoneMinderFrame\r\n${headers}`), picture, latin('\r\n\r\n')]);

describe('a stream of live pictures', function () {
  this.timeout(120_000);
  let frames: Buffer[];
  let stream: Buffer;
  before(async () => {
    frames = await liveFrames(5);
    assert.equal(frames.length, 5);
    stream = Buffer.concat(frames.map((frame) => part(frame)));
  });

  it('passes as it is, however it is cut', () => {
    for (const sizes of [[1], [2, 3], [17], [1460], [65_536], [stream.length]]) {
      const { out, why, where, mostHeld } = through(live(), pieces(stream, ...sizes));
      assert.equal(why, null, where);
      assert.ok(out.equals(stream), `pieces of ${sizes.join()}`);
      assert.ok(mostHeld < 2200);
    }
    for (let split = 0; split < 700; split++) assert.equal(through(live(), [stream.subarray(0, split), stream.subarray(split)]).why, null, String(split));
  });

  it('every picture leaves as soon as it has come: nothing waits for the next one', () => {
    const judge = live();
    const out: Buffer[] = [];
    for (const frame of frames) {
      out.push(...judge.push(part(frame)));
      assert.ok(Buffer.concat(out).includes(frame.subarray(-32)));
    }
  });

  it('ends where it likes', () => {
    for (const length of [0, 10, 60, 200, 3000, stream.length - 3]) assert.equal(through(live(), pieces(stream.subarray(0, length), 100)).why, null);
    const ended = Buffer.concat([stream, latin('--ZoneMinderFrame--\r\n')]);
    assert.deepEqual(through(live(), pieces(ended, 11)).out, ended);
  });

  const writers: readonly (readonly [what: string, contentType: string, write: (frames: readonly Buffer[]) => Buffer])[] = [
    ['boundary announced with its dashes', 'multipart/x-mixed-replace; boundary=--frame', (all) => Buffer.concat(all.flatMap((one) => [latin('--frame\r\nContent-type: image/jpeg\r\n\r\n'), one, latin('\r\n')]))],
    ['line ends of Unix', 'multipart/x-mixed-replace;boundary=frame', (all) => Buffer.concat(all.flatMap((one) => [latin('--frame\nContent-Type: image/jpeg\n\n'), one, latin('\n')]))],
    ['a line end before all', 'multipart/x-mixed-replace; boundary="frame"', (all) => Buffer.concat([latin('\r\n'), ...all.flatMap((one) => [latin('--frame\r\nContent-Type: image/jpeg\r\n\r\n'), one, latin('\r\n')])])],
    ['no line end behind a picture', 'multipart/x-mixed-replace; boundary=frame', (all) => Buffer.concat(all.flatMap((one) => [latin('--frame\r\nContent-Type: image/jpeg\r\n\r\n'), one]))],
    ['padding with zeros', 'multipart/x-mixed-replace; boundary=frame', (all) => Buffer.concat(all.flatMap((one) => [latin('--frame\r\nContent-Type: image/jpg\r\n\r\n'), one, Buffer.alloc(16), latin('\r\n')]))],
  ];
  for (const [what, contentType, write] of writers)
    it(`other writers: ${what}`, () => {
      const body = write(frames);
      for (const size of [1, 13, 65_536]) {
        const { out, why, where } = through(live(contentType), pieces(body, size));
        assert.equal(why, null, where);
        assert.ok(out.equals(body));
      }
    });

  const good = (): Buffer => part(frames[0]!);
  const wrong: readonly (readonly [what: string, body: () => Promise<Buffer> | Buffer, hidden: (() => Promise<Buffer>) | null, why: HitReason])[] = [
    ['a clip in place of a picture', async () => Buffer.concat([good(), part((await mediaSamples())['clip.mp4']), good()]), async () => (await mediaSamples())['clip.mp4'], 'picture-malformed'],
    ['a PNG in place of a picture', async () => part((await mediaSamples())['frame.png']), async () => (await mediaSamples())['frame.png'], 'picture-malformed'],
    ['a clip behind a picture in its part', async () => Buffer.concat([good(), part(Buffer.concat([frames[1]!, (await mediaSamples())['clip.mp4']]))]), async () => (await mediaSamples())['clip.mp4'], 'stream-malformed'],
    ['a second picture in its part', () => part(Buffer.concat([frames[1]!, frames[2]!])), async () => frames[2]!.subarray(1000), 'stream-malformed'],
    ['a clip between two parts', async () => Buffer.concat([good(), (await mediaSamples())['clip.mkv'], good()]), async () => (await mediaSamples())['clip.mkv'], 'stream-malformed'],
    ['words between two parts', () => Buffer.concat([good(), latin('some words'), good()]), null, 'stream-malformed'],
    ['a clip before all parts', async () => (await mediaSamples())['clip.mp4'], async () => (await mediaSamples())['clip.mp4'], 'stream-malformed'],
    ['a clip behind the last boundary', async () => Buffer.concat([good(), latin('--ZoneMinderFrame--\r\n'), (await mediaSamples())['clip.mp4']]), async () => (await mediaSamples())['clip.mp4'], 'stream-malformed'],
    ['a part that says that it is video', async () => part((await mediaSamples())['clip.mp4'], 'Content-Type: video/mp4\r\n\r\n'), async () => (await mediaSamples())['clip.mp4'], 'stream-malformed'],
    ['a part that says nothing', () => part(frames[0]!, 'X-Other: 1\r\n\r\n'), null, 'stream-malformed'],
    ['a part that says two things', () => part(frames[0]!, 'Content-Type: image/jpeg\r\nContent-Type: video/mp4\r\n\r\n'), null, 'stream-malformed'],
    ['an encoded part', () => part(frames[0]!, 'Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n'), null, 'stream-malformed'],
    ['headers without end', () => Buffer.concat([latin('--ZoneMinderFrame\r\nX-Long: '), Buffer.alloc(4000, 0x61)]), null, 'stream-malformed'],
    ['a boundary’s line that goes on', () => latin('--ZoneMinderFrameAndMore\r\nContent-Type: image/jpeg\r\n\r\n'), null, 'stream-malformed'],
    ['padding without end', () => Buffer.concat([good(), Buffer.alloc(100, 0x0a), good()]), null, 'stream-malformed'],
    ['a picture without end', () => part(Buffer.concat([frames[0]!.subarray(0, -2), Buffer.alloc(9 * 1024 * 1024, 0x11)])), null, 'picture-malformed'],
    ['remarks without end', () => part(Buffer.concat([latin('\xff\xd8'), ...Array.from({ length: 3 }, () => Buffer.concat([latin('\xff\xe5\xff\xff'), Buffer.alloc(65_533, 1)])), frames[0]!.subarray(2)])), null, 'picture-malformed'],
    ['a picture that ends before it began', () => part(latin('\xff\xd8\xff\xd9')), null, 'picture-malformed'],
    ['a scan without its frame', () => part(latin('\xff\xd8\xff\xda\0\x08\x01\x01\0\0\x3f\0abc\xff\xd9')), null, 'picture-malformed'],
    ['a marker that no picture has', () => part(Buffer.concat([latin('\xff\xd8\xff\x01\0\x04ab'), frames[0]!.subarray(2)])), null, 'picture-malformed'],
    ['a picture in a picture', () => part(Buffer.concat([latin('\xff\xd8'), frames[0]!])), null, 'picture-malformed'],
  ];
  for (const [what, make, hidden, why] of wrong)
    it(`hit: ${what}`, async () => {
      const body = await make();
      const sizes = body.length > 100_000 ? [1460, 65_536] : [1, 7, 1460, 65_536];
      for (const size of sizes) {
        const judged = through(live(), pieces(body, size));
        assert.equal(judged.why, why, judged.where);
        if (hidden) assertNothingLeft(judged.out, (await hidden()).subarray(0, 5000), what);
      }
    });

  it('one picture may end in padding, and in nothing else', async () => {
    const one = (): ReturnType<typeof judgeFor> => judgeFor(answering('image/jpeg', { class: 'live' }));
    assert.equal(through(one(), pieces(Buffer.concat([frames[0]!, latin('\r\n')]), 5)).why, null);
    assert.equal(through(one(), pieces(Buffer.concat([frames[0]!, latin('more')]), 5)).why, 'picture-malformed');
    const { out, why } = through(one(), pieces(Buffer.concat([frames[0]!, (await mediaSamples())['clip.mp4']]), 1460));
    assert.equal(why, 'picture-malformed');
    assertNothingLeft(out, (await mediaSamples())['clip.mp4'].subarray(0, 4000), 'a clip behind it');
  });

  it('cut at random and changed at random it is judged the same as whole', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 20 }), fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean(), (sizes, at, byte, change) => {
        const body = Buffer.from(stream);
        if (change) body[at % body.length] = byte;
        const whole = through(live(), [body]);
        const cut = through(live(), pieces(body, ...sizes));
        assert.equal(cut.why, whole.why);
        if (whole.why === null) assert.ok(cut.out.equals(whole.out));
        else assert.ok(body.subarray(0, cut.out.length).equals(cut.out));
      }),
      { numRuns: 300 },
    );
  });

  it('a picture in two scans passes: restarts, escaped bytes, fill bytes, tables between', () => {
    const segment = (marker: number, payload: string): string => `\xff${String.fromCharCode(marker)}${String.fromCharCode(0, payload.length + 2)}${payload}`;
    const picture = latin(
      [
        '\xff\xd8',
        segment(0xfe, 'a remark'),
        segment(0xdd, '\0\x01'),
        segment(0xc2, '\x08\0\x08\0\x08\x01\x01\x11\0'),
        segment(0xc4, `\0\x01${'\0'.repeat(15)}\x05`),
        segment(0xda, '\x01\x01\0\0\0\x01'),
        'ab\xff\0cd\xff\xd0ef\xff\xd7\xff\0',
        segment(0xc4, `\x10\x01${'\0'.repeat(15)}\x05`),
        `\xff${segment(0xda, '\x01\x01\0\x01\x3f\0')}`,
        'gh\xff\0\xff\xff\xd9',
      ].join(''),
    );
    for (const size of [1, 2, 3, picture.length]) {
      const { out, why, where } = through(live(), pieces(part(picture), size));
      assert.equal(why, null, where);
      assert.ok(out.equals(part(picture)));
    }
  });
});
