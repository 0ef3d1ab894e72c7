// A package as it lies before us, an archive or a folder, and the bytes behind it.
import { Broken, type FaultCode } from './broken.js';
import { joinBytes } from './bytes.js';

/** Bytes that can be read in pieces: a file that somebody chose. */
export interface Readable {
  size: number;
  /** [from, to); fewer bytes where it ends before. */
  read(from: number, to: number): Promise<Uint8Array>;
}

export interface Source {
  /** Path → bytes, of everything that is there. */
  files: ReadonlyMap<string, number>;
  /** The file in pieces. Throws Broken `file-missing`. */
  read(path: string): AsyncIterable<Uint8Array>;
  /** Once every file was read: throws Broken `archive-malformed` where the archive is not in its one form. */
  settle(): void;
}

const pieceBytes = 2 * 1024 * 1024;

export async function* readPieces(from: Readable, start: number, end: number): AsyncIterable<Uint8Array> {
  for (let at = start; at < end;) {
    const piece = await from.read(at, Math.min(at + pieceBytes, end));
    if (piece.length === 0) return;
    at += piece.length;
    yield piece;
  }
}

/** A whole file of at most `limit` bytes. Throws Broken: `file-missing`, or `tooLarge`. */
export async function readWhole(source: Source, path: string, limit: number, tooLarge: FaultCode): Promise<Uint8Array> {
  const bytes = source.files.get(path);
  if (bytes === undefined) throw new Broken('file-missing', path);
  if (bytes > limit) throw new Broken(tooLarge, path);
  const pieces: Uint8Array[] = [];
  for await (const piece of source.read(path)) pieces.push(piece);
  return joinBytes(...pieces);
}
