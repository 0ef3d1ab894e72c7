// How a body begins is seen whatever its type says, in whichever pieces it comes.
import assert from 'node:assert/strict';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { magicOf, sniff, SNIFFED } from '../../../plugin/http/gate/magic.js';
import type { MagicKind } from '../../../plugin/http/gate/magic.js';
import { mediaSamples, sampleNames } from './media-samples.js';
import { answering, assertNothingLeft, judgeFor, pieces, through } from './through.js';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const padded = (text: string): Buffer => Buffer.concat([latin(text), Buffer.alloc(600, 0x5a)]);
/** Sync bytes where packets of this size have them, over bytes of no kind. */
function packets(first: number, size: number, count = 4): Buffer {
  const body = Buffer.alloc(first + size * count, 0xa5);
  for (let at = first; at < body.length; at += size) {
    body[at] = 0x47;
    body[at + 1] = 0x00;
  }
  return body;
}
const tar = Buffer.concat([latin('events/12-video.mp4'), Buffer.alloc(238), latin('ustar\x0000'), Buffer.alloc(300)]);

describe('magic', function () {
  this.timeout(120_000);

  const table: readonly (readonly [what: string, begins: Buffer, kind: MagicKind])[] = [
    ['MP4', padded('\0\0\0\x18ftypisom\0\0\x02\0'), 'iso-media'],
    ['MP4 segment', padded('\0\0\0\x18stypmsdh'), 'iso-media'],
    ['MP4 fragment', padded('\0\0\0\x60moof\0\0\0\x10mfhd'), 'iso-media'],
    ['MP4 index first', padded('\0\0\x0b\x60moov\0\0\0\x6cmvhd'), 'iso-media'],
    ['MP4 segment index', padded('\0\0\0\x2csidx'), 'iso-media'],
    ['MP4 data first', padded('\0\0\0\x01mdat\0\0\0\0\x12\x34\x56\x78'), 'iso-media'],
    ['MP4 after free space', padded('\0\0\0\x08free\0\0\0\x01mdat'), 'iso-media'],
    ['HEIC', padded('\0\0\0\x18ftypheic'), 'iso-media'],
    ['AVIF', padded('\0\0\0\x20ftypavif'), 'iso-media'],
    ['Matroska', padded('\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01'), 'matroska'],
    ['AVI', padded('RIFF\x24\x10\0\0AVI LIST'), 'riff'],
    ['WAV', padded('RIFF\x24\x10\0\0WAVEfmt '), 'riff'],
    ['WebP', padded('RIFF\x24\x10\0\0WEBPVP8 '), 'webp'],
    ['FLV', padded('FLV\x01\x05\0\0\0\x09'), 'flv'],
    ['MPEG program stream', padded('\0\0\x01\xba\x44\0\x04\0'), 'mpeg-ps'],
    ['MPEG video', padded('\0\0\x01\xb3\x16\0\xf0'), 'mpeg-ps'],
    ['MPEG transport stream', packets(0, 188), 'mpeg-ts'],
    ['MPEG transport stream with time stamps', packets(4, 192), 'mpeg-ts'],
    ['MPEG transport stream, 192 bytes', packets(0, 192), 'mpeg-ts'],
    ['MPEG transport stream, 204 bytes', packets(0, 204), 'mpeg-ts'],
    ['one transport packet', packets(0, 188, 1), 'mpeg-ts'],
    ['H.264 SPS', padded('\0\0\0\x01\x67\x42\x80\x1e'), 'h26x'],
    ['H.264 SPS, short start code', padded('\0\0\x01\x67\x42\x80\x1e'), 'h26x'],
    ['H.264 PPS', padded('\0\0\0\x01\x68\xce'), 'h26x'],
    ['H.264 key picture', padded('\0\0\0\x01\x65\x88'), 'h26x'],
    ['H.264 delimiter', padded('\0\0\0\x01\x09\xf0'), 'h26x'],
    ['H.265 VPS', padded('\0\0\0\x01\x40\x01\x0c'), 'h26x'],
    ['H.265 SPS', padded('\0\0\0\x01\x42\x01\x01'), 'h26x'],
    ['ASF', padded('\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9'), 'asf'],
    ['MXF', padded('\x06\x0e\x2b\x34\x02\x05'), 'mxf'],
    ['a recorder maker’s container', padded('DHAV\xfd\0\0\0'), 'recorder'],
    ['another one’s', padded('IMKH\x01\x01\0\0'), 'recorder'],
    ['JPEG', padded('\xff\xd8\xff\xe0\0\x10JFIF'), 'jpeg'],
    ['PNG', padded('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), 'png'],
    ['GIF 87', padded('GIF87a\x10\0\x10\0'), 'gif'],
    ['GIF 89', padded('GIF89a\x10\0\x10\0'), 'gif'],
    ['BMP', padded('BM\x36\x10\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'), 'bmp'],
    ['TIFF', padded('II*\0\x08\0\0\0'), 'tiff'],
    ['TIFF, other end first', padded('MM\0*\0\0\0\x08'), 'tiff'],
    ['BigTIFF', padded('II+\0\x08\0\0\0'), 'tiff'],
    ['JPEG XL', padded('\xff\x0a\xfa\x1f'), 'jpeg-xl'],
    ['JPEG XL in boxes', padded('\0\0\0\x0cJXL \r\n\x87\n'), 'jpeg-xl'],
    ['JPEG 2000', padded('\0\0\0\x0cjP  \r\n\x87\n'), 'jpeg-2000'],
    ['JPEG 2000 bare', padded('\xff\x4f\xff\x51'), 'jpeg-2000'],
    ['Ogg', padded('OggS\0\x02'), 'sound'],
    ['FLAC', padded('fLaC\0\0\0\x22'), 'sound'],
    ['MP3 with tags', padded('ID3\x04\0'), 'sound'],
    ['MP3', padded('\xff\xfb\x90\x64'), 'sound'],
    ['AAC', padded('\xff\xf1\x50\x80'), 'sound'],
    ['ZIP', padded('PK\x03\x04\x14\0'), 'archive'],
    ['empty ZIP', padded('PK\x05\x06\0\0'), 'archive'],
    ['tar', tar, 'archive'],
    ['7z', padded('7z\xbc\xaf\x27\x1c'), 'archive'],
    ['RAR', padded('Rar!\x1a\x07\x01\0'), 'archive'],
    ['gzip', gzipSync('x'.repeat(40)), 'compressed'],
    ['zlib', deflateSync('x'.repeat(40)), 'compressed'],
    ['zlib, fast', deflateSync('a page of text'.repeat(10), { level: 1 }), 'compressed'],
    ['bzip2', padded('BZh91AY&SY'), 'compressed'],
    ['xz', padded('\xfd7zXZ\0'), 'compressed'],
    ['Zstandard', padded('\x28\xb5\x2f\xfd'), 'compressed'],
    ['HLS playlist', padded('#EXTM3U\n#EXT-X-VERSION:7\n'), 'playlist'],
    ['DASH manifest', latin('<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">'), 'playlist'],
    ['DASH manifest behind its prologue', latin('<?xml version="1.0"?>\n<!-- made by -->\n<MPD type="static">'), 'playlist'],
  ];
  const types = ['text/html', 'application/json', 'text/css', 'application/javascript', 'text/plain', 'application/xml', 'multipart/mixed; boundary=a', 'application/x-nobody-knows', null];
  const before: readonly (readonly [what: string, bytes: string])[] = [
    ['a byte order mark', '\xef\xbb\xbf'],
    ['white space', ' \t\r\n'],
    ['a byte order mark and white space', '\xef\xbb\xbf\r\n\r\n'],
    ['an empty first line', '\n'],
  ];

  for (const [what, begins, kind] of table) {
    it(`${what}: a hit under every type, in whichever pieces it comes`, () => {
      assert.equal(magicOf(begins), kind);
      for (const type of types) {
        const { out, why } = through(judgeFor(answering(type)), [begins]);
        assert.equal(why, 'media-bytes', String(type));
        assert.equal(out.length, 0);
      }
      for (let split = 0; split <= begins.length; split++)
        assert.equal(through(judgeFor(answering('text/html')), [begins.subarray(0, split), begins.subarray(split)]).why, 'media-bytes', `split at ${split}`);
      const single = through(judgeFor(answering('text/html')), pieces(begins, 1));
      assert.deepEqual([single.why, single.out.length], ['media-bytes', 0]);
    });
    for (const [mark, bytes] of before)
      it(`${what} behind ${mark}`, () => {
        assert.equal(through(judgeFor(answering('text/html')), pieces(Buffer.concat([latin(bytes), begins]), 7)).why, 'media-bytes');
      });
  }

  for (const name of sampleNames)
    it(`a real ${name} is known, and passes under no type`, async () => {
      const file = (await mediaSamples())[name];
      assert.notEqual(sniff(file.subarray(0, SNIFFED)), null);
      for (const isAsset of [false, true])
        for (const type of types) {
          const { out, why } = through(judgeFor(answering(type, { isAsset })), pieces(file, 1460));
          assert.equal(why, 'media-bytes', String(type));
          assert.equal(out.length, 0);
        }
    });

  const text = Buffer.from(Array.from({ length: 200 }, (_, at) => `camera ${at}: state ${(at * 7919) % 977}, zone ${(at * 31) % 17}`).join('\n'));
  const compressed: readonly (readonly [string, Buffer])[] = [
    ['gzip', gzipSync(text)],
    ['zlib', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['brotli', brotliCompressSync(text)],
  ];
  for (const [what, body] of compressed)
    it(`${what} is no text, although nobody said that it is compressed`, () => {
      for (const size of [1, 17, 4096]) {
        const { out, why } = through(judgeFor(answering('text/plain')), pieces(body, size));
        assert.ok(why === 'media-bytes' || why === 'binary-in-text', String(why));
        assert.equal(out.length, 0);
      }
    });

  const texts: readonly string[] = [
    'BM is short for benchmark, and a page may begin so',
    'GIF is a format; PNG another',
    'Rar! said the lion',
    'x^2 + y^2 = z^2, and more of it follows',
    'the free text of a page',
    'PK is a name',
    'ID3 tags are not read',
    'MM and II are numerals',
    'OK',
    '',
    '{"ustar":true}',
    `const magic = 'ustar'; ${' '.repeat(233)} ustar is 257 characters in`,
    `${'G'.repeat(188)}${'G'.repeat(188)}${'G'.repeat(188)}`,
    '#EXT is not a playlist',
    '<html><head><title>MPD</title></head><body>MPD</body></html>',
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>',
    '监控画面正常。摄像机 12 个在线。',
    'ÿþ is what is left of a byte order mark',
  ];
  for (const words of texts)
    it(`a text passes as it is: ${words.slice(0, 40)}`, () => {
      for (const size of [1, 3, 5000]) {
        const { out, why } = through(judgeFor(answering('text/plain; charset=utf-8')), pieces(Buffer.from(words), size));
        assert.deepEqual([why, out.toString()], [null, words]);
      }
    });

  it('text in an older encoding passes', () => {
    const gb = Buffer.from('<p>\xbc\xe0\xbf\xd8\xbb\xad\xc3\xe6</p>', 'latin1');
    assert.equal(through(judgeFor(answering('text/html; charset=gb2312')), [gb]).why, null);
  });

  it('bytes of media behind a line that a script wrote first are no text', async () => {
    const { 'clip.mp4': clip, 'frame.jpg': jpeg } = await mediaSamples();
    const notice = Buffer.from(`<br />\n<b>Warning</b>: Undefined index in <b>index.php</b> on line <b>12</b><br />\n${'<p>one more line</p>\n'.repeat(200)}`);
    for (const hidden of [clip, jpeg])
      for (const size of [1, 999, 65_536]) {
        const { out, why } = through(judgeFor(answering('text/html')), pieces(Buffer.concat([notice, hidden]), size));
        assert.equal(why, 'binary-in-text');
        assertNothingLeft(out, hidden, `pieces of ${size}`);
      }
  });
});
