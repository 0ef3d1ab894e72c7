// 移交: a package on a medium. An executor fetched it, wrote it, read it again and compared; the officers who take it sign, each by their own login
// or together on paper.
import type { Handover, RequestState } from '../domain/lifecycle.js';
import { isWhole } from '../domain/byte-ranges.js';
import { placeOf, readNumber, writeNumber } from '../domain/paper-number.js';
import { Problem } from '../domain/problem.js';
import type { PackagePart } from '../domain/package-part.js';
import type { Person } from '../domain/subject.js';
import type { Store } from '../store/store.js';
import { judgeReceiver } from './deliver.js';
import { isNamed } from './named.js';
import type { PeopleParts } from './people.js';
import { makeNames } from './register-row.js';
import type { Requests } from './requests.js';
import { applicationOf, namesOf } from './revealed.js';
import { bindScans, isKept } from './scans.js';
import type { Transfers } from './transfers.js';

interface Parts {
  requests: Requests;
  store: Store;
  people: Pick<PeopleParts, 'roll'>;
  transfers: Pick<Transfers, 'finish' | 'isWhole'>;
  newId: () => string;
}

/** What the executor says of the medium. `bytes`, `sha256`: of the file, as it was read from it again. */
export interface MadeMedium {
  transfer: string;
  serial: string;
  bag: string;
  bytes: number;
  sha256: string;
  receivers: readonly string[];
}

/** Problems: `request-unknown`, `not-permitted`, `state-conflict`, `receiver-barred`. */
export async function makeHandover(parts: Parts, executor: Person, requestId: string, { receivers, ...medium }: MadeMedium): Promise<{ state: RequestState; made: Handover }> {
  const by = executor.pseudonym;
  const pick = (state: RequestState) => {
    if (!judgeReceiver(state, by).executors.includes(by))
      throw new Problem('not-permitted', `A package is handed over by who released it; ${executor.user} did not release ${requestId}.`);
    const transfer = state.transfers.find((it) => it.transfer === medium.transfer && it.by === by);
    if (!transfer) throw new Problem('state-conflict', `Transfer ${medium.transfer} of ${requestId} is none of yours.`);
    // Wrapped for a key of the executor's own, nobody else could ever open it.
    if (transfer.form === 'age') throw new Problem('state-conflict', `Transfer ${transfer.transfer} is in age, to the key of who fetched it: a medium carries the form zip or plain.`);
    // One medium for each: a second would have the first one's bytes under another serial number.
    const first = state.handovers.find((it) => it.transfer === transfer.transfer);
    if (first) throw new Problem('state-conflict', `Transfer ${transfer.transfer} was handed over already, as hand-over ${first.handover}; another medium takes another transfer.`);
    const whole = transfer.ended === null ? parts.transfers.isWhole(transfer.transfer) : transfer.ended.ranges && isWhole(transfer.ended.ranges, transfer.bytes);
    if (whole === false || transfer.bytes !== medium.bytes)
      throw new Problem('state-conflict', `On the medium are ${medium.bytes} bytes, and transfer ${transfer.transfer} has ${transfer.bytes}: it is not whole.`);
    return transfer;
  };
  await parts.transfers.finish(pick(parts.requests.state(requestId)).transfer);
  return parts.requests.take(requestId, async (turn) => {
    const { part, form } = pick(turn.state);
    await expectReceivers(parts, turn.state, part, receivers);
    const names = await parts.store.personal.conceal('receivers', receivers);
    const data = { ...medium, handover: parts.newId(), part, form, receivers: names };
    await turn.append({ event: 'handover-made', by, data });
    return { state: turn.state, made: turn.state.handovers.at(-1)! };
  });
}

/** By name, as they stand on the list: of originals that leave apart who was named for them, of anything else one of those who may sign for it; and as many as sign, each once. */
async function expectReceivers({ store, people }: Parts, state: RequestState, part: PackagePart, receivers: readonly string[]): Promise<void> {
  const { requested, release, requestId } = state;
  const names = makeNames({ store, people });
  const application = part === 'originals' ? null : await applicationOf(state, store);
  const accounts = part === 'originals' ? [release?.originalsFor] : [requested.applicant];
  const named = await Promise.all(accounts.flatMap((by) => (by ? [names(by)] : [])));
  const right = new Set([...(application?.officers ?? []), ...(application?.visitor ? [application.visitor] : []), ...named].map(({ name }) => name));
  if (!receivers.some((name) => right.has(name)))
    throw new Problem('receiver-barred', `None of the receivers takes ${part === 'originals' ? 'the originals' : 'the package'} of ${requestId}; right would be: ${[...right].join(', ')}.`);
  if (new Set(receivers).size < Math.max(signersOf(state), receivers.length))
    throw new Problem('receiver-barred', `The medium of ${requestId} is signed for by ${signersOf(state)}: name each once${part === 'originals' ? '; who takes originals beside the one they were released to is of the same unit' : ''}.`);
}

/**
 * `scanSha256`: of the signed list, uploaded by the executor who made the hand-over; without it the caller signs for themselves.
 * Problems: `request-unknown`, `not-permitted`, `state-conflict`, `scan-unknown`.
 */
export async function signHandover(
  parts: Parts,
  person: Person,
  requestId: string,
  handover: string,
  { scanSha256 = null }: { scanSha256?: string | null | undefined },
): Promise<RequestState> {
  return parts.requests.take(requestId, async (turn) => {
    const found = turn.state.handovers.find((it) => it.handover === handover);
    await judgeSigner(parts, turn.state, person, found ?? null, scanSha256);
    if (!found) throw new Problem('state-conflict', `Request ${requestId} has no hand-over ${handover}.`);
    if (isSigned(turn.state, found) || found.signatures.some((it) => it.by === person.pseudonym))
      throw new Problem('state-conflict', `Hand-over ${handover} is signed already.`);
    // The paper is the request's before the entry names it: else the next sweep takes it.
    if (scanSha256 !== null) await bindScans(parts.store, requestId, [scanSha256]);
    await turn.append({ event: 'handover-signed', by: person.pseudonym, data: { handover, scanSha256 } });
    return turn.state;
  });
}

async function judgeSigner({ store, people }: Parts, state: RequestState, person: Person, handover: Handover | null, scan: string | null): Promise<void> {
  const { requested, release, requestId } = state;
  const by = person.pseudonym;
  if (scan !== null) {
    // A stranger hears the same of each number.
    if (!release?.executors.includes(by) || (handover && handover.by !== by))
      throw new Problem('not-permitted', `The signed list of ${requestId} is put in by the executor who made the hand-over.`);
    if (!(await isKept(store, person.user, scan))) throw new Problem('scan-unknown', `There is no scan ${scan} of yours; upload it first.`);
    return;
  }
  const isParty =
    handover?.part === 'originals'
      ? await takesOriginals({ store, people }, state, person, handover)
      : requested.applicant === by || (await isNamed(store, state, person.user));
  if (!isParty || release?.executors.includes(by)) throw new Problem('not-permitted', `Only the officers who receive it sign for ${requestId}.`);
}

/** Who was named for the originals, and a colleague of theirs whom the list names; nobody merely because their card stands on the form. */
async function takesOriginals(parts: Pick<Parts, 'store' | 'people'>, state: RequestState, person: Person, { receivers }: Handover): Promise<boolean> {
  const named = state.release?.originalsFor;
  if (!named) return false;
  if (person.pseudonym === named) return true;
  const { unit } = await makeNames(parts)(named);
  return person.unit === unit && (await namesOf(state, receivers, parts.store)).includes(person.name);
}

/** Both officers, or the one who alone was to come. */
const signersOf = ({ plan }: Pick<RequestState, 'plan'>): number => Math.min(2, Math.max(1, plan?.officers ?? 2));

/** By login each, of originals who was named for them among them; on paper they sign together. */
export function isSigned(state: Pick<RequestState, 'plan' | 'release'>, { signatures, part }: Handover): boolean {
  if (signatures.some(({ scanSha256 }) => scanSha256 !== null)) return true;
  const isTaken = part !== 'originals' || signatures.some(({ by }) => by === state.release?.originalsFor);
  return isTaken && signatures.length >= signersOf(state);
}

/** Of the list that lies beside the medium: which hand-over of its request it is. */
export const handoverNumber = ({ requestId, handovers }: Pick<RequestState, 'requestId' | 'handovers'>, handover: string, gate: string): string =>
  writeNumber({ requestId, gate, letter: 'H', place: placeOf('medium', handovers.findIndex((it) => it.handover === handover) + 1) });

/** The hand-over that somebody names: as the gate calls it, or by the number on its list. Problem `number-mistyped`. */
export function handoverNamed({ requestId, handovers }: Pick<RequestState, 'requestId' | 'handovers'>, text: string, gate: string): string {
  const read = readNumber(text);
  if (read?.requestId !== requestId || read.gate !== gate || read.letter !== 'H') return text;
  return handovers[read.place - placeOf('medium', 1)]?.handover ?? text;
}
