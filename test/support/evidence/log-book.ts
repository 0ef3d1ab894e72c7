// A journal in memory, made from the formats alone: the tests of the evidence room must not lean on the journal's code.
import type { KeyObject } from 'node:crypto';
import type { RequestEntry } from '../../../plugin/domain/audit-event.js';
import { canonicalJson } from '../../../plugin/domain/formats/canonical-json.js';
import { checkpointText } from '../../../plugin/domain/formats/checkpoint.js';
import { leafHash, MerkleTree } from '../../../plugin/domain/formats/merkle.js';
import { signNote } from '../../../plugin/domain/formats/signed-note.js';
import { tlogProof } from '../../../plugin/domain/formats/tlog-proof.js';

export class LogBook {
  readonly #tree = new MerkleTree();
  readonly #histories = new Map<string, RequestEntry[]>();

  constructor(
    readonly origin: string,
    readonly key: KeyObject,
  ) {
    this.#append({ v: 1, index: 0, at: this.#at(), by: 'gate', event: 'journal-opened', data: { origin } });
  }

  /** Something of the gate as a whole: takes a place in the log and belongs to no request. */
  other(): void {
    this.#append({ v: 1, index: this.#tree.size, at: this.#at(), by: 'gate', event: 'signed-in', data: { account: 'p-0123456789abcdef01234567' } });
  }

  append(requestId: string, event: string, data: unknown, by = 'gate'): RequestEntry {
    const history = this.historyOf(requestId);
    const last = history.at(-1);
    const previous = last ? leafHash(Buffer.from(canonicalJson(last))).toString('hex') : null;
    const entry = { v: 1, index: this.#tree.size, at: this.#at(), by, event, data, requestId, requestSequence: history.length, previous } as RequestEntry;
    this.#append(entry);
    history.push(entry);
    return entry;
  }

  historyOf(requestId: string): RequestEntry[] {
    const known = this.#histories.get(requestId) ?? [];
    this.#histories.set(requestId, known);
    return known;
  }

  get size(): number {
    return this.#tree.size;
  }

  checkpoint(size = this.size): string {
    return signNote(checkpointText(this.origin, size, this.#tree.root(size)), this.origin, this.key);
  }

  proof(index: number, size = this.size): string {
    return tlogProof(index, this.#tree.inclusionProof(index, size), this.checkpoint(size));
  }

  #at(): string {
    return new Date(Date.UTC(2026, 2, 1, 2, 0, this.#tree.size)).toISOString();
  }

  #append(entry: unknown): void {
    this.#tree.append(leafHash(Buffer.from(canonicalJson(entry))));
  }
}
