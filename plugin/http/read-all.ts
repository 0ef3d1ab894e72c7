// A message's bytes, bounded.
import type http from 'node:http';
import type { Problem } from '../domain/problem.js';

/** Keeps `most` bytes; what comes behind them is dropped as it comes, so that a client still gets its answer. */
export function readAll(
  stream: http.IncomingMessage,
  most: number,
  problems: { long(): Problem; broken(cause?: unknown): Problem },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= most) return void chunks.push(chunk);
      stream.off('data', take).resume();
      reject(problems.long());
    };
    stream
      .on('data', take)
      .on('end', () => resolve(Buffer.concat(chunks)))
      .on('error', (cause) => reject(problems.broken(cause)))
      // An error's stack costs more than a page: none is made of what ended well.
      .on('close', () => stream.readableEnded || reject(problems.broken()));
  });
}
