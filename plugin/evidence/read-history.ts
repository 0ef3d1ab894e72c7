// The request's history from journal/entries.ndjson, line by line, in memory that does not grow with what the entries say.
import { parseCanonicalJson } from '../domain/formats/canonical-json.js';
import { leafHash } from '../domain/formats/merkle.js';
import { decodeText } from './decode-text.js';
import { entrySchema } from './entry-schema.js';
import type { ReadEntry } from './entry-schema.js';
import { entriesPath, maxEntryBytes, maxFiles } from './layout.js';
import { Broken } from './package-fault.js';
import type { Source } from './source.js';

/** What later checks need of one entry. */
export interface Line extends Pick<ReadEntry, 'index' | 'requestId' | 'requestSequence' | 'previous' | 'event'> {
  /** Merkle leaf hash of the line's bytes without the newline. */
  leaf: Buffer;
}

/** An entry that holds a plan, and whether the request was granted before it. */
export type PlanLine = Extract<ReadEntry, { event: 'export-held' | 'plan-replaced' | 'plan-narrowed' }>['data'] & { line: number; isGranted: boolean };

export interface History {
  lines: readonly Line[];
  plans: readonly PlanLine[];
  /** Data of the last entry of its kind. */
  held: Extract<ReadEntry, { event: 'export-held' | 'plan-replaced' | 'plan-narrowed' }>['data'] | null;
  sealed: Extract<ReadEntry, { event: 'package-sealed' }>['data'] | null;
  /** Every commitment that these entries make. */
  commitments: ReadonlySet<string>;
}

/** `where` of the entry on line i (from 0). */
export const whereLine = (i: number): string => `${entriesPath}:${i + 1}`;

/** Reads and checks each line by itself. Throws Broken `file-missing`, `entry-changed`. */
export async function readHistory(source: Source): Promise<History> {
  const lines: Line[] = [];
  const commitments = new Set<string>();
  let [held, sealed]: [History['held'], History['sealed']] = [null, null];
  const plans: PlanLine[] = [];
  let isGranted = false;
  for await (const bytes of splitLines(source)) {
    const entry = readEntry(bytes, lines.length);
    if (entry.event === 'export-requested') for (const value of Object.values(entry.data)) if (isCommitment(value)) commitments.add(value);
    if (entry.event === 'export-held' || entry.event === 'plan-replaced' || entry.event === 'plan-narrowed') {
      held = entry.data;
      plans.push({ line: lines.length, isGranted, ...entry.data });
    }
    if (entry.event === 'export-granted') isGranted = true;
    if (entry.event === 'package-sealed') sealed = entry.data;
    const { index, requestId, requestSequence, previous, event } = entry;
    lines.push({ index, requestId, requestSequence, previous, event, leaf: leafHash(bytes) });
  }
  return { lines, held, plans, sealed, commitments };
}

const isCommitment = (value: unknown): value is string => typeof value === 'string' && value.startsWith('sha256:');

function readEntry(bytes: Buffer, i: number): ReadEntry {
  const text = decodeText(bytes);
  try {
    if (text !== null) return entrySchema.parse(parseCanonicalJson(text));
  } catch {
    // Whatever it is, it is not an entry that the gate wrote.
  }
  throw new Broken('entry-changed', whereLine(i));
}

/** Every line ends in a newline, the last one too; none is longer than an entry may be. */
async function* splitLines(source: Source): AsyncIterable<Buffer> {
  if (!source.files.has(entriesPath)) throw new Broken('file-missing', entriesPath);
  let rest = Buffer.alloc(0);
  let count = 0;
  for await (const piece of source.read(entriesPath)) {
    rest = Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a, from)) {
      if (end - from > maxEntryBytes || count >= maxFiles) throw new Broken('entry-changed', whereLine(count));
      yield rest.subarray(from, end);
      count += 1;
      from = end + 1;
    }
    rest = rest.subarray(from);
    if (rest.length > maxEntryBytes) throw new Broken('entry-changed', whereLine(count));
  }
  if (rest.length > 0) throw new Broken('entry-changed', whereLine(count));
}
