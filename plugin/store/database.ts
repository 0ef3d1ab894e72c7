// The one door to kysely: the tables as types, their migrations, and the opened database.
import { Kysely, SqliteDialect, sql } from 'kysely';
import type { Generated, Transaction } from 'kysely';
import { Problem } from '../domain/problem.js';
import type { NoticeRow } from './notices.js';
import type { LetterRow } from './outbox.js';
import type { RequestRow } from './requests.js';
import type { SessionRow } from './sessions.js';
import type { DraftRow } from './drafts.js';
import type { ScanRow } from './scans.js';
import { openSqlite } from './sqlite.js';

export interface Tables {
  /** One row: how many journal entries the projection holds. */
  projection: { id: 1; position: number };
  /** `updated_index`: the journal entry that the row stands at. */
  requests: RequestRow & { updated_index: number };
  /** Values that the journal only commits to. Erasing a row makes its commitment mute for ever (PIPL art 47). */
  personal: { commitment: string; field: string; value: string; salt: Uint8Array };
  people: { user: string; salt: Uint8Array; pseudonym: string };
  /** Versions of accounts; which one counts, the journal says. `card`: JSON, or null. `second_factor`: sealed. */
  accounts: {
    id: Generated<number>;
    user: string;
    name: string;
    unit: string;
    card: string | null;
    expires_at: string;
    password_hash: string;
    second_factor: string | null;
    created_at: string;
  };
  /** The last step of the one-time passwords that was used, by the sealed secret. */
  used_steps: { factor: string; step: number };
  sessions: SessionRow;
  numbers: { site: string; year: number; last: number };
  /** One row: how many journal entries were looked at for notices. */
  notices_position: { id: 1; position: number };
  notices: Omit<NoticeRow, 'id'> & { id: Generated<number> };
  outbox: LetterRow;
  /** Scans of papers, each once; `object`: the sealed one. Who uploaded it, and which requests it is a paper of. */
  scans: ScanRow;
  scan_keepers: { sha256: string; user: string; kept_at: string };
  scan_uses: { sha256: string; request: string };
  drafts: DraftRow;
}

export type Database = Kysely<Tables>;
/** Inside a transaction. */
export type Step = Transaction<Tables>;

/** Number n brings a database from version n to n + 1. A released one never changes; a new one goes to the end. */
const migrations: readonly string[][] = [
  [
    'create table projection (id integer primary key check (id = 1), position integer not null check (position >= 0)) strict',
    'insert into projection (id, position) values (1, 0)',
    `create table requests (
      id text primary key, state text not null, approval text not null, custody text not null, delivery text not null,
      city text not null, site text not null, unit text not null, applicant text not null, entered_by text not null,
      basis text not null, requested_at text not null, provide_by text, waits_for_step text,
      late integer not null check (late in (0, 1)), updated_index integer not null) strict`,
    'create index requests_by_time on requests (requested_at, id)',
    'create index requests_by_state on requests (state, requested_at, id)',
    'create table personal (commitment text primary key, field text not null, value text not null, salt blob not null) strict',
    'create table people (user text primary key, salt blob not null, pseudonym text not null unique) strict',
    `create table accounts (
      user text primary key, name text not null, unit text not null, password_hash text not null, created_at text not null,
      disabled integer not null check (disabled in (0, 1))) strict`,
    `create table numbers (site text not null, year integer not null, last integer not null check (last > 0),
      primary key (site, year)) strict`,
  ],
  [
    // Accounts that somebody else had set the password of: the journal vouches for none of them any more.
    'drop table accounts',
    `create table accounts (
      id integer primary key, user text not null, name text not null, unit text not null, card text, expires_at text not null,
      password_hash text not null, second_factor text, created_at text not null) strict`,
    'create index accounts_by_user on accounts (user, id)',
    'create table used_steps (factor text primary key, step integer not null) strict',
    `create table sessions (
      id text primary key, user text not null, kind text not null check (kind in ('token', 'cookie')), generation integer not null,
      started_at text not null, used_at text not null, ended integer not null check (ended in (0, 1))) strict`,
    'create index sessions_by_user on sessions (user, started_at)',
  ],
  [
    'create table notices_position (id integer primary key check (id = 1), position integer not null check (position >= 0)) strict',
    `create table notices (
      id integer primary key autoincrement, entry integer not null, user text not null, kind text not null, request text,
      deadline text, urgency text not null, at text not null, seen_at text, unique (entry, kind, user)) strict`,
    'create index notices_by_user on notices (user, id)',
    `create table outbox (
      id text primary key, entry integer not null, channel text not null, kind text not null, request text, deadline text,
      urgency text not null, at text not null, tries integer not null, next_at text not null, last_fault text, last_answer integer,
      state text not null check (state in ('pending', 'sent', 'dead'))) strict`,
    'create index outbox_by_channel on outbox (channel, state, next_at, entry)',
    'create index outbox_by_state on outbox (state, entry, id)',
  ],
  [
    `create table scans (
      sha256 text primary key, kind text not null, media_type text not null, bytes integer not null check (bytes > 0),
      width integer, height integer, pages integer, object text not null unique) strict`,
    `create table scan_keepers (
      sha256 text not null references scans, user text not null, kept_at text not null, primary key (sha256, user)) strict`,
    'create index scan_keepers_by_time on scan_keepers (kept_at)',
    'create index scan_keepers_by_user on scan_keepers (user)',
    `create table scan_uses (
      sha256 text not null references scans, request text not null, primary key (sha256, request)) strict`,
    'create index scan_uses_by_request on scan_uses (request)',
    `create table drafts (
      id text primary key, owner text not null, form text not null, version integer not null check (version > 0),
      updated_at text not null) strict`,
    'create index drafts_by_owner on drafts (owner, updated_at)',
  ],
];

/** Opens the database file and brings it to the newest version. Problem `store-unavailable`. */
export async function openDatabase(path: string): Promise<Database> {
  const file = await openSqlite(path);
  const database = new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }) });
  try {
    await migrate(database);
  } catch (problem) {
    await database.destroy();
    throw problem;
  }
  return database;
}

/** Brings the write-ahead log into the file and cuts it to nothing. */
export const emptyLog = (database: Database): Promise<unknown> => sql`pragma wal_checkpoint(truncate)`.execute(database);

async function migrate(database: Database): Promise<void> {
  const version = await versionOf(database);
  if (version > migrations.length)
    throw new Problem(
      'store-unavailable',
      `The database has version ${version}, this gate knows ${migrations.length}. Use the gate that wrote it.`,
    );
  for (const [number, statements] of migrations.entries())
    if (number >= version) await database.transaction().execute((step) => apply(step, number, statements));
}

async function apply(step: Transaction<Tables>, number: number, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(step);
  // Part of the same transaction: a migration is done and counted, or neither.
  await sql.raw(`pragma user_version = ${number + 1}`).execute(step);
}

async function versionOf(database: Database): Promise<number> {
  const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(database);
  return rows[0]?.user_version ?? 0;
}
