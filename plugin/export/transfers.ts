// Transfers: one counted download each, at an address for its receiver alone, however often it is cut off and taken up again. Recorded before the
// first byte can be asked for; what left is recorded when it ends.
import { randomBytes } from 'node:crypto';
import type { ByteRange, DeliveryForm, TransferEnd } from '../domain/audit-event.js';
import { addRange, isWhole, touches } from '../domain/byte-ranges.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Log } from '../domain/log.js';
import { Problem } from '../domain/problem.js';
import type { PackagePart } from '../domain/package-part.js';
import type { Person } from '../domain/subject.js';
import type { Wrapped } from '../delivery/readable.js';
import type { Journal } from '../journal/journal.js';
import type { Objects } from '../store/objects.js';
import type { ClockWatch } from './clock-watch.js';
import { archiveOf, judgeCount, judgeDownload, partFor } from './deliver.js';
import type { Requests } from './requests.js';
import { judgeForm, recipientOf, wrap, type Asked, type Wish } from './wrap.js';

interface Parts {
  clock: Pick<ClockWatch, 'judge'>;
  journal: Journal;
  objects: Objects;
  requests: Requests;
  log: Log;
  now: () => Date;
  newId: () => string;
}

/** Without a byte being handed on, milliseconds; also once all was: the last megabytes may still be on their way, and lost. */
export const IDLE_MS = 15 * 60_000;
/** Separate ranges that are kept of one transfer: all of them stand in one entry. */
const MOST_RANGES = 128;
/** Requests of one transfer at once. */
const MOST_AT_ONCE = 16;

/** One that goes on. */
export interface OpenTransfer {
  transfer: string;
  requestId: string;
  by: string;
  part: PackagePart;
  wrapped: Wrapped;
}

interface Kept extends OpenTransfer {
  /** As the entry has it. */
  form: DeliveryForm;
  recipient: string | null;
  /** When the release ends. */
  expiresAt: number;
  ranges: ByteRange[];
  atOnce: number;
  usedAt: number;
  /** It sends nothing more; its entry may still have to be written. */
  ended: TransferEnd | null;
}

export class Transfers {
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly parts: Parts) {}

  /**
   * Counts a download and gives the address's last part. Whose answer was lost on its way, or who clicked twice, is given the one that waits for its
   * first byte: it is counted already. Problems: `request-unknown`, `not-permitted`, `state-conflict`, `release-expired`, `form-refused`,
   * `body-malformed`, `clock-doubted`, `checkpoint-uncosigned`, `journal-unwritable`, `object-corrupt`.
   */
  begin(receiver: Person, requestId: string, asked: Asked): Promise<OpenTransfer & { address: string }> {
    const { requests, clock, objects, now, newId } = this.parts;
    const by = receiver.pseudonym;
    return requests.take(requestId, async (turn) => {
      const { state } = turn;
      const wish: Wish = { ...asked, part: asked.part ?? partFor(state, by) };
      judgeDownload(state, by, wish.part, now());
      judgeForm(state, wish);
      // Set back, the gate's clock would open again what had ended.
      await clock.judge();
      const recipient = recipientOf(wish);
      const waiting = this.#waiting(requestId, by, wish, recipient);
      if (waiting) return waiting;
      judgeCount(state, wish.part);
      // Everything that can fail is done before the entry says that bytes leave.
      const wrapped = await wrap(objects, state, await archiveOf(this.parts, state, wish.part), wish);
      const transfer = newId();
      const { form, part } = wish;
      await turn.append({ event: 'clip-transferred', by, data: { transfer, part, form, bytes: wrapped.bytes, recipient } });
      const address = randomBytes(24).toString('base64url');
      const open = { transfer, requestId, by, part, wrapped };
      const expiresAt = Date.parse(state.release!.expiresAt);
      this.#kept.set(address, { ...open, form, recipient, expiresAt, ranges: [], atOnce: 0, usedAt: now().getTime(), ended: null });
      return { ...open, address };
    });
  }

  /** Of the same receiver, package, form and key, and nothing of it was asked for yet. Its time begins anew. */
  #waiting(requestId: string, by: string, { part, form }: Wish, recipient: string | null): (OpenTransfer & { address: string }) | null {
    for (const [address, kept] of this.#kept) {
      const isSame = kept.requestId === requestId && kept.by === by && kept.part === part && kept.form === form && kept.recipient === recipient;
      if (!isSame || kept.ranges.length > 0 || kept.atOnce > 0 || this.#endOf(kept) !== null) continue;
      kept.usedAt = this.parts.now().getTime();
      return { transfer: kept.transfer, requestId, by, part, wrapped: kept.wrapped, address };
    }
    return null;
  }

  /** Of whom it is does not matter yet; null where there is none, or no longer. */
  find(address: string): OpenTransfer | null {
    const kept = this.#kept.get(address);
    return kept && this.#endOf(kept) === null ? kept : null;
  }

  /** Bytes [from, to), counted as they are handed on. Problems: `transfer-over`, `too-many-requests`, `object-corrupt`. */
  async *read(address: string, from: number, to: number): AsyncGenerator<Buffer> {
    const kept = this.#kept.get(address);
    if (!kept || this.#endOf(kept) !== null) throw over();
    if (kept.atOnce >= MOST_AT_ONCE) throw new Problem('too-many-requests', `One transfer is asked for ${MOST_AT_ONCE} times at once at most.`);
    if (kept.ranges.length + kept.atOnce >= MOST_RANGES && !touches(kept.ranges, from))
      throw new Problem('too-many-requests', `One transfer is taken in ${MOST_RANGES} separate ranges at most; go on where one ended.`);
    kept.atOnce += 1;
    let at = from;
    try {
      for await (const piece of kept.wrapped.read(from, to)) {
        // Once it has ended, its entry says what left; and behind the end of its release the package may be destroyed at any time.
        if (this.#endOf(kept) !== null) throw over();
        // Before it goes, so that nothing left which the entry does not tell.
        kept.ranges = addRange(kept.ranges, [at, at + piece.length]);
        kept.usedAt = this.parts.now().getTime();
        at += piece.length;
        yield piece;
      }
    } finally {
      kept.atOnce -= 1;
    }
  }

  /** Did all of it leave? Null of one that is not going on. */
  isWhole(transfer: string): boolean | null {
    const kept = [...this.#kept.values()].find((it) => it.transfer === transfer);
    return kept ? isWhole(kept.ranges, kept.wrapped.bytes) : null;
  }

  /** Did any of it leave? Null of one that is not going on. */
  hasBegun(transfer: string): boolean | null {
    const kept = [...this.#kept.values()].find((it) => it.transfer === transfer);
    return kept ? kept.ranges.length > 0 : null;
  }

  /** The receiver has it. */
  async finish(transfer: string): Promise<void> {
    for (const [address, kept] of this.#kept) if (kept.transfer === transfer) await this.#end(address, kept, this.#endOf(kept) ?? (isWhole(kept.ranges, kept.wrapped.bytes) ? 'complete' : 'stopped'));
  }

  /** Ends what nobody asks for any more; writes entries that could not be written before. */
  async look(): Promise<void> {
    for (const [address, kept] of this.#kept) {
      const why = this.#endOf(kept);
      if (why !== null) await this.#end(address, kept, why);
    }
  }

  /** In order: what left of each is known. */
  async close(): Promise<void> {
    for (const [address, kept] of this.#kept)
      await this.#end(address, kept, this.#endOf(kept) ?? (isWhole(kept.ranges, kept.wrapped.bytes) ? 'complete' : 'stopped')).catch((cause: unknown) =>
        this.parts.log('error', { event: 'transfer-not-ended', requestId: kept.requestId, cause }),
      );
  }

  #endOf({ ended, usedAt, expiresAt, ranges, wrapped }: Kept): TransferEnd | null {
    if (ended !== null) return ended;
    const now = this.parts.now().getTime();
    if (now < expiresAt && now - usedAt < IDLE_MS) return null;
    return isWhole(ranges, wrapped.bytes) ? 'complete' : 'expired';
  }

  async #end(address: string, kept: Kept, why: TransferEnd): Promise<void> {
    kept.ended = why;
    await endTransfer(this.parts.requests, kept, why, kept.ranges);
    this.#kept.delete(address);
  }
}

/** Once, whoever comes first. */
async function endTransfer(requests: Requests, { requestId, transfer }: { requestId: string; transfer: string }, why: TransferEnd, ranges: readonly ByteRange[] | null): Promise<void> {
  await requests.take(requestId, async (turn) => {
    if (turn.state.transfers.find((it) => it.transfer === transfer)?.ended !== null) return;
    await turn.append({ event: 'transfer-ended', by: 'gate', data: { transfer, why, ranges } });
  });
}

/** At start: what the last run did not end, nobody can go on with, and nobody knows how far it came. */
export async function endLost(requests: Requests): Promise<void> {
  for (const requestId of requests.ids()) {
    const unended = (state: RequestState) => state.transfers.filter(({ ended }) => ended === null);
    for (const { transfer } of unended(requests.state(requestId))) await endTransfer(requests, { requestId, transfer }, 'lost', null);
  }
}

export const over = (): Problem =>
  new Problem('transfer-over', 'There is no transfer at this address, or none any more: ask for a new one, which counts as one more download.');
