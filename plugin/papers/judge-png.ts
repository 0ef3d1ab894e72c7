// A PNG read chunk by chunk, without unpacking its picture (PNG specification, third edition, sections 5 and 11).
import { crc32 } from 'node:zlib';
import { judgeEnd, judgeSize, refuseScan, type Scan } from './scan.js';

export const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex');

/** Colour type → allowed bit depths (section 11.2.1). */
const depths: Record<number, readonly number[]> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
/** Bounds the walk; a page of 20 MB in chunks of 8 KB has 2,560. */
const MOST_CHUNKS = 20_000;

/** Problem `scan-refused`. */
export function judgePng(file: Buffer): Scan {
  let size: { width: number; height: number } | null = null;
  let hasPicture = false;
  let at = pngSignature.length;
  for (let count = 0; count < MOST_CHUNKS; count++) {
    if (at + 12 > file.length) break;
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > file.length) break;
    if (crc32(file.subarray(at + 4, end - 4)) !== file.readUInt32BE(end - 4)) broken('a checksum is wrong', '校验和不符');
    if ((count === 0) !== (type === 'IHDR')) broken('IHDR is not its first chunk, once', 'IHDR 不是首个且唯一的块');
    if (type === 'IHDR') size = readHeader(file.subarray(at + 8, end - 4));
    if (type === 'IDAT') hasPicture = true;
    if (type === 'acTL')
      refuseScan('animated', 'It is animated: a verifier would see one of its pictures only.', '这是动画 PNG,核验人只能看到其中一帧。');
    if (type === 'IEND') {
      if (length > 0 || !hasPicture || !size) broken('it has no picture', '其中没有图像');
      judgeEnd(file.subarray(end));
      return { kind: 'png', mediaType: 'image/png', ...size };
    }
    at = end;
  }
  return broken('it ends before its end chunk', '文件不完整');
}

function readHeader(data: Buffer): { width: number; height: number } {
  if (data.length !== 13) broken('its header has another length', '文件头长度不对');
  const [depth, colour, compression, filter, interlace] = data.subarray(8);
  const known = depths[colour!]?.includes(depth!) && compression === 0 && filter === 0 && interlace! <= 1;
  if (!known) broken('its header names a form that PNG does not have', '文件头所示格式不存在');
  return judgeSize(data.readUInt32BE(0), data.readUInt32BE(4));
}

const broken = (why: string, zh: string): never =>
  refuseScan(
    'broken',
    `It begins like a PNG and is none: ${why}. Scan or save it anew.`,
    `开头像 PNG 但不是有效文件:${zh}。请重新扫描或另存。`,
  );
