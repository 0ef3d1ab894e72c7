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
import { nameSite } from './site-name.js';

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
  const confirmed = transfers.find(({ receipt }) => receipt?.outcome === 'confirmed')?.receipt;
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
      custodian: `${nameSite(parts, state.requested.site).siteName ?? ''}(${state.requested.site})`,
      requestingUnit: named?.unit ?? (await unitOf(state, store)),
      files: evidence.length,
      bytes: evidence.reduce((sum, { bytes }) => sum + bytes, 0),
      giver: medium ? await partyOf(parts, medium.by, '执行人') : null,
      receivers: medium ? (await namesOf(state, medium.receivers, store)).map((name) => known.find((it) => it.name === name) ?? { name, unit: '—', known: '—' }) : known,
      at: medium?.at ?? null,
      place: null,
      medium: medium ? { kind: medium.form, serial: medium.serial, bag: medium.bag } : null,
      copy: null,
      confirmed: confirmed ? { by: await nameOf(confirmed.by), at: confirmed.at } : null,
      refusal: refused === undefined ? null : await textOf(state, refused, store),
      remarks: null,
      fetches: await Promise.all(transfers.map(async ({ by, at }) => ({ name: await nameOf(by), at }))),
    },
    { ...making, series: part === 'originals' ? 'later-originals' : 'later' },
    { contents: contents.sha256, manifest: sealed.manifest },
  );
}

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
