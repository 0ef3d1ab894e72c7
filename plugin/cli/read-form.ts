// The form of an application, from a file: scans stay where they are, their hashes go along.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';

const LARGEST_SCAN = 20 * 1024 * 1024;

interface Paper {
  scanFile?: string;
  scanSha256?: string;
}

/** `scanFile` of a paper names the scan beside the form: its hash is what goes into the application. */
export async function readForm(file: string): Promise<unknown> {
  const text = await fs.promises.readFile(file, 'utf8').catch(() => {
    throw new Problem('body-malformed', `${file} cannot be read.`);
  });
  let form: { instrument?: Paper & { approval?: Paper } };
  try {
    form = JSON.parse(text) as typeof form;
  } catch {
    throw new Problem('body-malformed', `${file} is not JSON.`);
  }
  await hashScan(form.instrument, 'instrument', path.dirname(file));
  await hashScan(form.instrument?.approval, 'instrument.approval', path.dirname(file));
  return form;
}

async function hashScan(paper: Paper | undefined, where: string, folder: string): Promise<void> {
  const scan = paper?.scanFile;
  if (!paper || scan === undefined) return;
  const place = path.resolve(folder, scan);
  const { size } = await fs.promises.stat(place).catch(() => {
    throw new Problem('body-malformed', `${where}.scanFile: ${scan} cannot be read.`);
  });
  if (size > LARGEST_SCAN) throw new Problem('body-too-large', `${scan} is larger than 20 MB.`);
  paper.scanSha256 = createHash('sha256')
    .update(await fs.promises.readFile(place))
    .digest('hex');
  delete paper.scanFile;
}
