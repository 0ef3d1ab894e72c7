// 签收: who fetched a package says that they hold what was sealed, or that they refuse the receipt. Both are ends, and both are final; what an executor
// notes of them is not: they may still confirm.
import type { RequestState, Transfer } from '../domain/lifecycle.js';
import { isWhole } from '../domain/byte-ranges.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Store } from '../store/store.js';
import { judgeReceiver, sealedPart } from './deliver.js';
import type { Requests } from './requests.js';
import type { Transfers } from './transfers.js';

interface Parts {
  requests: Requests;
  store: Store;
  transfers: Pick<Transfers, 'finish' | 'isWhole'>;
}

/** `transfer` left out: the newest that nobody has signed for. */
interface Of {
  transfer?: string | undefined;
}

/**
 * `manifest`: SHA-256, hex, of the manifest.json that they hold. Problems: `request-unknown`, `not-permitted`, `state-conflict`,
 * `receipt-differs`.
 */
export async function confirmReceipt(parts: Parts, person: Person, requestId: string, { manifest, transfer }: Of & { manifest: string }): Promise<RequestState> {
  const pick = (state: RequestState): Transfer => {
    if (judgeReceiver(state, person.pseudonym).executors.includes(person.pseudonym))
      throw new Problem('not-permitted', `Who hands ${requestId} over does not sign for its receipt.`);
    const mine = (it: Transfer): boolean => it.by === person.pseudonym;
    // Of two packages the one whose manifest this is.
    const isThis = (it: Transfer): boolean => mine(it) && sealedPart(state, it.part).manifest === manifest;
    // What an executor noted of them is no last word of theirs.
    const isOpen = ({ receipt }: Transfer): boolean => receipt === null || (receipt.outcome === 'refused' && receipt.by !== person.pseudonym);
    const found = unsigned(state, transfer, transfer === undefined && state.transfers.some(isThis) ? isThis : mine, isOpen);
    expectWhole(parts, found);
    if (sealedPart(state, found.part).manifest !== manifest)
      throw new Problem('receipt-differs', `This is not the manifest that was sealed for ${requestId}: what you hold is not this package. Do not sign for it; fetch it again.`);
    return found;
  };
  await parts.transfers.finish(pick(parts.requests.state(requestId)).transfer);
  return parts.requests.take(requestId, async (turn) => {
    // The voice of a moment ago: meanwhile another may have been quicker.
    const { transfer: of } = pick(turn.state);
    await turn.append({ event: 'receipt-confirmed', by: person.pseudonym, data: { transfer: of, manifest } });
    return turn.state;
  });
}

/** By who fetched it, or noted by an executor. Problems: `request-unknown`, `not-permitted`, `state-conflict`. */
export async function refuseReceipt(parts: Parts, person: Person, requestId: string, { reason, transfer }: Of & { reason: string }): Promise<RequestState> {
  const pick = (state: RequestState): Transfer => {
    const notes = judgeReceiver(state, person.pseudonym).executors.includes(person.pseudonym);
    const found = unsigned(state, transfer, (it) => notes || it.by === person.pseudonym);
    if (found.by === person.pseudonym) return found;
    // Said of somebody else, it is said of one download, and ends none that still goes on.
    if (transfer === undefined) throw new Problem('state-conflict', `Name the transfer of ${requestId} whose receipt was refused.`);
    expectWhole(parts, found);
    return found;
  };
  await parts.transfers.finish(pick(parts.requests.state(requestId)).transfer);
  return parts.requests.take(requestId, async (turn) => {
    const { transfer: of } = pick(turn.state);
    const commitment = await parts.store.personal.conceal('reason', reason);
    await turn.append({ event: 'receipt-refused', by: person.pseudonym, data: { transfer: of, reason: commitment } });
    return turn.state;
  });
}

/** `isOpen`: nobody signed for it, unless told otherwise. */
function unsigned({ transfers, requestId }: RequestState, wanted: string | undefined, may: (it: Transfer) => boolean, isOpen = ({ receipt }: Transfer): boolean => receipt === null): Transfer {
  const mine = transfers.filter((it) => may(it) && (wanted === undefined || it.transfer === wanted));
  const found = mine.findLast(isOpen);
  if (found) return found;
  const what = mine.length > 0 ? 'was signed for, or refused, already; that is final' : 'is none of yours';
  throw new Problem('state-conflict', `${wanted === undefined ? `Every transfer of ${requestId}` : `Transfer ${wanted}`} ${what}.`);
}

/** Where nobody knows any more how far it came, the receiver's word stands. */
function expectWhole({ transfers }: Parts, { transfer, bytes, ended }: Transfer): void {
  const ranges = ended?.ranges ?? null;
  const whole = ended === null ? transfers.isWhole(transfer) : ranges && isWhole(ranges, bytes);
  if (whole === false) throw new Problem('state-conflict', `Not all of transfer ${transfer} has left the gate; fetch the rest first.`);
}
