// Pictures as parts of `multipart/x-mixed-replace`: read as ffmpeg writes them, written as ZoneMinder's stream program does.
import { Problem } from '../domain/problem.js';

/** One picture for a stream of them: it may be sent again and again, and another one may follow. */
export const picturePart = (boundary: string, jpeg: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`, 'latin1'),
    jpeg,
    Buffer.from('\r\n', 'latin1'),
  ]);

const [mostHead, mostPicture] = [1024, 64 * 1024 * 1024];
const notPictures = (): Problem => new Problem('render-failed', 'The pictures came out in a form that nobody knows.');

/** Takes the output of ffmpeg's `mpjpeg` apart: bytes in, whole pictures out. */
export function splitPictures(): (bytes: Buffer) => Buffer[] {
  let pieces: Buffer[] = [];
  let [held, wanted] = [0, 0];
  return (bytes) => {
    pieces.push(bytes);
    held += bytes.length;
    const found: Buffer[] = [];
    // Joined only when enough is there: a large picture comes in many pieces.
    while (held > wanted) {
      const all = Buffer.concat(pieces, held);
      const head = all.indexOf('\r\n\r\n');
      const length = Number(/^content-length: *(\d+)\r?$/im.exec(all.toString('latin1', 0, Math.max(0, head)))?.[1] ?? NaN);
      if ((head < 0 && held > mostHead) || head > mostHead || (head >= 0 && !(length <= mostPicture))) throw notPictures();
      pieces = [all];
      if (head < 0) break;
      const end = head + 4 + length;
      wanted = end - 1;
      if (held < end) break;
      found.push(all.subarray(head + 4, end));
      pieces = [all.subarray(end)];
      [held, wanted] = [held - end, 0];
    }
    return found;
  };
}
