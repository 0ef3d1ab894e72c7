// What an installation changed, from what and to what, so that it can be gone on with after a crash and taken back whole. Each change is
// written here before it is made: whatever happens in between, the thing itself then shows whether it was made.
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Machine } from '../../../plugin/domain/install.js';
import { Problem } from '../../../plugin/domain/problem.js';
import type { Row, ZmDatabase } from './database.js';
import { lookAtFile, partOf, removeFile, sha256, syncFolder, writeFile, type Nature } from './put-file.js';
import { lookAtRow, putRow, type Table } from './put-row.js';

/** `whole`: all of the file is the installation's; else it holds lines of others too, and ours bear a mark. */
export type Thing = { kind: 'file'; path: string; whole: boolean } | { kind: 'row'; table: Table; name: string };

/** In each line that an installation writes into a file of others. */
export const mark = 'exportgate';

/** For people. */
export const nameOf = (thing: Thing): string => (thing.kind === 'file' ? thing.path : `${thing.table} ${thing.name}`);

const none = 'none';

/** `backup`: its name in the folder of the record. */
type Before = { sha256: string; backup: string; nature: Nature } | { sha256: string; row: Row };

interface Entry {
  thing: Thing;
  /** Null: there was none. */
  before: Before | null;
  /** SHA-256 of what we put last, `none` for nothing; null: not put yet. */
  after: string | null;
  /** Of what is being put. */
  next: string | null;
  steps: string[];
}

interface Text {
  version: 1;
  system: 'zoneminder';
  recorder: string;
  begun: string;
  entries: Entry[];
}

type Content = { kind: 'file'; content: Buffer; nature: Nature } | { kind: 'row'; row: Row } | null;

/** A row's digest does not hang on the order of its columns. */
const digestOf = (found: Content): string =>
  !found ? none : found.kind === 'file' ? sha256(found.content) : sha256(JSON.stringify(Object.entries(found.row).sort(([a], [b]) => (a < b ? -1 : 1))));

export type Undone = 'undone' | 'foreign';

export class InstallRecord {
  readonly #file: string;
  #text: Text;

  private constructor(
    readonly machine: Machine,
    readonly database: ZmDatabase,
    text: Text,
  ) {
    this.#file = path.join(machine.state, 'state.json');
    this.#text = text;
  }

  /** Problem `config-invalid`: the record is not whole, or is of another recorder. */
  static async open(machine: Machine, database: ZmDatabase, recorder: string): Promise<InstallRecord> {
    const found = await lookAtFile(path.join(machine.state, 'state.json'));
    const text: Text = found
      ? readRecord(found.content.toString('utf8'), machine.state)
      : { version: 1, system: 'zoneminder', recorder, begun: machine.now().toISOString(), entries: [] };
    if (text.recorder !== recorder)
      throw new Problem('config-invalid', `${machine.state} is the record of recorder ${text.recorder}, not of ${recorder}; right is a folder for each.`);
    return new InstallRecord(machine, database, text);
  }

  get things(): readonly { thing: Thing; steps: readonly string[]; backup: string | null }[] {
    return this.#text.entries.map(({ thing, steps, before }) => ({ thing, steps, backup: before && 'backup' in before ? path.join(this.machine.state, before.backup) : null }));
  }

  holds(thing: Thing): boolean {
    return this.#find(thing) !== undefined;
  }

  /** After a crash: which changes that were begun had been made. A change that was not is forgotten. */
  async settle(): Promise<void> {
    await this.sweep();
    const begun = this.#text.entries.filter(({ next }) => next !== null);
    for (const entry of begun) {
      const now = digestOf(await this.#look(entry.thing));
      if (now === entry.next) entry.after = entry.next;
      else if (now !== (entry.after ?? entry.before?.sha256 ?? none))
        throw new Problem(
          'config-invalid',
          `${nameOf(entry.thing)} was changed by somebody else while an installation stood still; right is to put it back as it was${this.#whereKept(entry)}, then to begin again.`,
        );
      entry.next = null;
      if (entry.after === null || entry.after === (entry.before?.sha256 ?? none)) await this.#forget(entry);
    }
    if (begun.length > 0) await this.#save();
  }

  /** What a crash left behind, beside the record and beside what was being written. */
  async sweep(): Promise<void> {
    const kept = new Set(this.#text.entries.flatMap(({ before }) => (before && 'backup' in before ? [before.backup] : [])));
    const inside = await fs.readdir(this.machine.state).catch(() => []);
    const strays = inside.filter((name) => /^\.login-|\.exportgate\.part$|^before-/.test(name) && !kept.has(name)).map((name) => path.join(this.machine.state, name));
    const parts = this.#text.entries.flatMap(({ thing }) => (thing.kind === 'file' ? [partOf(thing.path)] : []));
    for (const file of [...strays, ...parts]) await fs.rm(file, { force: true });
  }

  /** Null: it is taken away. What is put where nothing was gets `nature`. Problem `config-invalid`: somebody else changed it since. */
  async put(step: string, thing: Thing, content: Buffer | Row | null, nature: Omit<Nature, 'mtime'> = { mode: 0o600, uid: 0, gid: 0 }): Promise<void> {
    const found = await this.#look(thing);
    const [now, next] = [digestOf(found), digestOf(asContent(thing, content, nature))];
    if (now === next) return;
    let entry = this.#find(thing);
    if (entry && entry.after !== now) {
      if (hasOurs(thing, found)) throw new Problem('config-invalid', foreign(thing, this.#whereKept(entry)));
      // All of it is somebody else's now: that is what an undoing gives back.
      await this.#forget(entry);
      entry = undefined;
    }
    if (!entry) {
      entry = { thing, before: await this.#keep(found), after: null, next: null, steps: [] };
      this.#text.entries.push(entry);
    }
    if (!entry.steps.includes(step)) entry.steps.push(step);
    entry.next = next;
    await this.#save();
    // Back to what it was: with its time, too.
    if (next === (entry.before?.sha256 ?? none)) await this.#restore(entry);
    else await this.#write(thing, content, found?.kind === 'file' && !hasWhole(thing) ? found.nature : nature);
    [entry.after, entry.next] = [next, null];
    if (next === (entry.before?.sha256 ?? none)) await this.#forget(entry);
    await this.#save();
  }

  /** As it was before the installation; `foreign`: somebody else changed it since, and nothing is done. Forgotten by `forget` alone. */
  async restore(thing: Thing, dry: boolean): Promise<Undone> {
    const entry = this.#find(thing)!;
    const found = await this.#look(thing);
    const now = digestOf(found);
    const before = entry.before?.sha256 ?? none;
    if (now !== before && now !== entry.after && now !== entry.next) {
      // Who took our lines out left nothing to undo.
      if (thing.kind === 'file' && !thing.whole && !hasOurs(thing, found) && !dry) await this.#forget(entry);
      return 'foreign';
    }
    if (!dry && now !== before) await this.#restore(entry);
    return 'undone';
  }

  async forget(thing: Thing): Promise<void> {
    await this.#forget(this.#find(thing)!);
  }

  async #restore({ thing, before }: Entry): Promise<void> {
    if (thing.kind === 'row') return putRow(this.database, thing.table, thing.name, before && 'row' in before ? before.row : null);
    if (!before || !('backup' in before)) return removeFile(thing.path);
    const kept = await lookAtFile(path.join(this.machine.state, before.backup));
    if (!kept || sha256(kept.content) !== before.sha256)
      throw new Problem('config-invalid', `${path.join(this.machine.state, before.backup)} is missing or not what was kept; ${thing.path} stays as it is.`);
    return writeFile(thing.path, kept.content, before.nature);
  }

  #find(thing: Thing): Entry | undefined {
    return this.#text.entries.find((it) => nameOf(it.thing) === nameOf(thing));
  }

  #whereKept({ before }: Entry): string {
    return before && 'backup' in before ? ` (${path.join(this.machine.state, before.backup)})` : '';
  }

  async #look(thing: Thing): Promise<Content> {
    if (thing.kind === 'row') {
      const row = await lookAtRow(this.database, thing.table, thing.name);
      return row && { kind: 'row', row };
    }
    const file = await lookAtFile(thing.path);
    return file && { kind: 'file', ...file };
  }

  async #keep(found: Content): Promise<Before | null> {
    if (!found) return null;
    const digest = digestOf(found);
    if (found.kind === 'row') return { sha256: digest, row: found.row };
    const backup = `before-${digest.slice(0, 16)}`;
    await this.#ready();
    await writeFile(path.join(this.machine.state, backup), found.content, { mode: 0o600, ...ourselves() });
    return { sha256: digest, backup, nature: found.nature };
  }

  async #write(thing: Thing, content: Buffer | Row | null, nature: Omit<Nature, 'mtime'>): Promise<void> {
    if (thing.kind === 'row') return putRow(this.database, thing.table, thing.name, content as Row | null);
    const { mode, uid, gid } = nature;
    return content === null ? removeFile(thing.path) : writeFile(thing.path, content as Buffer, { mode, uid, gid });
  }

  async #forget(entry: Entry): Promise<void> {
    this.#text.entries = this.#text.entries.filter((it) => it !== entry);
    const { before } = entry;
    const shared = this.#text.entries.some((it) => it.before && 'backup' in it.before && before && 'backup' in before && it.before.backup === before.backup);
    // The record first: a crash leaves a copy too many, never one too few.
    await this.#save();
    if (before && 'backup' in before && !shared) await fs.rm(path.join(this.machine.state, before.backup), { force: true });
  }

  async #ready(): Promise<void> {
    await fs.mkdir(this.machine.state, { recursive: true, mode: 0o700 });
    await syncFolder(path.dirname(this.machine.state));
  }

  async #save(): Promise<void> {
    if (this.#text.entries.length === 0) return fs.rm(this.#file, { force: true });
    await this.#ready();
    await writeFile(this.#file, Buffer.from(`${JSON.stringify(this.#text, null, 2)}\n`), { mode: 0o600, ...ourselves() });
  }
}

/** `kept`: where the copy of what it was lies, in brackets. */
export const foreign = (thing: Thing, kept: string): string => {
  const changed = `${nameOf(thing)} was changed by somebody else since; it stays as it is.`;
  if (thing.kind === 'row') return changed;
  return `${changed} Right is to ${thing.whole ? '' : `take the lines marked “${mark}” out by hand, or to `}put back what it was${kept}.`;
};

/** Who runs the installation. */
export const ourselves = (): { uid: number; gid: number } => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });

const asContent = (thing: Thing, content: Buffer | Row | null, nature: Omit<Nature, 'mtime'>): Content =>
  content === null ? null : thing.kind === 'file' ? { kind: 'file', content: content as Buffer, nature: { ...nature, mtime: 0 } } : { kind: 'row', row: content as Row };

const hasWhole = (thing: Thing): boolean => thing.kind === 'file' && thing.whole;

const hasOurs = (thing: Thing, found: Content): boolean => thing.kind === 'file' && !thing.whole && found?.kind === 'file' && found.content.includes(mark);

function readRecord(text: string, folder: string): Text {
  const bad = (cause?: unknown): Problem =>
    new Problem('config-invalid', `${path.join(folder, 'state.json')} is not a record of an installation; right is the file as it was written.`, { cause });
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw bad(cause);
  }
  const { version, system, recorder, entries } = (read ?? {}) as Partial<Text>;
  if (version !== 1 || system !== 'zoneminder' || typeof recorder !== 'string' || !Array.isArray(entries) || !entries.every(isEntry)) throw bad();
  return read as Text;
}

const isDigest = (value: unknown): boolean => value === null || (typeof value === 'string' && /^([0-9a-f]{64}|none)$/.test(value));

function isEntry(value: unknown): boolean {
  const { thing, before, after, next, steps } = (value ?? {}) as Partial<Entry>;
  const known =
    thing?.kind === 'file' ? path.isAbsolute(thing.path) && typeof thing.whole === 'boolean' : thing?.kind === 'row' && ['Config', 'Users'].includes(thing.table) && typeof thing.name === 'string';
  const kept = before === null || (typeof before === 'object' && isDigest(before.sha256) && ('row' in before ? typeof before.row === 'object' : /^before-[0-9a-f]{16}$/.test(before.backup)));
  return known && kept && isDigest(after) && isDigest(next) && Array.isArray(steps);
}
