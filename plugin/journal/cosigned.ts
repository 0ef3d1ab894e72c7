// Checkpoints that enough witnesses have cosigned: the newest one, and the one under which each package was first handed out.
import fs from 'node:fs';
import path from 'node:path';
import type { GateEvents } from '../domain/audit-event.js';
import { isCosigned } from '../domain/formats/cosignature.js';
import type { MerkleTree } from '../domain/formats/merkle.js';
import { Problem } from '../domain/problem.js';
import { putFile, syncFolder } from './durable.js';
import { openCheckpoint } from '../domain/formats/signed-checkpoint.js';
import { readNote } from './read-checkpoint.js';

/** A witness that has seen another journal than this one. */
export type Disagreement = GateEvents['witness-disagreed'];

/** What the journal needs of its witnesses. */
export interface Cosigners {
  /** So many cosignatures make a checkpoint that may be handed out. 0: it is handed out with those that there are. */
  quorum: number;
  /** Of a witness: type 0x04. */
  vkeys: readonly string[];
  /**
   * Verified cosignature lines of those that gave one, and which witnesses have begun to disagree. Waits as long as it takes to ask, and no longer.
   */
  cosign(candidate: { size: number; note: string; proof(from: number): Buffer[] }): Promise<{ lines: string[]; disagree: readonly Disagreement[] }>;
  /** What they said could not be written; it is tried again with the next checkpoint. */
  failed: (cause: unknown) => void;
}

/** A checkpoint that can be handed out. */
export interface Covering {
  size: number;
  note: string;
}

interface Parts {
  folder: string;
  /** All verifier keys of the log. */
  vkeys: readonly string[];
  tree: MerkleTree;
  cosigners: Cosigners;
}

export class Cosigned {
  readonly #parts: Parts;
  #newest: Covering | null;

  /** What was cosigned before counts while this journal continues it and its witnesses are still the configured ones. */
  constructor(parts: Parts) {
    this.#parts = parts;
    this.#newest = this.#read(path.join(parts.folder, 'cosigned'));
  }

  get newest(): Covering | null {
    return this.#newest;
  }

  /** Asks the witnesses and puts what they said on disk. Fewer than the quorum: nothing changes. Gives those that have begun to disagree. */
  async add(note: string): Promise<readonly Disagreement[]> {
    const { tree, vkeys, cosigners } = this.#parts;
    const { size } = openCheckpoint(note, vkeys)!;
    if (this.#newest?.size === size && this.#count(this.#newest.note) === cosigners.vkeys.length) return [];
    const { lines, disagree } = await cosigners.cosign({ size, note, proof: (from) => tree.consistencyProof(from, size) });
    // A disk that takes no cosignature must not swallow that another witness disagrees: it is told once.
    await this.#keep(size, note + lines.join('')).catch(cosigners.failed);
    return disagree;
  }

  async #keep(size: number, signed: string): Promise<void> {
    const { folder, cosigners } = this.#parts;
    const count = this.#count(signed);
    if (count === 0 || count < cosigners.quorum) return;
    // Asked again for those that were away, fewer may have answered: what is there is not made poorer.
    if (this.#newest?.size === size && this.#count(this.#newest.note) >= count) return;
    await putFile(path.join(folder, 'cosigned'), signed, path.join(folder, 'cosigned.part'));
    await syncFolder(folder);
    this.#newest = { size, note: signed };
  }

  /**
   * The checkpoint over at least `size` entries, the same one each time it is asked for: a package is the same bytes each time. Null
   * where none is cosigned that goes so far.
   */
  async covering(size: number): Promise<Covering | null> {
    const folder = path.join(this.#parts.folder, 'covering');
    const file = path.join(folder, String(size));
    const kept = this.#read(file);
    if (kept && kept.size >= size) return kept;
    if (!this.#newest || this.#newest.size < size) return null;
    const newest = this.#newest;
    await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
    await putFile(file, newest.note, path.join(this.#parts.folder, 'covering.part'));
    await syncFolder(folder);
    return newest;
  }

  #read(file: string): Covering | null {
    const { vkeys, tree, cosigners } = this.#parts;
    const note = readNote(file);
    const checkpoint = note === null ? null : openCheckpoint(note, vkeys);
    if (note === null || !checkpoint || checkpoint.size > tree.size || !tree.root(checkpoint.size).equals(checkpoint.root)) return null;
    return this.#count(note) >= cosigners.quorum ? { size: checkpoint.size, note } : null;
  }

  #count(note: string): number {
    return this.#parts.cosigners.vkeys.filter((vkey) => isCosigned(note, vkey)).length;
  }
}

export const uncosigned = (): Problem =>
  new Problem(
    'checkpoint-uncosigned',
    'Not enough witnesses have cosigned the journal as far as this; it is tried again by itself. Come back later.',
  );
