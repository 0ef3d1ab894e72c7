// A JPEG read segment by segment to its end, without decoding its picture (ITU-T T.81, annex B).
import { judgeEnd, judgeSize, refuseScan, type Scan } from './scan.js';

const [startOfImage, endOfImage, startOfScan] = [0xd8, 0xd9, 0xda];
/** Baseline, extended, progressive: what every viewer shows. */
const shown = [0xc0, 0xc1, 0xc2];
/** Lossless, differential and arithmetic ones; 0xc4, 0xc8 and 0xcc are no frame headers. */
const unshown = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/** Problem `scan-refused`. */
export function judgeJpeg(file: Buffer): Scan {
  let size: { width: number; height: number } | null = null;
  let hasScan = false;
  let at = 2;
  while (at + 2 <= file.length) {
    if (file[at] !== 0xff) return broken('no segment where one must begin', '段结构不符');
    const marker = file[at + 1]!;
    if (marker === 0xff) {
      at++; // fill byte (B.1.1.2)
      continue;
    }
    if (marker === endOfImage) {
      if (!size || !hasScan) return broken('it has no picture', '其中没有图像');
      judgeEnd(file.subarray(at + 2));
      return { kind: 'jpeg', mediaType: 'image/jpeg', ...size };
    }
    if (marker === startOfImage || marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd7) || at + 4 > file.length)
      return broken('a marker stands where none may', '标记位置不符');
    const length = file.readUInt16BE(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > file.length) return broken('a segment is longer than the file', '段长超出文件');
    if (unshown.includes(marker))
      refuseScan(
        'unusual',
        'It is a JPEG that browsers do not show (lossless or arithmetic). Save it as a plain one.',
        '该 JPEG 编码浏览器不能显示,请另存为普通 JPEG。',
      );
    if (shown.includes(marker)) {
      if (size || length < 11) return broken('it has more or less than one frame header', '帧头数量或长度不符');
      size = judgeSize(file.readUInt16BE(at + 7), file.readUInt16BE(at + 5));
    }
    at = end;
    if (marker === startOfScan) {
      if (!size) return broken('its picture comes before its header', '图像先于帧头');
      hasScan = true;
      at = endOfScan(file, at);
    }
  }
  return broken('it ends before its end marker', '文件不完整');
}

/** Entropy-coded data holds 0xff only with 0x00 or a restart marker behind it (B.1.1.5). */
function endOfScan(file: Buffer, from: number): number {
  for (let at = from; at + 1 < file.length; at++) {
    if (file[at] !== 0xff) continue;
    const next = file[at + 1]!;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return file.length;
}

const broken = (why: string, zh: string): never =>
  refuseScan(
    'broken',
    `It begins like a JPEG and is none: ${why}. Scan or save it anew.`,
    `开头像 JPEG 但不是有效文件:${zh}。请重新扫描或另存。`,
  );
