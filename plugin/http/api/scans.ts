// Scans of papers over REST: uploaded as they are, judged by content, and served inert to who may see them.
import type { Request, Response } from 'express';
import { Problem } from '../../domain/problem.js';
import { keepScan, showScan, unknownScan } from '../../export/scans.js';
import type { ScanRow } from '../../store/scans.js';
import { operation, type Operation } from '../operation.js';
import type { emptySchema } from '../schemas.js';
import { mayRead } from '../../export/may-read.js';
import type { ApiParts } from './parts.js';

const upload = operation<ApiParts, typeof emptySchema>({
  method: 'post',
  path: '/api/v1/scans',
  summary: 'Upload the scan of a paper, up to 20 MB; what it is, its content says (上传扫描件)',
  takes: ['application/pdf', 'image/png', 'image/jpeg'],
  async run(parts, { subject, request }) {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw new Problem('body-malformed', 'Send the scan as it is, without Content-Encoding.');
    return { status: 201, body: await keepScan(parts, subject, bodyOf(request), Number(request.headers['content-length'] ?? 0)) };
  },
});

const serve = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/scans/{sha256}',
  summary: 'A scan: to who may read the request that names it (?request), or to who uploaded it',
  answers: 'application/octet-stream',
  async run(parts, { subject, params, query, response }) {
    const sha256 = params['sha256']!;
    const request = query.get('request');
    if (request !== null) {
      const state = parts.requests.ids().includes(request) ? parts.requests.state(request) : null;
      if (!state || !(await mayRead(parts, state, subject))) throw unknownScan(sha256);
    }
    const { row, bytes } = await showScan(parts, subject, sha256, request);
    sendInert(response, row, bytes);
    return null;
  },
});

/** The body as it arrives. A reader that stops early leaves the rest to the server, which throws it away. */
async function* bodyOf(request: Request): AsyncGenerator<Buffer> {
  for await (const piece of request.iterator({ destroyOnReturn: false })) yield piece as Buffer;
}

/** Threat: a paper that is a page of ours in the browser of whoever verifies it. It gets no origin, no script, no neighbours. */
function sendInert(response: Response, { sha256, kind, media_type }: ScanRow, bytes: Buffer): void {
  const file = `scan-${sha256.slice(0, 12)}.${kind === 'jpeg' ? 'jpg' : kind}`;
  response
    .status(200)
    .set({
      'Content-Type': media_type,
      'Content-Length': String(bytes.length),
      // A PDF has programs of its own inside: it is not for the browser's viewer on our origin.
      'Content-Disposition': `${kind === 'pdf' ? 'attachment' : 'inline'}; filename="${file}"`,
      'Content-Security-Policy': "sandbox; default-src 'none'",
      'Cross-Origin-Resource-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    })
    .end(bytes);
}

export const scanOperations: readonly Operation<ApiParts>[] = [upload, serve];
