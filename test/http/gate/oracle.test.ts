// The oracle of the gate's tests, tried itself: whatever is planted in an answer is found, and what may leave is not complained of.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import { rawZip } from '../../support/evidence/raw-zip.js';
import { CodedSlices } from '../../support/gate/oracle/coded-slices.js';
import { livePicture, makeExhibits, makeWebFolder, type Exhibits } from '../../support/gate/oracle/exhibits.js';
import { makeOracle, type Answer, type Oracle } from '../../support/gate/oracle/oracle.js';
import { digestOf, webFiles } from '../../support/gate/oracle/web-files.js';

const now = Date.parse('2026-11-30T02:00:00.000Z');
type Given = Partial<Omit<Answer, 'body'>> & { body: Buffer | string };

/** What the rows plant: in `slices` there is a run of 32 bytes of coded picture and no more. */
interface Planted extends Exhibits {
  slices: Buffer;
  fresh: Buffer;
  freshSmall: Buffer;
  old: Buffer;
  early: Buffer;
  css: Buffer;
}

const type = (name: string, more: Record<string, string> = {}): { headers: Record<string, string> } => ({
  headers: { 'content-type': name, ...more },
});
const html = (inside: string): string => `<!doctype html><html><body><p>事件 Event 17</p>${inside}<p>Next</p></body></html>`;
const lines = (base64: string): string => base64.replace(/.{76}/g, '$&\r\n');
const part = (boundary: string, picture: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`),
    picture,
    Buffer.from('\r\n'),
  ]);
const mjpeg = (...some: Buffer[]): Given => ({
  ...type('multipart/x-mixed-replace;boundary=ZoneMinderFrame'),
  body: Buffer.concat(some.map((one) => part('ZoneMinderFrame', one))),
});
const live = (given: Given): Given => ({ ...given, isLive: true });
const deflated = (name: string, data: Buffer): Buffer => rawZip([{ name, data: deflateRawSync(data), method: 8, size: data.length }]);
const escaped = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[^]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);

function tar(name: string, data: Buffer): Buffer {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write(data.length.toString(8).padStart(11, '0'), 124);
  head.write('        ', 148);
  head.write('ustar', 257);
  head.write(
    head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0'),
    148,
  );
  return Buffer.concat([head, data, Buffer.alloc(512 - (data.length % 512)), Buffer.alloc(1024)]);
}

const leak = /coded picture of street/;
const unmarked = /unmarked/;

const leaks: readonly (readonly [what: string, answer: (planted: Planted) => Given, found: RegExp])[] = [
  ['the original file', ({ original }) => ({ ...type('video/mp4'), body: original.subarray(0, 100_000) }), leak],
  ['the original file, told to be a JPEG', ({ original }) => ({ ...type('image/jpeg'), body: original.subarray(0, 100_000) }), leak],
  [
    'a later part of the original',
    ({ original }) => ({ ...type('video/mp4', { 'content-range': 'bytes 90000-91000/4438422' }), body: original.subarray(90_000, 91_000) }),
    leak,
  ],
  [
    '32 bytes of a slice in a page',
    ({ slices }) => ({ ...type('text/html'), body: Buffer.concat([Buffer.from('<!-- '), slices, Buffer.from(' -->')]) }),
    leak,
  ],
  ['32 bytes of a slice in a header', ({ slices }) => ({ headers: { 'x-note': slices.toString('base64') }, body: '{}' }), leak],
  [
    'base64 in lines in JSON',
    ({ slices }) => ({
      ...type('application/json'),
      body: JSON.stringify({ thumb: lines(Buffer.concat([Buffer.alloc(90, 7), slices, Buffer.alloc(90, 9)]).toString('base64')) }),
    }),
    leak,
  ],
  ['base64 behind other signs of base64', ({ slices }) => ({ ...type('text/plain'), body: `/v/${slices.toString('base64url')}` }), leak],
  [
    'base64 in JSON in JSON',
    ({ slices }) => ({
      ...type('application/json'),
      body: JSON.stringify({ body: JSON.stringify({ a: lines(slices.toString('base64')) }) }),
    }),
    leak,
  ],
  ['escapes of JSON', ({ slices }) => ({ ...type('application/json'), body: `{"data":"${escaped(slices)}"}` }), leak],
  [
    'a string of JSON, as UTF-8',
    ({ slices }) => ({ ...type('application/json'), body: JSON.stringify({ data: slices.toString('latin1') }) }),
    leak,
  ],
  ['numbers in JSON', ({ slices }) => ({ ...type('application/json'), body: JSON.stringify([...slices]) }), leak],
  [
    'hexadecimal with blanks',
    ({ slices }) => ({ ...type('text/plain'), body: `dump: ${slices.toString('hex').replace(/../g, '$& ')}` }),
    leak,
  ],
  [
    'a data: address with percent signs',
    ({ slices }) => ({ ...type('text/html'), body: html(`<img src="data:image/jpeg,${slices.toString('hex').replace(/../g, '%$&')}">`) }),
    leak,
  ],
  [
    'base64 with HTML’s own escapes',
    ({ slices }) => ({
      ...type('text/html'),
      body: html(`<i>${slices.toString('base64').replace(/[+/=]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</i>`),
    }),
    leak,
  ],
  [
    'UTF-16',
    ({ slices }) => ({ ...type('text/plain'), body: Buffer.from(slices.toString('base64').padStart(200, '. '), 'utf16le') }),
    leak,
  ],
  [
    'chunks of HTTP, ten bytes each',
    ({ slices }) => ({
      body: Buffer.concat(
        [0, 10, 20, 30].map((at) =>
          Buffer.concat([
            Buffer.from(`${slices.subarray(at, at + 10).length.toString(16)}\r\n`),
            slices.subarray(at, at + 10),
            Buffer.from('\r\n'),
          ]),
        ),
      ),
    }),
    leak,
  ],
  [
    'a ZIP archive',
    ({ original }) => ({ ...type('application/zip'), body: deflated('17-video.mp4', original.subarray(0, 100_000)) }),
    leak,
  ],
  [
    'a ZIP archive that is cut',
    ({ original }) => ({ ...type('application/zip'), body: deflated('17-video.mp4', original.subarray(0, 100_000)).subarray(0, 50_000) }),
    leak,
  ],
  [
    'a tar archive, compressed',
    ({ original }) => ({ ...type('application/x-gzip'), body: gzipSync(tar('17-video.mp4', original.subarray(0, 100_000))) }),
    leak,
  ],
  ['a ZIP in a tar in a ZIP', ({ slices }) => ({ body: deflated('a.tar', tar('b.zip', deflated('c.bin', slices))) }), leak],
  [
    'Content-Encoding',
    ({ original }) => ({ ...type('text/html', { 'content-encoding': 'br' }), body: brotliCompressSync(original.subarray(0, 60_000)) }),
    leak,
  ],
  [
    'a form part',
    ({ slices }) => ({
      ...type('multipart/form-data; boundary="x y"'),
      body: Buffer.concat([
        Buffer.from('--x y\r\nContent-Transfer-Encoding: base64\r\n\r\n'),
        Buffer.from(slices.toString('base64')),
        Buffer.from('\r\n--x y--'),
      ]),
    }),
    leak,
  ],
  ['an encrypted archive', ({ original }) => ({ body: rawZip([{ name: 'a', data: original.subarray(0, 100), flags: 1 }]) }), /encrypted/],
  ['an archive that nothing here opens', () => ({ body: Buffer.from('fd377a585a0000', 'hex') }), /nothing here opens xz/],
  ['a film that cannot be decoded', ({ reencoded }) => ({ ...type('video/mp4'), body: reencoded.subarray(0, 600) }), /cannot be decoded/],
  [
    'what says that it is a picture',
    () => ({ ...type('image/jpeg'), body: Buffer.alloc(300, 5) }),
    /says image\/jpeg and cannot be decoded/,
  ],
  ['frames encoded anew', ({ reencoded }) => ({ ...type('video/mp4'), body: reencoded }), unmarked],
  ['frames encoded anew, told to be a JPEG', ({ reencoded }) => ({ ...type('image/jpeg'), body: reencoded }), unmarked],
  ['a still picture', ({ still }) => ({ ...type('image/jpeg'), body: still }), unmarked],
  [
    'a still picture behind other bytes',
    ({ still }) => ({ body: Buffer.concat([Buffer.alloc(1001, 'a'), still, Buffer.alloc(99, 'z')]) }),
    unmarked,
  ],
  [
    'a still picture in a data: address',
    ({ scaled }) => ({ ...type('text/html'), body: html(`<img src="data:image/jpeg;base64,${scaled.toString('base64')}">`) }),
    unmarked,
  ],
  ['a part of a stream between marked ones', ({ markedSmall, still }) => mjpeg(markedSmall, still, markedSmall), unmarked],
  ['a stream whose boundary only the body tells', ({ still }) => ({ ...type('text/html'), body: part('frame', still) }), unmarked],
  ['a piece of a picture', ({ cropped }) => ({ ...type('image/png'), body: cropped }), unmarked],
  ['a small picture', ({ scaled }) => ({ ...type('image/jpeg'), body: scaled }), unmarked],
  ['a moving GIF', ({ animated }) => ({ ...type('image/gif'), body: animated }), unmarked],
  ['WebP', ({ webp }) => ({ ...type('image/webp'), body: webp }), unmarked],
  ['BMP', ({ bmp }) => ({ ...type('image/bmp'), body: bmp }), unmarked],
  [
    'an unmarked picture behind a web file',
    ({ icon, scaled }) => ({ ...type('image/png'), body: Buffer.concat([icon, scaled]) }),
    unmarked,
  ],
  ['an old picture on a live route', ({ old }) => live(mjpeg(old)), /live, but 60000 ms old/],
  ['an old picture between fresh ones', ({ fresh, old }) => live(mjpeg(fresh, old, fresh)), /live, but 60000 ms old/],
  [
    'the bytes of an old picture behind a fresh one',
    ({ fresh, old }) => live({ ...type('image/jpeg'), body: Buffer.concat([fresh, old.subarray(400)]) }),
    leak,
  ],
  ['a fresh picture on another route, by its bytes', ({ fresh }) => ({ ...type('image/jpeg'), body: fresh }), leak],
  [
    'the first picture of a stream that its reader left',
    ({ old }) => live({ ...mjpeg(old.subarray(0, 2500)), cut: true }),
    /live, but 60000 ms old/,
  ],
  ['a picture of the time to come', ({ early }) => live({ ...type('image/jpeg'), body: early }), /live, but -60000 ms old/],
  [
    'a picture without a time on a live route',
    ({ still }) => live({ ...type('image/jpeg'), body: still }),
    /neither marked nor with a time/,
  ],
];

const clean: readonly (readonly [what: string, answer: (planted: Planted) => Given, pictures: number])[] = [
  ['the marked clip', ({ markedClip }) => ({ ...type('video/mp4'), body: markedClip }), 20],
  [
    'the marked clip in an archive',
    ({ markedClip }) => ({ ...type('application/zip'), body: rawZip([{ name: 'marked.mp4', data: markedClip }]) }),
    20,
  ],
  [
    'the beginning of the marked clip, cut by its reader',
    ({ markedClip }) => ({ ...type('video/mp4'), body: markedClip.subarray(0, 500), cut: true }),
    1,
  ],
  [
    'a later part of the marked clip',
    ({ markedClip }) => ({
      ...type('video/mp4', { 'content-range': `bytes 5000-9000/${markedClip.length}` }),
      body: markedClip.subarray(5000, 9000),
    }),
    0,
  ],
  ['the marked still', ({ markedStill }) => ({ ...type('image/jpeg'), body: markedStill }), 1],
  ['a marked stream, scaled', ({ markedSmall, markedStill }) => mjpeg(markedSmall, markedStill, markedSmall), 2],
  ['a refusal', ({ refusal }) => ({ ...type('image/jpeg'), body: refusal }), 1],
  ['a picture of the web folder', ({ icon }) => ({ ...type('image/png'), body: icon }), 0],
  [
    'a picture of the web folder, compressed',
    ({ icon }) => ({ ...type('image/png', { 'content-encoding': 'gzip' }), body: gzipSync(icon) }),
    0,
  ],
  ['a style sheet with a picture in it', ({ css }) => ({ ...type('text/css'), body: css }), 0],
  [
    'a page with a web folder’s picture in it',
    ({ icon }) => ({ ...type('text/html'), body: html(`<img src="data:image/png;base64,${icon.toString('base64')}">`) }),
    0,
  ],
  ['a live picture', ({ fresh }) => live({ ...type('image/jpeg'), body: fresh }), 1],
  ['a live stream', ({ fresh, freshSmall }) => live(mjpeg(fresh, freshSmall, fresh)), 2],
  [
    'a live stream that its reader left',
    ({ fresh, freshSmall, old }) => live({ ...mjpeg(fresh, freshSmall, old.subarray(0, 2500)), cut: true }),
    2,
  ],
  ['a page', () => ({ ...type('text/html'), body: html('<script>const a = "\\u4e8b\\n&#26723;%E4%BA%8B";</script>') }), 0],
  [
    'JSON',
    () => ({
      ...type('application/json'),
      body: JSON.stringify({ monitors: [{ Id: '1', Name: 'Gate-north', Path: 'rtsp://192.0.2.1/' }], numbers: Array(200).fill(0) }),
    }),
    0,
  ],
  ['a drawing', () => ({ ...type('image/svg+xml'), body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }), 0],
  ['nothing', () => ({ ...type('video/mp4'), body: '' }), 0],
];

describe('the oracle of answers', function () {
  this.timeout(60_000);
  let folder = '';
  let planted: Planted;
  let oracle: Oracle;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'exportgate-oracle-'));
    const exhibits = await makeExhibits(folder);
    const web = await makeWebFolder(folder, exhibits.icon);
    const pictures = await Promise.all([
      livePicture(folder, now - 4000),
      livePicture(folder, now - 4000, 240),
      livePicture(folder, now - 60_000),
      livePicture(folder, now + 60_000),
    ]);
    const [fresh, freshSmall, old, early] = pictures as [Buffer, Buffer, Buffer, Buffer];
    const css = Buffer.from(`.icon { background: url(data:image/png;base64,${exhibits.icon.toString('base64')}) }`);
    planted = { ...exhibits, slices: exhibits.original.subarray(100_001, 100_033), fresh, freshSmall, old, early, css };
    const originals = new CodedSlices();
    originals.add('street', exhibits.original);
    // A recorder of JPEG alone: what is live now is the same bytes as what it wrote down.
    for (const [at, picture] of pictures.entries()) originals.add(`street, live ${at}`, picture);
    oracle = makeOracle({
      originals,
      web: await webFiles([web]),
      refusals: new Set([digestOf(exhibits.refusal)]),
      now: () => new Date(now),
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const judge = (given: Given) => oracle({ url: '/zm/', isLive: false, headers: {}, ...given, body: Buffer.from(given.body) });

  for (const [what, answer, found] of leaks)
    it(`catches ${what}`, async () => {
      const complaints = (await judge(answer(planted))).filter(({ passes }) => !passes);
      assert.ok(
        complaints.some(({ why }) => found.test(why)),
        JSON.stringify(complaints),
      );
    });

  for (const [what, answer, count] of clean)
    it(`lets ${what} pass`, async () => {
      const verdicts = await judge(answer(planted));
      assert.deepEqual(
        verdicts.filter(({ passes }) => !passes),
        [],
      );
      assert.equal(verdicts.length, count);
    });
});
