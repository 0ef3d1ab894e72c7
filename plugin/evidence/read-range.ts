// Bytes of an open file, in pieces, in constant memory.
import type { FileHandle } from 'node:fs/promises';

const pieceBytes = 1024 * 1024;

/** Bytes [from, to); fewer where the file ends before. Each piece is a buffer of its own. */
export async function* readRange(handle: FileHandle, from: number, to: number): AsyncIterable<Buffer> {
  for (let at = from; at < to;) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, to - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}
