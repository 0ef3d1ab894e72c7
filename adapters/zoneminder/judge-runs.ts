// A film that would fill the memory: a run of fragments (ISO/IEC 14496-12, 8.8.8) may claim four thousand million samples in twenty bytes,
// where none has facts of its own, and mediabunny makes an object of each. Such a one is refused before it is read.
import { Problem } from '../../plugin/domain/problem.js';
import type { Film } from './film.js';

/** No camera makes so many pictures between two key frames, nor so many sounds. */
const mostInRun = 100_000;
const factsOfSamples = 0xf00;

/** Places in `bytes` where such a run would stand. Among pictures the same bytes stand by chance, once in sixty gigabytes. */
function suspects(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf('trun'); at >= 0; at = bytes.indexOf('trun', at + 4))
    if (at + 12 <= bytes.length && (bytes.readUInt32BE(at + 4) & factsOfSamples) === 0 && bytes.readUInt32BE(at + 8) > mostInRun)
      found.push(at);
  return found;
}

/** Handed each piece that is read, with its place. Problem `vms-fault`. */
export function judgeRuns(film: Film): (from: number, bytes: Buffer) => Promise<void> {
  /** The box of the outermost row that is known to lie last before what was asked. */
  let box = { at: 0, end: 0, isFragment: false };

  /** By the boxes from the beginning of the file on: does this byte lie in the head of a fragment? */
  async function isInFragment(place: number): Promise<boolean> {
    if (place < box.at) box = { at: 0, end: 0, isFragment: false };
    while (box.end <= place) {
      const head = await film.read(box.end, Math.min(film.size, box.end + 16));
      if (head.length < 16) return false;
      const short = head.readUInt32BE(0);
      const size = short === 0 ? film.size - box.end : short === 1 ? Number(head.readBigUInt64BE(8)) : short;
      if (size < 8) return false;
      box = { at: box.end, end: box.end + size, isFragment: head.toString('latin1', 4, 8) === 'moof' };
    }
    return box.isFragment;
  }
  return async (from, bytes) => {
    for (const at of suspects(bytes))
      if (await isInFragment(from + at))
        throw new Problem('vms-fault', 'The video system’s film claims more pictures than any camera makes.');
  };
}
