// exportgate journal tail | verify
import fs from 'node:fs';
import type { Entry } from '../domain/audit-event.js';
import { Problem } from '../domain/problem.js';
import { clientOf, type Context, type Verb } from './context.js';
import type { Exit } from './outcome.js';

export const tailJournal: Verb<{ count: string }> = async (context, { count }) => {
  const { entries, size } = await clientOf(context).get<{ size: number; entries: Entry[] }>(
    `/api/v1/journal?count=${encodeURIComponent(count)}`,
  );
  context.output.result({ size, entries }, entries.map(entryLine));
  return 0;
};

export const entryLine = (entry: Entry): string =>
  [
    String(entry.index).padStart(6),
    entry.at,
    entry.event.padEnd(20),
    entry.by,
    'requestId' in entry ? `${entry.requestId} #${entry.requestSequence}` : '',
  ]
    .join('  ')
    .trimEnd();

export type JournalVerdict = { intact: true; size: number; root: string } | { intact: false; fault: { code: string; where: string } };

/** A checkpoint that was kept elsewhere. */
export interface KeptFile {
  where: string;
  note: string;
}

const maxNoteBytes = 65_536;

/** Reads the files themselves, so it needs the configuration and not a running gate. */
export const verifyJournalFiles =
  (verify: (context: Context, kept: readonly KeptFile[]) => Promise<JournalVerdict>): Verb<{ since: readonly string[] }> =>
  async (context, { since }): Promise<Exit> => {
    const found = await verify(context, since.map(readKept));
    const line = found.intact
      ? `intact · 完整无误: ${found.size} entries, root ${found.root}`
      : `NOT intact · 已被改动: ${found.fault.code} at ${found.fault.where}`;
    context.output.result({ ...found, fault: found.intact ? null : found.fault }, [line]);
    return found.intact ? 0 : 1;
  };

function readKept(file: string): KeptFile {
  let bytes: Buffer;
  try {
    // Not by its size: a device has none, and never ends; nor is a pipe waited for that nobody writes to.
    const handle = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    try {
      const most = Buffer.alloc(maxNoteBytes + 1);
      bytes = most.subarray(0, fs.readSync(handle, most, 0, most.length, 0));
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    throw new Problem('not-found', `${file} cannot be read; it should be a checkpoint that was kept.`);
  }
  if (bytes.length > maxNoteBytes) throw new Problem('body-too-large', `${file} is longer than any checkpoint.`);
  return { where: file, note: bytes.toString() };
}
