// exportgate journal tail | verify
import type { Entry } from '../domain/audit-event.js';
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

/** Reads the files themselves, so it needs the configuration and not a running gate. */
export const verifyJournalFiles =
  (verify: (context: Context) => Promise<JournalVerdict>): Verb<object> =>
  async (context): Promise<Exit> => {
    const found = await verify(context);
    const line = found.intact
      ? `intact · 完整无误: ${found.size} entries, root ${found.root}`
      : `NOT intact · 已被改动: ${found.fault.code} at ${found.fault.where}`;
    context.output.result({ ...found, fault: found.intact ? null : found.fault }, [line]);
    return found.intact ? 0 : 1;
  };
