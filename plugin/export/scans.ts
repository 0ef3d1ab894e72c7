// Scans of papers: taken in, judged, sealed and recorded; shown to who may see them, after an entry; and gone where no application names them.
import { createHash } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import type { Person, UserId } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import { judgeScan, tooLarge } from '../papers/judge-scan.js';
import { LARGEST_SCAN, type Scan } from '../papers/scan.js';
import type { Objects } from '../store/objects.js';
import type { ScanRow } from '../store/scans.js';
import type { Store } from '../store/store.js';
import { sealBytes } from './custody.js';
import type { ScanTurns } from './scan-turns.js';

export interface ScanParts {
  journal: Journal;
  store: Store;
  objects: Objects;
  scanTurns: ScanTurns;
  /** Never filled by papers either: the journal must always find room. */
  reserveBytes: number;
  now: () => Date;
}

export interface KeptScan extends Scan {
  sha256: string;
  bytes: number;
}

/** Bytes that one person may have waiting for an application. */
const MOST_UNUSED = 200 * 1024 * 1024;
/** How long a scan waits for an application. */
const UNUSED_MS = 7 * 86_400_000;

/**
 * Problems: `body-too-large`, `body-malformed` (it broke off), `scan-refused`, `scans-unused`, `too-many-requests`, `disk-full`,
 * `journal-unwritable`. `announced`: bytes that the sender says will come.
 */
export function keepScan(parts: ScanParts, person: Person, body: AsyncIterable<Buffer> | Buffer, announced = 0): Promise<KeptScan> {
  if (announced > LARGEST_SCAN) throw new Problem('body-too-large', tooLarge);
  return parts.scanTurns.upload(person.user, async () => {
    const { sha256, bytes } = await readScan(Buffer.isBuffer(body) ? [body] : body);
    const scan = judgeScan(bytes);
    return parts.scanTurns.change(() => keep(parts, person, sha256, scan, bytes));
  });
}

/** Hashed while it is read; nothing behind the limit is. */
async function readScan(body: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<{ sha256: string; bytes: Buffer }> {
  const hash = createHash('sha256');
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of body) {
      length += piece.length;
      if (length > LARGEST_SCAN) throw new Problem('body-too-large', tooLarge);
      hash.update(piece);
      pieces.push(piece);
    }
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown;
    throw new Problem('body-malformed', 'The scan did not come whole. Send it again.', { cause: thrown });
  }
  return { sha256: hash.digest('hex'), bytes: Buffer.concat(pieces) };
}

/** The object, then the entry, then the row: a crash in between leaves an object that no row names, and the next start removes it. */
async function keep(parts: ScanParts, person: Person, sha256: string, scan: Scan, bytes: Buffer): Promise<KeptScan> {
  const { journal, store, objects, now } = parts;
  const told = { sha256, bytes: bytes.length, ...scan };
  if (await store.scans.isKeptBy(sha256, person.user)) return told;
  if ((await store.scans.unusedBytes(person.user)) + bytes.length > MOST_UNUSED)
    throw new Problem(
      'scans-unused',
      `Scans that no application names yet may have ${MOST_UNUSED / 1024 / 1024} MB; after 7 days they go.`,
    );
  const known = await store.scans.find(sha256);
  const row = known ?? (await seal(parts, sha256, scan, bytes));
  try {
    await journal.append({ event: 'scan-kept', by: person.pseudonym, data: { sha256, bytes: bytes.length, kind: scan.kind } });
    await store.scans.keep(row, person.user, now().toISOString());
  } catch (thrown) {
    if (!known) await objects.remove(row.object);
    throw thrown;
  }
  return told;
}

async function seal({ objects, reserveBytes }: ScanParts, sha256: string, scan: Scan, bytes: Buffer): Promise<ScanRow> {
  if ((await objects.room()) - reserveBytes < bytes.length)
    throw new Problem('disk-full', 'The disk has no room for papers above its reserve. Nothing was kept.');
  const sealed = await sealBytes(objects, bytes);
  const { kind, mediaType, width = null, height = null, pages = null } = scan;
  return { sha256, kind, media_type: mediaType, bytes: bytes.length, width, height, pages, object: sealed.object };
}

/** Did this person (who types the application in) upload it, and is it still here? */
export const isKept = (store: Store, user: UserId, sha256: string): Promise<boolean> => store.scans.isKeptBy(sha256, user);

/**
 * These are papers of the request from now on, and stay as long as it does. Before the entry of the application: a row of a request that
 * never came to be goes at the next start, a recorded request whose papers were swept would be a loss. Problem `scan-unknown`.
 */
export const bindScans = (store: Store, requestId: string, hashes: readonly string[]): Promise<void> => store.scans.bind(requestId, hashes);

/** The request's papers are nobody's business any more: what no other request and no uploader keeps goes with the next sweep. */
export const unbindScans = (store: Store, requestId: string): Promise<void> => store.scans.unbind(requestId);

/** The papers of a request, by hash. */
export const scansOf = (store: Store, requestId: string): Promise<ScanRow[]> => store.scans.ofRequest(requestId);

/**
 * The bytes, recorded before they are shown. `asReaderOf`: the request that the caller found this person may read; null: as uploader.
 * Problems: `scan-unknown`, `journal-unwritable`, `object-corrupt`.
 */
export async function showScan(
  { journal, store, objects }: Pick<ScanParts, 'journal' | 'store' | 'objects'>,
  person: Person,
  sha256: string,
  asReaderOf: string | null,
): Promise<{ row: ScanRow; bytes: Buffer }> {
  const row =
    asReaderOf === null
      ? (await store.scans.isKeptBy(sha256, person.user)) && (await store.scans.find(sha256))
      : (await store.scans.ofRequest(asReaderOf)).find((it) => it.sha256 === sha256);
  if (!row) throw unknownScan(sha256);
  await journal.append({ event: 'scan-read', by: person.pseudonym, data: { sha256, request: asReaderOf } });
  const pieces: Buffer[] = [];
  for await (const piece of objects.read(row.object)) pieces.push(Buffer.from(piece));
  const bytes = Buffer.concat(pieces);
  // Threat: the row changed in the database, so that another sealed object is shown under this hash.
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new Problem('object-corrupt', `The sealed scan ${sha256} is not what was uploaded.`);
  return { row, bytes };
}

/** The same words for what is not there and what is not theirs. */
export const unknownScan = (sha256: string): Problem =>
  new Problem('scan-unknown', `There is no scan ${sha256.slice(0, 64)} that you may see this way.`);

/** What no application named within 7 days. Recorded first; then the row, then the object. */
export function sweepScans({ journal, store, objects, scanTurns, now }: ScanParts): Promise<void> {
  return scanTurns.change(async () => {
    const before = new Date(now().getTime() - UNUSED_MS).toISOString();
    for (const { sha256, user } of await store.scans.unused(before)) {
      const account = user && (await store.people.pseudonymOf(user));
      await journal.append({ event: 'scan-discarded', by: 'gate', data: { sha256, account } });
      const object = await store.scans.discard(sha256, user);
      if (object !== null) await objects.remove(object);
    }
  });
}

/** At start, before the sweep of objects: what a crash bound to a request that never came to be is bound no longer. */
export async function releaseStrayScans({ store, isRequest }: { store: Store; isRequest(id: string): boolean }): Promise<void> {
  for (const request of await store.scans.boundRequests()) if (!isRequest(request)) await store.scans.unbind(request);
}
