// The request's entries (docs/spec/journal.md), read line by line, each by itself, and then as a chain.
import { Broken } from './broken.js';
import { hexOf, joinBytes, textOf } from './bytes.js';
import { readCanonical, type Json } from './canonical.js';
import type { Item } from './manifest.js';
import { leafHash } from './merkle.js';
import { fits, isCount, isHex64, isInstant, isRecord, listOf, members, mostFiles, oneOf, orNull, withMembers, type Shape } from './shape.js';
import type { Source } from './source.js';

export const entriesPath = 'journal/entries.ndjson';
const mostEntryBytes = 8 * 1024;

export interface Line {
  index: number;
  by: string;
  event: string;
  requestId: string;
  requestSequence: number;
  previous: string | null;
  leaf: Uint8Array;
}
export interface PlanLine {
  /** Place in the file, from 0. */
  line: number;
  event: string;
  by: string;
  /** Was the request granted before? */
  isGranted: boolean;
  planDigest: string;
  plan: { number: number; replaces: string | null; items: Item[] } & { [member: string]: Json };
}
export interface History {
  lines: Line[];
  plans: PlanLine[];
  /** What the application asked for. */
  asked: Item[];
  /** SHA-256 of the list of areas that was drawn last, by camera. */
  drawings: Map<string, string>;
  /** Commitments that it made. */
  commitments: Set<string>;
  /** What the last seal says of the package, or of the copies'. */
  sealed: Seal | null;
  /** What it says of the originals', where they leave apart. */
  originals: Seal | null;
}
export interface Seal {
  /** SHA-256 of manifest.json, hex. */
  manifest: string;
  /** SHA-256 of the time stamp that was sealed with it, hex; null where there is none. */
  stamp: string | null;
}

/** Every event of a request, as the specification lists them. */
export const requestEvents = [
  'export-requested',
  'export-denied',
  'export-returned',
  'export-held',
  'plan-replaced',
  'plan-narrowed',
  'call-back-made',
  'paper-served',
  'paper-accepted',
  'paper-overdue',
  'glass-asked',
  'glass-broken',
  'request-withdrawn',
  'request-closed',
  'preserve-queued',
  'preserve-started',
  'footage-sealed',
  'frame-inspected',
  'areas-drawn',
  'footage-viewed',
  'times-confirmed',
  'footage-missing',
  'preserve-failed',
  'preserve-completed',
  'export-unavailable',
  'expiry-near',
  'footage-expired',
  'hold-placed',
  'hold-lifted',
  'personal-erased',
  'deadline-near',
  'deadline-missed',
  'sla-missed',
  'request-reviewed',
  'export-granted',
  'fulfil-started',
  'fulfil-failed',
  'package-sealed',
  'release-asked',
  'clip-released',
  'passphrase-shown',
  'clip-transferred',
  'transfer-ended',
  'receipt-confirmed',
  'receipt-refused',
  'handover-made',
  'handover-signed',
  'copy-transferred',
  'review-drawn',
  'review-overdue',
  'release-reviewed',
  'case-closed',
  'copies-destroyed',
  'destruction-near',
  'destruction-asked',
  'footage-destroyed',
  'copies-found-destroyed',
  'footage-found-destroyed',
  'overwrite-near',
];

const isString: Shape = (value) => typeof value === 'string';
const isFilled: Shape = (value) => isString(value) && value !== '';
const items = listOf(withMembers({ camera: isString, from: isString, to: isString, 'basis?': isString }), 1);
const entryShape = members({
  v: oneOf(1),
  index: isCount,
  at: fits(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  by: isFilled,
  event: oneOf(...requestEvents),
  data: isRecord,
  requestId: isFilled,
  requestSequence: isCount,
  previous: orNull(isHex64),
});
const planData = withMembers({
  planDigest: isString,
  plan: withMembers({ number: Number.isSafeInteger as Shape, replaces: orNull(isString), items }),
});
const sealMembers = { manifest: isString, 'timeStamp?': orNull(members({ sha256: isHex64, at: isInstant })) };
const dataShapes: Record<string, Shape> = {
  'export-requested': withMembers({ items }),
  'export-held': planData,
  'plan-replaced': planData,
  'plan-narrowed': planData,
  'areas-drawn': withMembers({ camera: isString, index: withMembers({ sha256: isString }) }),
  'package-sealed': withMembers({ ...sealMembers, 'originals?': withMembers(sealMembers) }),
};

type SealData = { manifest: string; timeStamp?: { sha256: string } | null };
const sealIn = ({ manifest, timeStamp }: SealData): Seal => ({ manifest, stamp: timeStamp?.sha256 ?? null });

/** `where` of the entry on line i, from 0. */
export const lineAt = (i: number): string => `${entriesPath}:${i + 1}`;

/** Throws Broken `file-missing`, `entry-changed`. */
export async function readHistory(source: Source): Promise<History> {
  const history: History = { lines: [], plans: [], asked: [], drawings: new Map(), commitments: new Set(), sealed: null, originals: null };
  let isGranted = false;
  for await (const bytes of splitLines(source)) {
    const line = history.lines.length;
    const { data, ...entry } = readEntry(bytes, line);
    if (entry.event === 'export-requested') {
      history.asked = data['items'] as unknown as Item[];
      for (const value of Object.values(data)) if (typeof value === 'string' && value.startsWith('sha256:')) history.commitments.add(value);
    }
    if (dataShapes[entry.event] === planData)
      history.plans.push({
        ...(data as unknown as Pick<PlanLine, 'plan' | 'planDigest'>),
        line,
        event: entry.event,
        by: entry.by,
        isGranted,
      });
    if (entry.event === 'areas-drawn') history.drawings.set(data['camera'] as string, (data['index'] as { sha256: string }).sha256);
    if (entry.event === 'export-granted') isGranted = true;
    if (entry.event === 'package-sealed') {
      const { originals, ...sealed } = data as unknown as SealData & { originals?: SealData };
      history.sealed = sealIn(sealed);
      history.originals = originals ? sealIn(originals) : null;
    }
    history.lines.push({ ...entry, leaf: leafHash(bytes) });
  }
  return history;
}

function readEntry(bytes: Uint8Array, i: number): Omit<Line, 'leaf'> & { data: { [member: string]: Json } } {
  const text = textOf(bytes);
  const value = text === null ? undefined : readCanonical(text);
  const entry = value as unknown as Omit<Line, 'leaf'> & { data: { [member: string]: Json } };
  if (!entryShape(value) || !(dataShapes[entry.event] ?? isRecord)(entry.data)) throw new Broken('entry-changed', lineAt(i));
  return entry;
}

async function* splitLines(source: Source): AsyncIterable<Uint8Array> {
  if (!source.files.has(entriesPath)) throw new Broken('file-missing', entriesPath);
  let rest: Uint8Array = new Uint8Array(0);
  let count = 0;
  for await (const piece of source.read(entriesPath)) {
    rest = joinBytes(rest, piece);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      if (end > mostEntryBytes || count >= mostFiles) throw new Broken('entry-changed', lineAt(count));
      yield rest.subarray(0, end);
      count += 1;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > mostEntryBytes) break;
  }
  if (rest.length > 0) throw new Broken('entry-changed', lineAt(count));
}

/**
 * One request, no hole, each naming the one before, from the application to the seal. `isIncluded` is asked only which of two neighbours
 * changed. Throws Broken `entry-missing`, `entry-changed`.
 */
export async function checkChain(lines: readonly Line[], requestId: string, isIncluded: (line: Line) => Promise<boolean>): Promise<void> {
  const ours = lines.some((line) => line.requestId === requestId) ? requestId : lines[0]?.requestId;
  const numbers = new Set(lines.map((line) => line.requestSequence));
  for (const [i, line] of lines.entries()) {
    const before = i > 0 ? lines[i - 1]! : null;
    const isLinked = line.previous === (before === null ? null : hexOf(before.leaf));
    if (line.requestId !== ours) throw changed(i);
    if (line.requestSequence !== i) {
      // Taken out: nobody bears the number that is due, and the link leads elsewhere. Else the number was altered, or the order.
      const isHole = line.requestSequence > i && !numbers.has(i) && !isLinked;
      throw isHole ? missing(i) : changed(i);
    }
    if (!isLinked) throw before !== null && !(await isIncluded(before)) ? changed(i - 1) : changed(i);
    if (before !== null && line.index <= before.index) throw changed(i);
  }
  if (lines.length > 0 && lines[0]!.event !== 'export-requested') throw changed(0);
  const seal = lines.findIndex(({ event }) => event === 'package-sealed');
  if (seal < 0) throw missing(lines.length);
  if (seal < lines.length - 1) throw changed(seal + 1);
}

const missing = (sequence: number): Broken => new Broken('entry-missing', `${entriesPath}#${sequence}`);
const changed = (i: number): Broken => new Broken('entry-changed', lineAt(i));
