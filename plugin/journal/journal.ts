// The memory for judges: one writer, one entry after the other, each on disk before anybody hears that it was taken.
import type { KeyObject } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Entry, EntryDraft, RequestEntry } from '../domain/audit-event.js';
import { checkpointText } from '../domain/formats/checkpoint.js';
import { MerkleTree, leafHash } from '../domain/formats/merkle.js';
import { signNote, verifierKey } from '../domain/formats/signed-note.js';
import { tlogProof } from '../domain/formats/tlog-proof.js';
import { Problem } from '../domain/problem.js';
import { writeCheckpoint, writeLeaves } from './checkpoint-file.js';
import { EntryFile, unwritable } from './entry-file.js';
import { freeze, linkOf, writeEntry } from './entry.js';
import type { Link, Written } from './entry.js';
import { loadEntries } from './load.js';
import type { Loaded } from './load.js';

interface Parts {
  /** Made (0700) where it is not there. */
  folder: string;
  /** The log's name for ever, `exportgate.example/sh-1`: also the name of its key. */
  origin: string;
  /** Ed25519, private. */
  key: KeyObject;
  /** Earlier keys of this log, private, newest first: the checkpoint found at start may be theirs, and what names one is signed by it again. */
  formerKeys?: readonly KeyObject[];
  /** Called when the entries are read and before anything is signed: what must be recorded first. */
  beforeSigning?: (journal: Journal) => Promise<void>;
  now: () => Date;
  /** Takes a lock file for this process; Problem `journal-locked` where another has it. */
  hold: (path: string) => Promise<() => void>;
}

/** A draft that waits to be on disk. */
interface Waiting {
  draft: EntryDraft;
  resolve: (entry: Entry) => void;
  reject: (problem: unknown) => void;
}

/** Entries that go to disk with one write and one fdatasync, at most. */
const maxBatch = 64;
/** Entries after which the checkpoint is written again. */
const checkpointEvery = 64;

export class Journal {
  readonly #parts: Parts;
  readonly #release: () => void;
  readonly #file: EntryFile;
  readonly #tree: MerkleTree;
  /** Where each entry begins in the file. */
  readonly #offsets: number[];
  /** Indexes of each request's entries. */
  readonly #requests: Map<string, number[]>;
  readonly #links: Map<string, Link>;
  readonly #waiting: Waiting[] = [];
  #onAppended: () => void = () => undefined;
  #writing: Promise<void> | null = null;
  #closed: Promise<void> | null = null;
  /** Entries that the checkpoint on disk stands for, and leaves on disk. */
  #checkpointed = 0;
  #leavesWritten = 0;

  private constructor(parts: Parts, release: () => void, file: EntryFile, { tree, offsets, requests, links }: Loaded) {
    this.#parts = parts;
    this.#release = release;
    this.#file = file;
    this.#tree = tree;
    this.#offsets = offsets;
    this.#requests = requests;
    this.#links = links;
  }

  /**
   * Takes the journal for this process, reads and judges all of it, cuts an unfinished last record off and says so in an entry.
   * Problems: `journal-locked`, `journal-corrupt` (names the entry), `journal-unwritable`.
   */
  static async open(parts: Parts): Promise<Journal> {
    makeFolder(parts.folder);
    const release = await parts.hold(path.join(parts.folder, 'lock'));
    let file: EntryFile | null = null;
    try {
      await beginNew(parts);
      const loaded = await loadEntries(parts.folder, vkeysOf(parts));
      file = await EntryFile.open(entriesOf(parts.folder), loaded.bytes);
      const journal = new Journal(parts, release, file, loaded);
      if (journal.size === 0) await journal.append({ event: 'journal-opened', by: 'gate', data: { origin: parts.origin } });
      await parts.beforeSigning?.(journal);
      if (loaded.cut) await journal.append({ event: 'journal-cut', by: 'gate', data: loaded.cut });
      await journal.#writing;
      await journal.#writeCheckpoint();
      return journal;
    } catch (thrown) {
      file?.close();
      release();
      throw thrown instanceof Problem ? thrown : unwritable(thrown);
    }
  }

  /** Entries that are on disk. */
  get size(): number {
    return this.#tree.size;
  }

  /** The verifier key by which a stranger checks checkpoints and proofs. */
  get vkey(): string {
    return verifierKey(this.#parts.origin, this.#parts.key);
  }

  /**
   * Adds an entry; when the promise resolves it is on disk. Drafts get their place in the order of the calls. Problems:
   * `journal-unwritable` (nothing was added), `body-too-large` (more than 8 KiB).
   */
  async append(draft: EntryDraft): Promise<Entry> {
    const frozen = freeze(draft);
    if (this.#closed) throw new Problem('journal-unwritable', 'The journal is closed.');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ draft: frozen, resolve, reject });
      this.#writing ??= this.#writeWaiting();
    });
  }

  /** Calls `look` after entries came on disk, never before: whoever follows the journal reads on from where they were. One follower. */
  onAppended(look: () => void): void {
    this.#onAppended = look;
  }

  /** The history of one request; empty where there is none. Problem `journal-corrupt` where the file is not what was written. */
  entriesOf(requestId: string): readonly RequestEntry[] {
    return (this.#requests.get(requestId) ?? []).map((index) => this.#entry(index) as RequestEntry);
  }

  /** In the order of their first entries. */
  requestIds(): string[] {
    return [...this.#requests.keys()];
  }

  /** Up to `count` entries from index `from` on. Problem `journal-corrupt`. */
  read(from: number, count: number): readonly Entry[] {
    const start = Math.max(0, from);
    const end = Math.min(this.size, from + count);
    return Array.from({ length: Math.max(0, end - start) }, (_, place) => this.#entry(start + place));
  }

  /** Leaf hash of an entry. */
  leafOf(index: number): Buffer {
    return this.#tree.leaf(index);
  }

  /** Signed note over the first `size` entries; over all, if not told. `vkey`: by which key of this log. Problem `key-invalid`: that one is gone. */
  checkpoint(size = this.size, vkey = this.vkey): string {
    const { origin } = this.#parts;
    return signNote(checkpointText(origin, size, this.#tree.root(size)), origin, this.#keyOf(vkey));
  }

  /** tlog-proof that entry `index` is among the first `size`. */
  proof(index: number, size: number, vkey = this.vkey): string {
    return tlogProof(index, this.#tree.inclusionProof(index, size), this.checkpoint(size, vkey));
  }

  #keyOf(vkey: string): KeyObject {
    const at = vkeysOf(this.#parts).indexOf(vkey);
    const key = keysOf(this.#parts)[at];
    if (!key) throw new Problem('key-invalid', `The log key ${vkey} is not there any more; put its file back into the keys folder.`);
    return key;
  }

  /** Waits for what was begun, writes the checkpoint, lets the lock go. Problem `journal-unwritable`: the checkpoint is behind. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    try {
      await this.#writing;
      await this.#writeCheckpoint();
    } catch (cause) {
      throw unwritable(cause);
    } finally {
      this.#file.close();
      this.#release();
    }
  }

  async #writeWaiting(): Promise<void> {
    // Drafts of the same tick come together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#writeBatch(this.#waiting.splice(0, maxBatch));
      // The entries are on disk: a checkpoint that cannot be written now is tried again at the next entry, and at the end.
      if (this.size - this.#checkpointed >= checkpointEvery) await this.#writeCheckpoint().catch(() => undefined);
    }
    this.#writing = null;
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    const taken = this.#prepare(batch);
    if (taken.length === 0) return;
    try {
      await this.#file.append(Buffer.concat(taken.map(({ written }) => written.line)));
    } catch (problem) {
      for (const { waiting } of taken) waiting.reject(problem);
      return;
    }
    for (const { written } of taken) this.#remember(written);
    for (const { waiting, written } of taken) waiting.resolve(written.entry);
    // In a turn of its own: a follower that fails takes nothing from those who wrote.
    setImmediate(this.#onAppended);
  }

  /** Gives each draft its place and links. One that cannot be an entry is refused alone and takes no place. */
  #prepare(batch: readonly Waiting[]): { waiting: Waiting; written: Written }[] {
    const taken: { waiting: Waiting; written: Written }[] = [];
    const links = new Map<string, Link>();
    for (const waiting of batch) {
      const { draft } = waiting;
      const requestId = 'requestId' in draft ? draft.requestId : null;
      const link = requestId === null ? null : (links.get(requestId) ?? this.#links.get(requestId) ?? null);
      try {
        const written = writeEntry(draft, this.size + taken.length, this.#parts.now(), link);
        const next = linkOf(written);
        if (requestId !== null && next) links.set(requestId, next);
        taken.push({ waiting, written });
      } catch (problem) {
        waiting.reject(problem);
      }
    }
    return taken;
  }

  #remember(written: Written): void {
    const { entry, line, leaf } = written;
    const last = this.#offsets.length - 1;
    this.#offsets.push(this.#offsets[last]! + line.length);
    this.#tree.append(leaf);
    const link = linkOf(written);
    if (!link || !('requestId' in entry)) return;
    this.#links.set(entry.requestId, link);
    const known = this.#requests.get(entry.requestId);
    if (known) known.push(entry.index);
    else this.#requests.set(entry.requestId, [entry.index]);
  }

  /** Read from the disk each time and held against its leaf hash: what is counted is what is there, and unchanged. */
  #entry(index: number): Entry {
    const [start, next] = [this.#offsets[index]!, this.#offsets[index + 1]!];
    const line = this.#file.readAt(start, next - start - 1);
    if (!leafHash(line).equals(this.#tree.leaf(index)))
      throw new Problem('journal-corrupt', `Entry ${index} is not what was written; the file was changed under the running gate.`);
    return JSON.parse(line.toString()) as Entry;
  }

  async #writeCheckpoint(): Promise<void> {
    const { size } = this;
    const leaves = Array.from({ length: size - this.#leavesWritten }, (_, place) => this.#tree.leaf(this.#leavesWritten + place));
    // Leaves first: a checkpoint never stands over leaves that are not there.
    await writeLeaves(this.#parts.folder, this.#leavesWritten, leaves);
    this.#leavesWritten = size;
    await writeCheckpoint(this.#parts.folder, this.checkpoint(size));
    this.#checkpointed = size;
  }
}

const keysOf = ({ key, formerKeys = [] }: Parts): readonly KeyObject[] => [key, ...formerKeys];
const vkeysOf = (parts: Parts): string[] => keysOf(parts).map((key) => verifierKey(parts.origin, key));
const entriesOf = (folder: string): string => path.join(folder, 'entries.ndjson');

function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unwritable(cause);
  }
}

/**
 * A new journal gets the checkpoint of the empty tree before its first entry. So there are never entries without a checkpoint, and
 * taking the checkpoint away does not pass for a beginning.
 */
async function beginNew({ folder, origin, key }: Parts): Promise<void> {
  const isNew =
    !fs.existsSync(path.join(folder, 'checkpoint')) && (!fs.existsSync(entriesOf(folder)) || fs.statSync(entriesOf(folder)).size === 0);
  if (isNew) await writeCheckpoint(folder, signNote(checkpointText(origin, 0, new MerkleTree().root()), origin, key));
}
