// The memory for judges: one writer, one entry after the other, each on disk before anybody hears that it was taken.
import type { KeyObject } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Entry, EntryDraft, RequestEntry } from '../domain/audit-event.js';
import { checkpointText } from '../domain/formats/checkpoint.js';
import { emptyRoot, leafHash, type MerkleTree } from '../domain/formats/merkle.js';
import { signNote, verifierKey } from '../domain/formats/signed-note.js';
import { tlogProof } from '../domain/formats/tlog-proof.js';
import { isCovered, tileWidth, type Tile } from '../domain/formats/tlog-tiles.js';
import { Problem } from '../domain/problem.js';
import { writeCheckpoint } from './checkpoint-file.js';
import { Cosigned, uncosigned, type Cosigners, type Covering, type Disagreement } from './cosigned.js';
import { EntryFile, unwritable } from './entry-file.js';
import { freeze, linkOf, writeEntry } from './entry.js';
import type { Link, Written } from './entry.js';
import { judgeHeld, writeHeld } from './held-checkpoint.js';
import { loadEntries } from './load.js';
import type { Loaded } from './load.js';
import { Newest } from './newest.js';
import { Publisher } from './publisher.js';
import { openCheckpoint } from '../domain/formats/signed-checkpoint.js';
import { sourceOf, tileBytes, type TileSource } from './tiles.js';

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
  /** A file off the machine with the newest checkpoint, and who hears that it could not be written. */
  held?: { file: string; failed: (cause: unknown) => void } | null;
  /** Who must have seen a checkpoint before it is handed out. */
  cosigners?: Cosigners | null;
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
/** Entries after which tiles and checkpoint are written again; and as long as a whole batch waits already, so many. */
const checkpointEvery = 64;
const checkpointAtLeastEvery = 256;

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
  readonly #source: TileSource;
  readonly #publisher: Publisher;
  readonly #held: Newest<string> | null;
  /** What lies there, as far as this process knows. */
  #heldNote = '';
  readonly #cosigned: Cosigned | null;
  readonly #cosigning: Newest<string> | null;

  private constructor(parts: Parts, release: () => void, file: EntryFile, { tree, offsets, requests, links }: Loaded) {
    this.#parts = parts;
    this.#release = release;
    this.#file = file;
    this.#tree = tree;
    this.#offsets = offsets;
    this.#requests = requests;
    this.#links = links;
    this.#source = sourceOf(tree, offsets, (position, length) => file.readAt(position, length));
    const { held, cosigners, folder } = parts;
    // A share that hangs, or a witness that is away, must keep no entry waiting.
    this.#held = held
      ? new Newest(async (note) => {
          await writeHeld(held.file, note);
          this.#heldNote = note;
        }, held.failed)
      : null;
    const cosigned = cosigners ? new Cosigned({ folder, vkeys: vkeysOf(parts), tree, cosigners }) : null;
    this.#cosigned = cosigned;
    this.#cosigning = cosigned ? new Newest(async (note) => this.#note(await cosigned.add(note)), cosigners!.failed) : null;
    this.#publisher = new Publisher({
      folder,
      source: this.#source,
      sign: (size) => this.checkpoint(size),
      onPublished: (note) => {
        this.#held?.offer(note);
        this.#cosigning?.offer(note);
      },
    });
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
      if (parts.held) judgeHeld(parts.held.file, vkeysOf(parts), loaded.tree);
      file = await EntryFile.open(entriesOf(parts.folder), loaded.offsets.at(-1)!);
      const journal = new Journal(parts, release, file, loaded);
      if (journal.size === 0) await journal.append({ event: 'journal-opened', by: 'gate', data: { origin: parts.origin } });
      await parts.beforeSigning?.(journal);
      if (loaded.cut) await journal.append({ event: 'journal-cut', by: 'gate', data: loaded.cut });
      await journal.#writing;
      await journal.#publisher.begin(journal.size);
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

  /** Root over the first `size` entries. */
  root(size: number): Buffer {
    return this.#tree.root(size);
  }

  /** Signed note over the first `size` entries; over all, if not told. `vkey`: by which key of this log. Problem `key-invalid`: that one is gone. */
  checkpoint(size = this.size, vkey = this.vkey): string {
    const { origin } = this.#parts;
    return signNote(checkpointText(origin, size, this.#tree.root(size)), origin, this.#keyOf(vkey));
  }

  #keyOf(vkey: string): KeyObject {
    const at = vkeysOf(this.#parts).indexOf(vkey);
    const key = keysOf(this.#parts)[at];
    if (!key) throw new Problem('key-invalid', `The log key ${vkey} is not there any more; put its file back into the keys folder.`);
    return key;
  }

  /** tlog-proof that entry `index` is among those that the checkpoint stands for. */
  proof(index: number, { size, note }: Covering): string {
    return tlogProof(index, this.#tree.inclusionProof(index, size), note);
  }

  /** Hashes that prove that entry `index` is among the first `size`. Throws RangeError. */
  inclusionProof(index: number, size: number): Buffer[] {
    return this.#tree.inclusionProof(index, size);
  }

  /** Hashes that prove that the first `to` entries continue the first `from`. Throws RangeError. */
  consistencyProof(from: number, to: number): Buffer[] {
    return this.#tree.consistencyProof(from, to);
  }

  /** Bytes of a tile; null where the journal does not go so far. Problem `journal-corrupt`: an entry in it is not what was written. */
  tile(tile: Tile): Buffer | null {
    if (!isCovered(tile, this.size)) return null;
    if (tile.level === 'entries') for (let at = 0; at < tile.width; at++) this.#line(tile.index * tileWidth + at);
    return tileBytes(this.#source, tile);
  }

  /**
   * The newest checkpoint that may be handed out. Without a quorum of witnesses: over all entries, as far as the disk takes it; tiles and
   * checkpoint are on disk before anybody is given it. Problem `checkpoint-uncosigned`: no quorum has ever cosigned one.
   */
  async published(): Promise<string> {
    await this.#publish();
    const cosigned = this.#cosigned?.newest;
    if (cosigned && (this.#quorum > 0 || cosigned.size === this.#publisher.size)) return cosigned.note;
    if (this.#quorum > 0) throw uncosigned();
    return this.#publisher.note;
  }

  /**
   * Brings checkpoint and tiles up to the last entry, and the checkpoint to those who keep it and do not have it yet. Does not wait for
   * them.
   */
  async tend(): Promise<void> {
    await this.#publish();
    if (this.#heldNote !== this.#publisher.note) this.#held?.offer(this.#publisher.note);
    this.#cosigning?.offer(this.#publisher.note);
  }

  /** What was written before stays true when the disk takes nothing now. */
  async #publish(): Promise<void> {
    await this.#publisher.publish(this.size).catch(() => undefined);
    await this.#publisher.settled();
  }

  /**
   * A checkpoint for a package whose last entry is the one before `size`, the same one each time. With a quorum of witnesses a cosigned
   * one; they are asked where there is none yet. `vkey`: the key of this log that it must bear. Problems `checkpoint-uncosigned`, `key-invalid`.
   */
  async covering(size: number, vkey = this.vkey): Promise<Covering> {
    if (!this.#cosigned || this.#quorum === 0) return { size, note: this.checkpoint(size, vkey) };
    const there = await this.#cosigned.covering(size);
    if (there) return this.#under(vkey, there);
    await this.tend();
    await this.#cosigning?.settled();
    const asked = await this.#cosigned.covering(size);
    if (!asked) throw uncosigned();
    return this.#under(vkey, asked);
  }

  /** Witnesses sign the text: their lines hold whichever key of the log stands above them. */
  #under(vkey: string, { size, note }: Covering): Covering {
    if (openCheckpoint(note, vkey)) return { size, note };
    const [, ...cosignatures] = note.slice(note.lastIndexOf('\n\n') + 2).split('\n');
    return { size, note: this.checkpoint(size, vkey) + cosignatures.join('\n') };
  }

  /** In the journal itself: whoever wrote it anew has to write this too, or takes it away once more from under the witness. */
  async #note(disagree: readonly Disagreement[]): Promise<void> {
    await Promise.all(disagree.map((data) => this.append({ event: 'witness-disagreed', by: 'gate', data })));
  }

  get #quorum(): number {
    return this.#parts.cosigners?.quorum ?? 0;
  }

  /** Waits for what was begun, writes the checkpoint, lets the lock go. Problem `journal-unwritable`: the checkpoint is behind. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    try {
      await this.#writing;
      await this.#publisher.publish(this.size);
      await Promise.all([this.#publisher.settled(), this.#held?.settled(), this.#cosigning?.settled()]);
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
      if (this.size - this.#publisher.size >= checkpointEvery) await this.#publishInTurn();
    }
    this.#writing = null;
  }

  async #publishInTurn(): Promise<void> {
    // Who was answered just now may have more to say: a turn, so that it waits here already.
    await new Promise((resolve) => setImmediate(resolve));
    // Each publication is several fsyncs: under load entries come first.
    if (this.#waiting.length >= maxBatch && this.size - this.#publisher.size < checkpointAtLeastEvery) return;
    // The entries are on disk: a checkpoint that cannot be written now is tried again at the next entry, and at the end.
    await this.#publisher.publish(this.size).catch(() => undefined);
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

  #entry(index: number): Entry {
    return JSON.parse(this.#line(index).toString()) as Entry;
  }

  /** Read from the disk each time and held against its leaf hash: what is counted is what is there, and unchanged. */
  #line(index: number): Buffer {
    const [line] = this.#source.lines(index, index + 1);
    if (!leafHash(line!).equals(this.#tree.leaf(index)))
      throw new Problem('journal-corrupt', `Entry ${index} is not what was written; the file was changed under the running gate.`);
    return line!;
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
async function beginNew({ folder, origin, key, held }: Parts): Promise<void> {
  const isNew =
    !fs.existsSync(path.join(folder, 'checkpoint')) && (!fs.existsSync(entriesOf(folder)) || fs.statSync(entriesOf(folder)).size === 0);
  if (!isNew) return;
  const note = signNote(checkpointText(origin, 0, emptyRoot()), origin, key);
  // First, so that a death in between is still a beginning. One that is there already is judged, never replaced here.
  if (held && !fs.existsSync(held.file)) await writeHeld(held.file, note);
  await writeCheckpoint(folder, note);
}
