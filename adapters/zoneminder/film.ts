// An event's film on ZoneMinder, read in pieces: footage lies in memory, some megabytes of it, and on no disk.
import { Problem } from '../../plugin/domain/problem.js';
import type { CallOptions } from './api.js';
import type { Device } from './device.js';
import { mostResumes, readBytes, windowBytes } from './limits.js';

export interface Film {
  /** Bytes, when it was first asked for: one that is being recorded grows. 0: there is none. */
  size: number;
  /** Bytes `from` up to `to` (not with it). Problems: `vms-unreachable`, `vms-refused`, `vms-fault`. */
  read(from: number, to: number): Promise<Buffer>;
}

/** How often pieces broke off and were asked for again, over all films of a pull. */
export interface Resumes {
  count: number;
}

interface Piece {
  from: number;
  bytes: Buffer;
}

const tailBytes = 512 * 1024;
/** Pieces that are kept: an index at the end of the file, and where each of two tracks is read. */
const mostPieces = 3;
const film = { type: /^video\//, most: windowBytes };

/** Waits. Throws the signal's reason. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Problems: `vms-unreachable`, `vms-refused`, `vms-fault`. */
export async function openFilm({ api, limits }: Device, event: string, resumes: Resumes, options: CallOptions): Promise<Film> {
  const form = { view: 'view_video', eid: event };
  const again = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch (thrown) {
        // A connection that breaks is asked once more, a few times in a pull; whoever refuses or talks nonsense is not.
        if (!(thrown instanceof Problem) || thrown.code !== 'vms-unreachable' || resumes.count >= mostResumes) throw thrown;
        await pause(limits.backoffMs * 2 ** resumes.count++, options.signal);
      }
    }
  };
  // Without a range: 1.36 promises more than it sends where a range ends behind the file, and what it tells then is no length. The rest of
  // the answer is left unread.
  const first = await again(() => api.file(form, { ...film, cut: true }, options));
  if (first.status === 404) return { size: 0, read: () => Promise.reject(new RangeError('there is no film')) };
  const told = first.headers['content-length'];
  if (told === undefined && first.body.length >= windowBytes)
    throw new Problem('vms-fault', `The video system does not tell how long the film of event ${event} is.`);
  const size = told === undefined ? first.body.length : Number(told);
  let pieces: Piece[] = [{ from: 0, bytes: first.body }];

  async function fetch(from: number, to: number): Promise<Piece> {
    const end = Math.min(size, Math.max(to, from + windowBytes));
    // An index lies at the end, and what leads to it: read backwards, it would be asked for in shreds.
    const begin = to === size ? Math.max(0, Math.min(from, size - tailBytes)) : from;
    const answer = await again(() => api.file(form, { ...film, most: end - begin, range: [begin, end - 1] }, options));
    if (answer.status !== 206 || answer.body.length !== end - begin)
      throw new Problem(
        'vms-fault',
        `The video system does not give the film of event ${event} in pieces, or not the piece that was asked for.`,
      );
    return { from: begin, bytes: answer.body };
  }
  return {
    size,
    async read(from, to) {
      if (from < 0 || to > size || from > to) throw new RangeError('outside of the film');
      if (to - from > readBytes)
        throw new Problem('vms-fault', `The film of event ${event} wants to be read in one piece of ${to - from} bytes.`);
      const held = pieces.find((piece) => piece.from <= from && to <= piece.from + piece.bytes.length) ?? (await fetch(from, to));
      pieces = [held, ...pieces.filter((piece) => piece !== held)].slice(0, mostPieces);
      return held.bytes.subarray(from - held.from, to - held.from);
    },
  };
}
