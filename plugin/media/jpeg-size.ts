// Width and height of a JPEG file, from its frame header (ITU-T T.81, B.2.2).
import { Problem } from '../domain/problem.js';

const [startOfImage, startOfScan, endOfImage] = [0xd8, 0xda, 0xd9];
/** Baseline, extended, progressive: what RFC 2435 and cameras make, and what ffmpeg's decoder reads. */
const frameHeaders = [0xc0, 0xc1, 0xc2];

/** Problem `wrong-footage`: not a JPEG file, or one without pictures. */
export function readJpegSize(file: Buffer): { width: number; height: number } {
  const wrong = (): Problem => new Problem('wrong-footage', 'The recorder sent a picture that is no JPEG.');
  if (file.length < 4 || file[0] !== 0xff || file[1] !== startOfImage) throw wrong();
  for (let at = 2; at + 9 <= file.length;) {
    if (file[at] !== 0xff) throw wrong();
    const marker = file[at + 1]!;
    if (marker === 0xff) {
      at++; // fill byte (B.1.1.2)
      continue;
    }
    if (marker === startOfScan || marker === endOfImage) throw wrong();
    if (frameHeaders.includes(marker)) {
      const [height, width] = [file.readUInt16BE(at + 5), file.readUInt16BE(at + 7)];
      if (width < 8 || height < 8) throw wrong();
      return { width, height };
    }
    at += 2 + file.readUInt16BE(at + 2);
  }
  throw wrong();
}
