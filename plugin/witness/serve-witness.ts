// The witness over HTTP: POST /add-checkpoint, and nothing else.
import http from 'node:http';
import type { Log } from '../domain/log.js';
import { AddCheckpoints, type WitnessParts } from './add-checkpoint.js';

/** A note has at most 64 KiB, a proof 63 lines of 45 bytes. */
const MOST_BYTES = 72 * 1024;
const PATH = '/add-checkpoint';

/** Not listening yet. */
export function makeWitnessServer(parts: WitnessParts, log: Log): http.Server {
  const checkpoints = new AddCheckpoints(parts);
  const server = http.createServer({ maxHeaderSize: 8 * 1024, requestTimeout: 20_000, headersTimeout: 10_000 }, (request, response) => {
    const started = performance.now();
    const send = (status: number, type: string, body: string): void => {
      response
        .writeHead(status, {
          'content-type': type,
          'content-length': Buffer.byteLength(body),
          'cache-control': 'no-store',
          ...(status === 413 && { connection: 'close' }),
        })
        .end(body);
      log('info', { event: 'request', method: request.method ?? '', path: PATH, status, ms: Math.round(performance.now() - started) });
    };
    answer(request, checkpoints).then(
      ({ status, type, body }) => send(status, type, body),
      (cause: unknown) => {
        // What was not recorded is not cosigned.
        log('error', { event: 'checkpoint-not-recorded', cause });
        if (!response.headersSent) send(503, 'text/plain; charset=utf-8', 'The witness could not record it, so it did not cosign.\n');
        else response.destroy();
      },
    );
  });
  server.maxConnections = 256;
  return server;
}

const plain = (status: number, body: string) => ({ status, type: 'text/plain; charset=utf-8', body: `${body}\n` });

async function answer(request: http.IncomingMessage, checkpoints: AddCheckpoints): Promise<{ status: number; type: string; body: string }> {
  if (request.url !== PATH) return plain(404, `This is a witness: it takes POST ${PATH}.`);
  if (request.method !== 'POST') return plain(405, `${PATH} takes POST.`);
  const tooLong = plain(413, `A checkpoint and its proof have at most ${MOST_BYTES} bytes.`);
  // Who says so beforehand is told; who goes on beyond it without a word is cut off.
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) return tooLong;
  const body = await readUpTo(request, MOST_BYTES);
  return body === null ? tooLong : checkpoints.answer(body);
}

/** Null where there is more. What is no UTF-8 becomes replacement characters, which no signature fits. */
async function readUpTo(request: http.IncomingMessage, most: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
