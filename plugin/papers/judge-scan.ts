// What lies in these bytes: a PDF, a PNG or a JPEG that a verifier can read. Judged by content alone; a name or a Content-Type says nothing.
import { Problem } from '../domain/problem.js';
import { judgeJpeg } from './judge-jpeg.js';
import { judgePdf } from './judge-pdf.js';
import { judgePng, pngSignature } from './judge-png.js';
import { LARGEST_SCAN, refuseScan, type Scan } from './scan.js';

const kinds: readonly (readonly [begins: Buffer, judge: (file: Buffer) => Scan])[] = [
  [Buffer.from('%PDF-'), judgePdf],
  [pngSignature, judgePng],
  [Buffer.of(0xff, 0xd8, 0xff), judgeJpeg],
];

/** What people send by mistake, so that they are told what it is. */
const strangers: readonly (readonly [begins: RegExp, what: string])[] = [
  [/^PK/, 'a ZIP or Office file'],
  [/^\s*</, 'HTML, XML or SVG'],
  [/^GIF8/, 'a GIF'],
  [/^(II\*\0|MM\0\*)/, 'a TIFF'],
  [/^BM/, 'a BMP'],
  [/^RIFF/, 'a WebP'],
  [/^....ftyp/s, 'a HEIC picture or a video'],
];

/** Problems: `body-too-large`, `scan-refused`. */
export function judgeScan(file: Buffer): Scan {
  if (file.length > LARGEST_SCAN) throw new Problem('body-too-large', tooLarge);
  const found = kinds.find(([begins]) => file.subarray(0, begins.length).equals(begins));
  if (!found) {
    const start = file.toString('latin1', 0, 64);
    const what = strangers.find(([begins]) => begins.test(start))?.[1];
    return refuseScan(
      'unknown-kind',
      `It is no PDF, PNG or JPEG from its first byte on${what ? ` but looks like ${what}` : ''}. Scan it, or save it as one of these.`,
      '从首字节看不是 PDF、PNG 或 JPEG。请扫描或另存为其中一种。',
    );
  }
  refuseZip(file);
  return found[1](file);
}

export const tooLarge = `A scan has ${LARGEST_SCAN / 1024 / 1024} MB at most. 扫描件最大 20 MB。`;

/** A ZIP is read from its end, so a paper can be one as well: its last record would reach exactly to the end of the file (APPNOTE 4.3.16). */
function refuseZip(file: Buffer): void {
  const mark = Buffer.from('PK\x05\x06', 'latin1');
  const from = Math.max(0, file.length - 22 - 0xffff);
  for (let at = file.indexOf(mark, from); at >= 0 && at + 22 <= file.length; at = file.indexOf(mark, at + 1))
    if (at + 22 + file.readUInt16LE(at + 20) === file.length)
      refuseScan('two-files', 'It is a ZIP at the same time. Save it anew.', '该文件同时是一个 ZIP,请重新另存。');
}
