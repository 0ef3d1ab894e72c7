// 交接清单(回执), after the fact: who fetched a package and when, on which medium it went, who confirmed its hash or would not, with places to sign.
import type { Pseudonym } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { packageName, type PackagePart } from '../domain/package-part.js';
import type { Person } from '../domain/subject.js';
import { receiptPaper, type Party } from '../documents/receipt.js';
import { maskNumber } from '../evidence/mask-number.js';
import type { Manifest } from '../evidence/manifest-schema.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import type { Store } from '../store/store.js';
import { readSealedJson } from './custody.js';
import { judgeReceiver, partFor, sealedPart } from './deliver.js';
import { makingOf, type PaperDesk } from './paper-making.js';
import type { PeopleParts } from './people.js';
import { idWords, instrumentWords } from './register-words.js';
import type { Requests } from './requests.js';
import { applicationOf, erasedWord, namesOf, textOf, unitOf } from './revealed.js';
import type { PackageIndex } from './seal-package.js';
import { custodianOf } from './site-name.js';

interface Parts {
  requests: Requests;
  journal: Journal;
  objects: Objects;
  store: Store;
  readonly policy: Policy;
  people: Pick<PeopleParts, 'roll'>;
  papers: PaperDesk;
  now: () => Date;
}

/**
 * For who may fetch that package, or released it; `part` left out: the one that they may have. Problems: `request-unknown`, `not-permitted`,
 * `state-conflict`, `object-corrupt` (also once the copies' time is over and the list is gone).
 */
export async function receiptPaperOf(parts: Parts, person: Person, requestId: string, wanted?: PackagePart): Promise<Buffer> {
  const { requests, journal, objects, store, policy, papers, now } = parts;
  const state = requests.state(requestId);
  const part = wanted ?? partFor(state, person.pseudonym);
  judgeReceiver(state, person.pseudonym, part);
  const sealed = sealedPart(state, part);
  const { contents, files, instrument } = JSON.parse((await readSealedJson<PackageIndex>(objects, sealed.index)).manifest) as Manifest;
  const evidence = files.filter(({ role }) => role !== 'document');
  const transfers = state.transfers.filter((it) => it.part === part);
  const medium = state.handovers.findLast((it) => it.part === part);
  const received = transfers.find(({ receipt }) => receipt?.outcome === 'confirmed');
  const confirmed = received?.receipt;
  // Of several downloads the one that went on the medium, or was signed for, or came last.
  const told = transfers.find(({ transfer }) => transfer === medium?.transfer) ?? received ?? transfers.at(-1);
  const refused = journal
    .entriesOf(requestId)
    .flatMap((entry) => (entry.event === 'receipt-refused' && transfers.some(({ transfer }) => transfer === entry.data.transfer) ? [entry.data.reason] : []))
    .at(-1);
  const officers = await officersOf(state, store);
  // Originals that leave apart go to one named person: nobody else, of the form or not, receives them.
  const named = part === 'originals' ? await partyOf(parts, state.release!.originalsFor!, '指定接收人') : null;
  const known = named ? [named] : officers;
  const nameOf = async (by: Pseudonym): Promise<string> => (await accountOf(parts, by))?.name ?? erasedWord;
  const making = await makingOf(papers, policy, now(), ['F5'], part === 'whole' ? undefined : part);
  return receiptPaper(
    {
      requestId,
      fileName: packageName(requestId, part),
      instrument: instrument && `${instrumentWords[instrument.type]} ${instrument.number}`,
      custodian: custodianOf(parts, state.requested.site),
      requestingUnit: named?.unit ?? (await unitOf(state, store)),
      files: evidence.length,
      bytes: evidence.reduce((sum, { bytes }) => sum + bytes, 0),
      giver: medium ? await partyOf(parts, medium.by, '执行人') : null,
      receivers: medium ? (await namesOf(state, medium.receivers, store)).map((name) => known.find((it) => it.name === name) ?? { name, unit: '—', known: '—' }) : known,
      at: medium?.at ?? null,
      place: null,
      medium: medium ? { serial: medium.serial, bag: medium.bag } : null,
      form: told?.form ?? null,
      copy: told ? { number: transfers.indexOf(told) + 1, of: transfers.length } : null,
      confirmed: confirmed ? { by: await nameOf(confirmed.by), at: confirmed.at } : null,
      refusal: refused === undefined ? null : await textOf(state, refused, store),
      remarks: null,
      fetches: await Promise.all(transfers.map(async ({ by, at, form }) => ({ name: await nameOf(by), at, form }))),
      signatures: await Promise.all(signaturesOf(state, part).map(async ({ by, ...it }) => ({ ...it, name: await nameOf(by) }))),
    },
    { ...making, series: part === 'originals' ? 'later-originals' : 'later', upTo: state.requestSequence },
    { contents: contents.sha256, manifest: sealed.manifest },
  );
}

/** In the order in which they were given. */
const signaturesOf = ({ transfers, handovers }: RequestState, part: PackagePart) =>
  [
    ...transfers.flatMap((it) => (it.part === part && it.receipt ? [{ ...it.receipt, what: it.receipt.outcome === 'confirmed' ? '确认签收' : '注明拒绝签收', scanSha256: null }] : [])),
    ...handovers.flatMap((it) => (it.part === part ? it.signatures.map((by) => ({ ...by, what: `介质 ${it.serial} 移交签字` })) : [])),
  ]
    .map(({ by, at, what, scanSha256 }) => ({ by, at, what, scanSha256 }))
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));

const officersOf = async (state: RequestState, store: Store) =>
  ((await applicationOf(state, store))?.officers ?? []).map(({ name, unit, idKind, idNumber }) => ({ name, unit, known: `${idWords[idKind]} ${maskNumber(idNumber)}` }));

async function accountOf({ store, people }: Pick<Parts, 'store' | 'people'>, by: Pseudonym) {
  const user = await store.people.userOf(by);
  return user === null ? null : ((await people.roll.vouchFor(user, store))?.account ?? null);
}

async function partyOf(parts: Parts, by: Pseudonym, known: string): Promise<Party> {
  const account = await accountOf(parts, by);
  return { name: account?.name ?? erasedWord, unit: account?.unit ?? '—', known };
}
