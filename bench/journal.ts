// The measured journal, in a process of its own: appends by 64 writers, the peers' loops, or a long journal verified. JSON in, JSON out.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { checkpointText } from '../plugin/domain/formats/checkpoint.js';
import { MerkleTree } from '../plugin/domain/formats/merkle.js';
import { signNote, verifierKey } from '../plugin/domain/formats/signed-note.js';
import type { EntryDraft } from '../plugin/domain/audit-event.js';
import { linkOf, writeEntry, type Link } from '../plugin/journal/entry.js';
import { Journal } from '../plugin/journal/journal.js';
import { verifyJournal } from '../plugin/journal/verify.js';
import { holdLock, openSqlite } from '../plugin/store/sqlite.js';

export type JournalOrder = { folder: string; count: number } & (
  { what: 'append'; writers: number } | { what: 'plain' } | { what: 'sqlite' } | { what: 'fill' } | { what: 'verify'; vkey: string }
);
export interface JournalAnswer {
  seconds: number;
  vkey: string;
}

const origin = 'exportgate.example/bench';
const key = generateKeyPairSync('ed25519').privateKey;
const digest = `sha256:${'ab'.repeat(32)}`;

/** Two in three belong to one of a thousand requests, and link. */
const draftOf = (at: number): EntryDraft =>
  at % 3 === 0
    ? {
        event: 'footage-played',
        by: 'p-0123456789abcdef01234567',
        data: {
          recorder: 'nvr-1',
          camera: 'sh-yf-street',
          from: '2026-03-01T00:00:00.000Z',
          to: '2026-03-01T00:01:00.000Z',
          form: 'clip',
          viewing: 7,
          reason: digest,
        },
      }
    : {
        event: 'request-reviewed',
        by: 'p-0123456789abcdef01234567',
        requestId: `EG-310000-SZX01-2026-${String(at % 1000).padStart(6, '0')}`,
        data: { step: 'unit-head', planDigest: digest, policyVersion: digest },
      };

async function timed(step: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await step();
  return (performance.now() - started) / 1000;
}

/** Entries before those that count, for each way alike: a gate runs for months, and V8 compiles on the way. */
const uncounted = 4_096;

async function append({ folder, count }: JournalOrder, writers: number): Promise<number> {
  const journal = await Journal.open({ folder, origin, key, now: () => new Date(), hold: holdLock });
  const write = async (most: number): Promise<void> => {
    let next = 0;
    const one = async (): Promise<void> => {
      for (let at = next++; at < most; at = next++) await journal.append(draftOf(at));
    };
    await Promise.all(Array.from({ length: writers }, one));
  };
  await write(uncounted);
  const seconds = await timed(() => write(count));
  await journal.close();
  return seconds;
}

const lines = (count: number): Buffer[] => Array.from({ length: count }, (_, at) => writeEntry(draftOf(at), at, new Date(0), null).line);

async function plain({ folder, count }: JournalOrder): Promise<number> {
  const entries = lines(uncounted + count);
  const file = await fs.promises.open(path.join(folder, 'plain'), 'w');
  const write = async (some: readonly Buffer[]): Promise<void> => {
    for (const entry of some) {
      await file.write(entry);
      await file.datasync();
    }
  };
  await write(entries.slice(0, uncounted));
  const seconds = await timed(() => write(entries.slice(uncounted)));
  await file.close();
  return seconds;
}

/** A transaction an entry, in WAL with synchronous=FULL, as a table of events is written. */
async function sqlite({ folder, count }: JournalOrder): Promise<number> {
  const entries = lines(uncounted + count).map((line) => line.toString());
  const file = await openSqlite(path.join(folder, 'events.sqlite'));
  file.prepare('create table events (id integer primary key, line text not null)').run([]);
  const insert = file.prepare('insert into events (line) values (?)');
  const write = (some: readonly string[]): void => some.forEach((line) => insert.run([line]));
  write(entries.slice(0, uncounted));
  const seconds = await timed(async () => write(entries.slice(uncounted)));
  file.close();
  return seconds;
}

/** A journal of so many entries, written straight into its files; its tiles are made by opening it. */
async function fill({ folder, count }: JournalOrder): Promise<void> {
  const tree = new MerkleTree();
  const links = new Map<string, Link>();
  const file = await fs.promises.open(path.join(folder, 'entries.ndjson'), 'w');
  for (let at = 0; at < count;) {
    const batch: Buffer[] = [];
    for (; batch.length < 1024 && at < count; at++) {
      const draft: EntryDraft = at === 0 ? { event: 'journal-opened', by: 'gate', data: { origin } } : draftOf(at);
      const id = 'requestId' in draft ? draft.requestId : null;
      const written = writeEntry(draft, at, new Date(1_772_330_400_000 + at * 100), id === null ? null : (links.get(id) ?? null));
      const link = linkOf(written);
      if (id !== null && link) links.set(id, link);
      tree.append(written.leaf);
      batch.push(written.line);
    }
    await file.write(Buffer.concat(batch));
  }
  await file.close();
  await fs.promises.writeFile(path.join(folder, 'checkpoint'), signNote(checkpointText(origin, count, tree.root()), origin, key));
  await (
    await Journal.open({
      folder,
      origin,
      key: createPrivateKey(key.export({ type: 'pkcs8', format: 'pem' })),
      now: () => new Date(),
      hold: holdLock,
    })
  ).close();
}

async function verify({ folder, count }: JournalOrder, vkey: string): Promise<number> {
  return timed(async () => {
    const verdict = await verifyJournal(folder, vkey);
    if (!verdict.intact || verdict.size !== count) throw new Error(`The journal does not verify: ${JSON.stringify(verdict)}`);
  });
}

async function work(order: JournalOrder): Promise<number> {
  if (order.what === 'append') return append(order, order.writers);
  if (order.what === 'plain') return plain(order);
  if (order.what === 'sqlite') return sqlite(order);
  if (order.what === 'verify') return verify(order, order.vkey);
  return timed(() => fill(order));
}

const order = (await json(process.stdin)) as JournalOrder;
const seconds = await work(order);
process.stdout.write(JSON.stringify({ seconds, vkey: verifierKey(origin, key) } satisfies JournalAnswer));
