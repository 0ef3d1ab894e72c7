// What a judged scan is, how large one may be, and how it is refused: with the reason, in both languages.
import { Problem } from '../domain/problem.js';

export const scanKinds = ['pdf', 'png', 'jpeg'] as const;
export type ScanKind = (typeof scanKinds)[number];

/** Bytes of one scan. */
export const LARGEST_SCAN = 20 * 1024 * 1024;
/** Of a picture, read from its header: what a viewer would have to unfold in memory. */
const MOST_PIXELS = 64_000_000;
const LONGEST_SIDE = 20_000;

export interface Scan {
  kind: ScanKind;
  mediaType: string;
  /** Of pictures. */
  width?: number;
  height?: number;
  /** Of a PDF whose pages can be counted without unpacking it. */
  pages?: number;
}

export function refuseScan(code: string, detail: string, zh: string): never {
  throw new Problem('scan-refused', detail, { faults: [{ code, where: 'scan', detail, zh }] });
}

/** Problem `scan-refused`. */
export function judgeSize(width: number, height: number): { width: number; height: number } {
  if (width === 0 || height === 0) refuseScan('size-missing', 'Its header names no width or no height.', '文件头未写明宽或高。');
  if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > MOST_PIXELS)
    refuseScan(
      'too-many-pixels',
      `It has ${width} × ${height} pixels; at most ${LONGEST_SIDE} a side and ${MOST_PIXELS / 1_000_000} million are taken. An A4 page at 300 dpi has 2480 × 3508.`,
      `图像为 ${width} × ${height} 像素;每边最多 ${LONGEST_SIDE},总数最多 6400 万。A4 纸 300 dpi 为 2480 × 3508。`,
    );
  return { width, height };
}

/** Scanners pad with a few zero bytes; anything else behind the end is a second file in the first. */
const MOST_PADDING = 16;

export function judgeEnd(rest: Buffer): void {
  if (rest.length > MOST_PADDING || rest.some((byte) => byte !== 0))
    refuseScan(
      'more-behind-the-end',
      `${rest.length} bytes follow the end of the picture: a second file hides there, or a phone added its own. Save it anew as PNG, JPEG or PDF.`,
      `图像结尾之后还有 ${rest.length} 字节:可能夹带另一文件。请重新另存为 PNG、JPEG 或 PDF。`,
    );
}
