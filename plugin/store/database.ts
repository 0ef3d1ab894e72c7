// The one door to kysely: the tables as types, their migrations, and the opened database.
import { Kysely, SqliteDialect, sql } from 'kysely';
import type { Transaction } from 'kysely';
import { Problem } from '../domain/problem.js';
import type { RequestRow } from './requests.js';
import { openSqlite } from './sqlite.js';

export interface Tables {
  /** One row: how many journal entries the projection holds. */
  projection: { id: 1; position: number };
  /** `updated_index`: the journal entry that the row stands at. */
  requests: RequestRow & { updated_index: number };
  /** Values that the journal only commits to. Erasing a row makes its commitment mute for ever (PIPL art 47). */
  personal: { commitment: string; field: string; value: string; salt: Uint8Array };
  people: { user: string; salt: Uint8Array; pseudonym: string };
  accounts: { user: string; name: string; unit: string; password_hash: string; created_at: string; disabled: 0 | 1 };
  numbers: { site: string; year: number; last: number };
}

export type Database = Kysely<Tables>;

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
