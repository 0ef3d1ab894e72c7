// The scan of a paper, from a file: read within its limit and uploaded. What it is, the gate judges.
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { LARGEST_SCAN } from '../papers/scan.js';
import type { Client } from './client.js';

export interface Uploaded {
  sha256: string;
  kind: string;
  bytes: number;
}

/** Problems: `body-malformed` (it cannot be read), `body-too-large`, `scan-refused`. `where`: which place of a form names it. */
export async function uploadScanFile(client: Client, file: string, where?: string): Promise<Uploaded> {
  const place = where === undefined ? '' : `${where}: `;
  const unreadable = (cause: unknown) => new Problem('body-malformed', `${place}${path.basename(file)} cannot be read.`, { cause });
  const { size } = await fs.promises.stat(file).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  // Before it is read: what is too large for the gate may be too large for this memory.
  if (size > LARGEST_SCAN) throw new Problem('body-too-large', `${place}${path.basename(file)} is larger than 20 MB.`);
  const bytes = await fs.promises.readFile(file).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  return client.upload<Uploaded>('/api/v1/scans', bytes).catch((thrown: unknown) => {
    const { code, detail, ...more } = Problem.from(thrown);
    throw new Problem(code, `${place}${path.basename(file)}: ${detail}`, { ...more, cause: thrown });
  });
}
