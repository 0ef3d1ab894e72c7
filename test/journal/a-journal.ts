// A journal in a temporary folder, with a fixed key and a clock that ticks by itself.
import { createPrivateKey } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RequestDraft } from '../../plugin/domain/audit-event.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { ProblemCode } from '../../plugin/domain/problem.js';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { Journal } from '../../plugin/journal/journal.js';
import { holdLock } from '../../plugin/store/sqlite.js';

export const origin = 'exportgate.example/test';
/** RFC 8032 section 7.1, test 1: a key that everybody knows, for vectors. */
export const key = createPrivateKey({
  key: Buffer.from('302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'),
  format: 'der',
  type: 'pkcs8',
});
export const vkey = verifierKey(origin, key);

export const aFolder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-journal-'));

export function open(folder: string, parts: Partial<Parameters<typeof Journal.open>[0]> = {}): Promise<Journal> {
  let seconds = 0;
  const now = (): Date => new Date(Date.UTC(2026, 2, 1, 2, 0, seconds++));
  return Journal.open({ folder, origin, key, now, hold: holdLock, ...parts });
}

/** The journal cares for links, not for what may follow what: one event is as good as another. */
export const aDraft = (requestId: string, code = 'footage-missing'): RequestDraft => ({
  event: 'fulfil-failed',
  by: 'gate',
  requestId,
  data: { code },
});

export const entriesFile = (folder: string): string => path.join(folder, 'entries.ndjson');

export const isProblem =
  (code: ProblemCode, detail = /^/) =>
  (thrown: unknown): boolean =>
    thrown instanceof Problem && thrown.code === code && detail.test(thrown.detail);
