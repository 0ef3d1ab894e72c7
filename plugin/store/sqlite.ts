// The one door to SQLite: node:sqlite where this Node has it, better-sqlite3 elsewhere, both behind the few calls that we use.
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../domain/problem.js';

/** A prepared statement in the form that a kysely dialect takes. `reader`: does it yield rows? */
export interface Statement {
  readonly reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
}

export interface SqliteFile {
  prepare(sql: string): Statement;
  close(): void;
}

/** What both drivers share. node:sqlite spreads its parameters, better-sqlite3 takes them either way. */
interface DriverStatement {
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: unknown[]): IterableIterator<unknown>;
}

interface DriverFile {
  exec(sql: string): unknown;
  prepare(sql: string): DriverStatement;
  close(): void;
}

type OpenDriver = (path: string) => DriverFile;

/** Milliseconds to wait for another process that holds the database: a backup, a reader at a check-point. */
const busyMs = 5_000;
/** How often somebody who waits for a lock looks. */
const LOCK_LOOK_MS = 20;

// What is erased is overwritten too, not only forgotten. WAL with synchronous=FULL: a commit that was answered is on disk (synchronous=NORMAL would lose the last ones in a power cut).
const forDurability = `pragma busy_timeout = ${busyMs}; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on;`;

/** Opens (or makes) a database file. Problem `store-unavailable`. */
export async function openSqlite(path: string): Promise<SqliteFile> {
  const open = await chooseDriver();
  const file = guard(() => open(path));
  try {
    guard(() => file.exec(forDurability));
  } catch (problem) {
    file.close();
    throw problem;
  }
  return { prepare: (sql) => prepare(file, sql), close: () => file.close() };
}

/**
 * Takes the lock file at `path` for this process and gives the way to let it go. It is an exclusive transaction that stays open,
 * so the operating system lets it go at the death of the process, however that died. Problem `journal-locked`.
 */
export async function holdLock(path: string): Promise<() => void> {
  const open = await chooseDriver();
  const file = guard(() => open(path));
  try {
    // Not to wait: the second process shall say so and end.
    file.exec('pragma busy_timeout = 0; begin exclusive');
  } catch (cause) {
    file.close();
    if (isBusy(cause)) throw new Problem('journal-locked', 'Another process holds the journal. Stop it first, or use its API.', { cause });
    throw unavailable(cause);
  }
  return () => file.close();
}

/** The same, for as long as it takes another process to let it go, and no longer than `patienceMs`. Problem `journal-locked`. */
export async function awaitLock(path: string, patienceMs: number): Promise<() => void> {
  const end = performance.now() + patienceMs;
  for (;;)
    try {
      return await holdLock(path);
    } catch (thrown) {
      if (!(thrown instanceof Problem && thrown.code === 'journal-locked') || performance.now() >= end) throw thrown;
      // Not SQLite's own waiting, which would keep all of this process waiting too.
      await wait(LOCK_LOOK_MS);
    }
}

async function chooseDriver(): Promise<OpenDriver> {
  return builtinDriver() ?? (await installedDriver());
}

function builtinDriver(): OpenDriver | null {
  // Typed here: the type package describes Node 20, which has no node:sqlite.
  const builtin = process.getBuiltinModule('node:sqlite') as { DatabaseSync: new (path: string) => DriverFile } | undefined;
  return builtin ? (path) => new builtin.DatabaseSync(path) : null;
}

async function installedDriver(): Promise<OpenDriver> {
  try {
    const { default: Database } = await import('better-sqlite3');
    // The native part is loaded by the first use, not by the import.
    new Database(':memory:').close();
    return (path) => new Database(path) as DriverFile;
  } catch (cause) {
    throw new Problem(
      'store-unavailable',
      'This Node has no SQLite. Use Node 22.13 or later; or install python3, make and g++ and run: npm rebuild better-sqlite3',
      { cause },
    );
  }
}

function prepare(file: DriverFile, sql: string): Statement {
  const statement = guard(() => file.prepare(sql));
  return {
    reader: yieldsRows(sql),
    // node:sqlite makes rows without a prototype: two drivers, one kind of row.
    all: (parameters) => guard(() => statement.all(...parameters).map((row) => ({ ...(row as object) }))),
    run: (parameters) => guard(() => statement.run(...parameters)),
    iterate: (parameters) => guard(() => statement.iterate(...parameters)),
  };
}

/** node:sqlite tells the columns of a statement only from 22.16 on; our statements are all written by kysely, in lower case. */
const yieldsRows = (sql: string): boolean => /^\s*(select|with|pragma (?!.*=))/i.test(sql) || /\breturning\b/.test(sql);

function guard<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw unavailable(cause);
  }
}

const unavailable = (cause: unknown): Problem =>
  new Problem('store-unavailable', 'The database did not take the step. The operators’ log has the cause.', { cause });

/** SQLITE_BUSY is 5 in node:sqlite (`errcode`), a text in better-sqlite3 (`code`). */
const isBusy = (thrown: unknown): boolean =>
  typeof thrown === 'object' &&
  thrown !== null &&
  (('errcode' in thrown && thrown.errcode === 5) || ('code' in thrown && thrown.code === 'SQLITE_BUSY'));
