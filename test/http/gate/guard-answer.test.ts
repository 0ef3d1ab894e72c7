// What an answer says of itself: what may never leave is stopped before its first byte, and a file must be what it says.
import assert from 'node:assert/strict';
import type { WebClass } from '../../../plugin/domain/route-table.js';
import type { Answer, Reading } from '../../../plugin/http/gate/answer-reading.js';
import { readingOf } from '../../../plugin/http/gate/answer-reading.js';
import type { HitReason } from '../../../plugin/http/gate/guard-hit.js';
import { mediaSamples } from './media-samples.js';
import { answering, judgeFor, pieces, through } from './through.js';

const safe: Partial<Answer> = {};
const asset: Partial<Answer> = { isAsset: true };
const live: Partial<Answer> = { class: 'live' };
const liveOf = (...expects: string[]): Partial<Answer> => ({ class: 'live', expects });

describe('an answer by its headers', () => {
  const table: readonly (readonly [what: string, answer: Answer, verdict: 'pass' | HitReason])[] = [
    ['a page', answering('text/html; charset=UTF-8'), 'pass'],
    ['an answer to a program', answering('application/json'), 'pass'],
    ['no type at all', answering(null), 'pass'],
    ['a script', answering('application/javascript', asset), 'pass'],
    ['a length that is little', answering('text/html', safe, 'Content-Length', '8388608'), 'pass'],
    ['an asset’s length', answering('text/css', asset, 'Content-Length', '33554432'), 'pass'],
    ['a picture of the web folder', answering('image/png', asset, 'Content-Length', '1048576'), 'pass'],
    ['a drawing of the web folder', answering('image/svg+xml', asset), 'pass'],
    ['a font of the web folder', answering('font/woff2', asset), 'pass'],
    ['an older font of the web folder', answering('application/vnd.ms-fontobject', asset), 'pass'],
    ['an asset that has not changed', answering(null, { isAsset: true, status: 304 }), 'pass'],
    ['the beginning of an asset', answering('text/css', { isAsset: true, status: 206 }, 'Content-Range', 'bytes 0-99/1000'), 'pass'],
    ['a range that no asset has', answering('text/css', { isAsset: true, status: 416 }, 'Content-Range', 'bytes */1000'), 'pass'],
    ['a fault of the system', answering('text/html', { status: 500 }), 'pass'],
    ['a redirect', answering('text/html', { status: 302 }, 'Location', '/zm/'), 'pass'],
    ['a name that is only shown', answering('text/html', safe, 'Content-Disposition', 'inline'), 'pass'],
    ['a name of a page', answering('application/json', safe, 'Content-Disposition', 'inline; filename="monitors.json"'), 'pass'],
    ['bytes that are not encoded', answering('text/html', safe, 'Content-Encoding', 'identity', 'Transfer-Encoding', 'chunked'), 'pass'],
    ['live pictures', answering('multipart/x-mixed-replace; boundary=ZoneMinderFrame', live), 'pass'],
    ['live pictures, written without the space', answering('multipart/x-mixed-replace;boundary=ZoneMinderFrame', live), 'pass'],
    ['live pictures, boundary in quotes', answering('multipart/x-mixed-replace; boundary="a b"', live), 'pass'],
    ['one live picture', answering('image/jpeg', live), 'pass'],
    ['a live route’s words', answering('application/json', live), 'pass'],
    ['live video that the route has', answering('video/mp4', liveOf('video/mp4')), 'pass'],
    ['a live playlist that the route has', answering('application/vnd.apple.mpegurl', liveOf('application/vnd.apple.mpegurl', 'video/mp2t')), 'pass'],

    ...(['export', 'playback', 'still', 'egress', 'deny'] as const satisfies readonly WebClass[]).map(
      (of) => [`class ${of}`, answering('text/html', { class: of }), 'class-never-passes'] as const,
    ),
    ['a live asset', answering('image/png', { class: 'live', isAsset: true }), 'class-never-passes'],
    ['early hints', answering('text/html', { status: 103 }), 'status-never-passes'],
    ['a change of protocol', answering(null, { status: 101 }), 'status-never-passes'],
    ['two types', answering('text/html', safe, 'content-type', 'video/mp4'), 'type-ambiguous'],
    ['two types in one', answering('text/html, video/mp4'), 'type-ambiguous'],
    ['a type that is none', answering('text'), 'type-ambiguous'],
    ['video', answering('video/mp4'), 'media-type'],
    ['video in capitals', answering('VIDEO/MP4'), 'media-type'],
    ['video with parameters', answering(' video/mp4 ; codecs="avc1"'), 'media-type'],
    ['sound', answering('audio/mpeg'), 'media-type'],
    ['video of the web folder', answering('video/mp4', asset), 'media-type'],
    ['a stream of pictures on a page’s route', answering('multipart/x-mixed-replace; boundary=a'), 'media-type'],
    ['ranges', answering('multipart/byteranges; boundary=a', asset), 'media-type'],
    ['an archive', answering('application/zip'), 'media-type'],
    ['a tar', answering('application/x-tar'), 'media-type'],
    ['another tar', answering('application/tar'), 'media-type'],
    ['gzip', answering('application/gzip'), 'media-type'],
    ['older gzip', answering('application/x-gzip'), 'media-type'],
    ['7z', answering('application/x-7z-compressed'), 'media-type'],
    ['bytes', answering('application/octet-stream'), 'media-type'],
    ['bytes to keep', answering('application/force-download'), 'media-type'],
    ['a playlist', answering('application/vnd.apple.mpegurl'), 'media-type'],
    ['an older playlist', answering('application/x-mpegURL'), 'media-type'],
    ['a manifest', answering('application/dash+xml'), 'media-type'],
    ['MP4 as an application', answering('application/mp4'), 'media-type'],
    ['a font on a page’s route', answering('font/woff2'), 'media-type'],
    ['a picture on a page’s route', answering('image/jpeg'), 'picture-type'],
    ['a drawing on a page’s route', answering('image/svg+xml'), 'picture-type'],
    ['a picture of a kind that no web folder has', answering('image/tiff', asset), 'picture-type'],
    ['a picture that may be video', answering('image/avif', asset), 'picture-type'],
    ['another picture on a live route', answering('image/png', live), 'picture-type'],
    ['live video that the route has not', answering('video/mp4', live), 'media-type'],
    ['live pictures where the route has video', answering('image/jpeg', liveOf('video/mp4')), 'picture-type'],
    ['live pictures without a boundary', answering('multipart/x-mixed-replace', live), 'stream-malformed'],
    ['live pictures, boundary unheard of', answering(`multipart/x-mixed-replace; boundary=${'a'.repeat(71)}`, live), 'stream-malformed'],
    ['an archive that the route lists as bytes', answering('application/octet-stream', liveOf('application/octet-stream')), 'media-type'],
    ['a file to keep', answering('text/html', safe, 'Content-Disposition', 'attachment; filename=a.html'), 'file-offered'],
    ['a file to keep, in capitals', answering('text/html', safe, 'CONTENT-DISPOSITION', 'ATTACHMENT'), 'file-offered'],
    ['a clip to be shown', answering('text/html', safe, 'Content-Disposition', 'inline; filename="12-video.mp4"'), 'file-offered'],
    ['a clip by its other name', answering('text/html', safe, 'Content-Disposition', "inline; filename*=UTF-8''12.MKV"), 'file-offered'],
    ['a part', answering('text/html', { status: 206 }), 'part-of-file'],
    ['a part that says so', answering('text/html', safe, 'Content-Range', 'bytes 0-9/10'), 'part-of-file'],
    ['the middle of an asset', answering('text/css', { isAsset: true, status: 206 }, 'Content-Range', 'bytes 1000-1999/5000'), 'part-of-file'],
    ['a part of an asset that does not say which', answering('text/css', { isAsset: true, status: 206 }), 'part-of-file'],
    ['gzip as encoding', answering('text/html', safe, 'Content-Encoding', 'gzip'), 'body-encoded'],
    ['brotli as encoding', answering('text/html', asset, 'content-encoding', 'br'), 'body-encoded'],
    ['two encodings', answering('text/html', safe, 'Content-Encoding', 'identity', 'Content-Encoding', 'deflate'), 'body-encoded'],
    ['encoded on the way', answering('text/html', safe, 'Transfer-Encoding', 'gzip, chunked'), 'body-encoded'],
    ['a length that is much', answering('text/html', safe, 'Content-Length', '8388609'), 'too-large'],
    ['an asset’s length that is much', answering('text/css', asset, 'Content-Length', '33554433'), 'too-large'],
    ['a picture’s length that is much', answering('image/png', asset, 'Content-Length', '1048577'), 'too-large'],
    ['a length that is none', answering('text/html', safe, 'Content-Length', 'much'), 'too-large'],
  ];
  for (const [what, answer, verdict] of table)
    it(`${what}: ${verdict}`, () => {
      const judged = readingOf(answer);
      assert.equal('why' in judged ? judged.why : 'pass', verdict);
    });

  it('only texts are read as texts, and may be changed', () => {
    assert.deepEqual(
      [answering('text/html'), answering('text/css', asset), answering('image/svg+xml', asset), answering('image/png', asset), answering('font/woff', asset), answering('image/jpeg', live), answering('video/mp4')].map((answer) => (readingOf(answer) as Reading).as === 'text'),
      [true, true, true, false, false, false, false],
    );
  });

  it('a hit says where, and nothing of what the header holds but a type', () => {
    assert.deepEqual(readingOf(answering('text/html\x01; a=秘密')), { why: 'type-ambiguous', where: 'header content-type: text/html?; a=??' });
  });
});

describe('a file that is not what it says', function () {
  this.timeout(120_000);

  const table: readonly (readonly [what: string, answer: Answer, sample: Parameters<typeof take>[0], verdict: HitReason | null])[] = [
    ['a picture', answering('image/jpeg', asset), 'frame.jpg', null],
    ['a picture by an older name', answering('image/jpg', asset), 'frame.jpg', null],
    ['a GIF', answering('image/gif', asset), 'frame.gif', null],
    ['a PNG as an icon', answering('image/x-icon', asset), 'frame.png', null],
    ['video as a picture', answering('image/jpeg', asset), 'clip.mp4', 'type-untrue'],
    ['a PNG as a JPEG', answering('image/jpeg', asset), 'frame.png', 'type-untrue'],
    ['a JPEG as a PNG', answering('image/png', asset), 'frame.jpg', 'type-untrue'],
    ['video as a font', answering('font/woff2', asset), 'clip.mp4', 'type-untrue'],
    ['a picture as a font', answering('application/font-woff', asset), 'frame.jpg', 'type-untrue'],
    ['video as a drawing', answering('image/svg+xml', asset), 'clip.mkv', 'media-bytes'],
    ['a picture as a style sheet', answering('text/css', asset), 'frame.png', 'media-bytes'],
    ['live video', answering('video/mp4', liveOf('video/mp4')), 'fragments.mp4', null],
    ['live video in packets', answering('video/mp2t', liveOf('video/mp2t')), 'clip.ts', null],
    ['live video of another kind', answering('video/mp4', liveOf('video/mp4')), 'clip.mkv', 'type-untrue'],
    ['an archive as live video', answering('video/mp4', liveOf('video/mp4')), 'archive', 'type-untrue'],
    ['video as a live picture', answering('image/jpeg', live), 'clip.mp4', 'picture-malformed'],
    ['a PNG as a live picture', answering('image/jpeg', live), 'frame.png', 'picture-malformed'],
    ['a live picture', answering('image/jpeg', live), 'frame.jpg', null],
  ];
  async function take(sample: keyof Awaited<ReturnType<typeof mediaSamples>> | 'archive'): Promise<Buffer> {
    return sample === 'archive' ? Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(4000, 7)]) : (await mediaSamples())[sample];
  }
  for (const [what, answer, sample, verdict] of table)
    it(`${what}: ${verdict ?? 'passes'}`, async () => {
      const body = await take(sample);
      for (const size of [1, 1460, body.length]) {
        const { out, why } = through(judgeFor(answer), pieces(body, size));
        assert.equal(why, verdict);
        if (verdict === null) assert.ok(out.equals(body));
        else assert.equal(out.length, 0);
      }
    });

  const fonts: readonly string[] = ['wOFF\0\x01\0\0', 'wOF2\0\x01\0\0', '\0\x01\0\0\0\x0f', 'OTTO\0\x0b', 'ttcf\0\x01'];
  for (const begins of fonts)
    it(`a font that begins ${JSON.stringify(begins)} passes`, () => {
      const body = Buffer.concat([Buffer.from(begins, 'latin1'), Buffer.alloc(3000, 0xa7)]);
      assert.equal(through(judgeFor(answering('font/woff', asset)), pieces(body, 100)).why, null);
    });
  it('an embedded font has its mark behind its sizes', () => {
    const body = Buffer.alloc(2000);
    body.write('LP', 34, 'latin1');
    assert.equal(through(judgeFor(answering('application/vnd.ms-fontobject', asset)), [body]).why, null);
  });
});
