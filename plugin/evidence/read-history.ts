// The request's history from journal/entries.ndjson, line by line, in memory that does not grow with what the entries say.
import { parseCanonicalJson } from '../domain/formats/canonical-json.js';
import { leafHash } from '../domain/formats/merkle.js';
import { decodeText } from './decode-text.js';
import { entrySchema, planEvents } from './entry-schema.js';
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
type PlanEntry = Extract<ReadEntry, { event: (typeof planEvents)[number] }>;
export type PlanLine = PlanEntry['data'] & Pick<PlanEntry, 'event' | 'by'> & { line: number; isGranted: boolean };
/** What the application asked for. */
export type AskedItems = Extract<ReadEntry, { event: 'export-requested' }>['data']['items'];

/** What package-sealed says of one package. */
export type Seal = Pick<Extract<ReadEntry, { event: 'package-sealed' }>['data'], 'manifest' | 'timeStamp'>;

export interface History {
  lines: readonly Line[];
  plans: readonly PlanLine[];
  /** Data of the last entry of its kind. */
  held: PlanEntry['data'] | null;
  /** Of the application. */
  asked: AskedItems;
  sealed: (Seal & { originals?: Seal }) | null;
  /** SHA-256 of the list that was drawn last of each camera. */
  drawings: ReadonlyMap<string, string>;
  /** Every commitment that these entries make. */
  commitments: ReadonlySet<string>;
}

/** `where` of the entry on line i (from 0). */
export const whereLine = (i: number): string => `${entriesPath}:${i + 1}`;

/** Reads and checks each line by itself. Throws Broken `file-missing`, `entry-changed`. */
export async function readHistory(source: Source): Promise<History> {
  const lines: Line[] = [];
  const commitments = new Set<string>();
  const drawings = new Map<string, string>();
  let [held, sealed]: [History['held'], History['sealed']] = [null, null];
  const plans: PlanLine[] = [];
  let asked: AskedItems = [];
  let isGranted = false;
  for await (const bytes of splitLines(source)) {
    const entry = readEntry(bytes, lines.length);
    if (entry.event === 'export-requested') {
      asked = entry.data.items;
      for (const value of Object.values(entry.data)) if (isCommitment(value)) commitments.add(value);
    }
    if (entry.event === 'areas-drawn') drawings.set(entry.data.camera, entry.data.index.sha256);
    if (isPlanEntry(entry)) {
      held = entry.data;
      plans.push({ line: lines.length, isGranted, event: entry.event, by: entry.by, ...entry.data });
    }
    if (entry.event === 'export-granted') isGranted = true;
    if (entry.event === 'package-sealed') sealed = entry.data;
    const { index, requestId, requestSequence, previous, event } = entry;
    lines.push({ index, requestId, requestSequence, previous, event, leaf: leafHash(bytes) });
  }
  return { lines, held, asked, plans, sealed, drawings, commitments };
}

const isPlanEntry = (entry: ReadEntry): entry is PlanEntry => (planEvents as readonly string[]).includes(entry.event);
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
