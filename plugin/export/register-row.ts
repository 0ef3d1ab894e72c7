// One row of the register: an act on footage, with what the journal tells of it and the names and words behind the journal's commitments.
import type { Commitment, Pseudonym } from '../domain/audit-event.js';
import type { Basis } from '../domain/basis.js';
import type { Application, IdKind, Item } from '../domain/export-request.js';
import { kindOf, type Kind } from '../domain/kind.js';
import type { InstrumentType } from '../domain/legal-instrument.js';
import type { Custody, RequestState, State } from '../domain/lifecycle.js';
import type { Instant } from '../domain/span.js';
import type { UserId } from '../domain/subject.js';
import { maskNumber } from '../evidence/mask-number.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import type { RowEntry } from './month-index.js';
import { placeOf } from './place-of.js';
import { gateWord, type Outcome } from './register-words.js';
import type { PeopleParts } from './people.js';
import type { Requests } from './requests.js';
import { applicationOf, erasedWord, namesOf, textOf, unitOf } from './revealed.js';

/** The user is null for who has no account: the gate, a client of a recorder, who was erased. */
export interface Named {
  user: UserId | null;
  name: string;
  unit: string;
}

export interface RegisterRow {
  /** 序号, from 1 in its month. */
  number: number;
  at: Instant;
  /** The journal event that the row stands for. */
  action: RowEntry['event'];
  /** 事由; empty where no application tells one. */
  reason: string;
  /** 内容. */
  items: readonly { camera: string; name: string; from: Instant | null; to: Instant | null }[];
  /** What else the act was about: which frame, why watched, which operation, which act was refused, which manifest was confirmed or why none was. */
  about: string;
  /** 调用人员, and who typed the application in where that was somebody else. */
  person: Named;
  enteredBy: Named | null;
  basis: Basis | null;
  instrument: { type: InstrumentType; number: string } | null;
  officers: readonly { name: string; unit: string; idKind: IdKind | null; idNumber: string }[];
  /** A citizen at the counter. */
  visitor: { name: string; idNumber: string } | null;
  approvers: readonly { step: string; name: string; at: Instant; standsInFor: string | null }[];
  /** Who ended it without a grant: the holder of a step who returned it, who withdrew or closed it, the gate. */
  ended: { step: string | null; name: string; at: Instant; standsInFor: string | null } | null;
  executors: readonly string[];
  releasedAt: Instant | null;
  /** Where the footage was sealed: of rows that belong to a request. */
  custody: Custody | null;
  result: State | Outcome;
  codes: readonly string[];
  /** 用途. */
  purpose: Kind | null;
  /** 去向: to whom the package was released, or who fetched it. */
  destination: Named | null;
  /** 材料包标识: SHA-256 of the manifest, else the request's number. */
  bundle: string;
  requestId: string | null;
  /** 流水号: index of the journal entry. */
  entry: number;
}

export interface RowParts {
  readonly policy: Policy;
  requests: Requests;
  store: Store;
  people: Pick<PeopleParts, 'roll'>;
  /** What the configuration says that a recorder records. */
  camerasOf(recorder: string): readonly { camera: string; recording: string | null }[];
}

/** Accounts by pseudonym, asked for once in a register. */
export type Names = (person: Pseudonym) => Promise<Named>;

export function makeNames({ store, people }: Pick<RowParts, 'store' | 'people'>): Names {
  const known = new Map<Pseudonym, Promise<Named>>();
  const find = async (person: Pseudonym): Promise<Named> => {
    if (person === 'gate') return { user: null, name: gateWord, unit: '' };
    const user = await store.people.userOf(person);
    // A name that somebody wrote into the database stands on no paper.
    const account = user && (await people.roll.vouchFor(user, store))?.account;
    return { user, name: account ? account.name : (user ?? person), unit: account ? account.unit : '' };
  };
  return (person) => {
    const named = known.get(person) ?? find(person);
    known.set(person, named);
    return named;
  };
}

/** `items`: of acts that no request stands behind, those of the register's site. */
export async function rowOf(parts: RowParts, names: Names, entry: RowEntry, items: readonly Item[]): Promise<Omit<RegisterRow, 'number'>> {
  const head = { at: entry.at, action: entry.event, entry: entry.index };
  switch (entry.event) {
    case 'export-requested': {
      const state = parts.requests.state(entry.requestId);
      const { applicant, enteredBy } = entry.data;
      const row = await rowOfRequest(parts, names, state, state.requested.items);
      const typist = enteredBy === applicant ? null : await names(enteredBy);
      return { ...head, ...row, enteredBy: typist, result: state.state, codes: codesOf(state) };
    }
    case 'clip-released': {
      const row = await rowOfRequest(parts, names, parts.requests.state(entry.requestId));
      return { ...head, ...row, person: await names(entry.by), destination: row.person, result: 'released' };
    }
    case 'clip-transferred': {
      const [row, person] = await both(parts, names, entry);
      return { ...head, ...row, person, destination: person, result: 'transferred' };
    }
    case 'receipt-confirmed':
    case 'receipt-refused': {
      const [row, person] = await both(parts, names, entry);
      const state = parts.requests.state(entry.requestId);
      // Noted by an executor, it is still about who fetched it.
      const { by } = state.transfers.find(({ transfer }) => transfer === entry.data.transfer)!;
      const destination = by === state.requested.applicant ? row.person : await names(by);
      if (entry.event === 'receipt-confirmed') return { ...head, ...row, about: entry.data.manifest, person, destination, result: 'received' };
      return { ...head, ...row, about: await textOf(state, entry.data.reason, parts.store), person, destination, result: 'unreceived' };
    }
    case 'handover-made': {
      const [row, person] = await both(parts, names, entry);
      const { serial, bag, receivers } = entry.data;
      const taken = await namesOf(parts.requests.state(entry.requestId), receivers, parts.store);
      const destination = { user: null, name: taken.join('、'), unit: '' };
      return { ...head, ...row, about: `${serial} ${bag}`, person, destination, result: 'transferred' };
    }
    case 'footage-viewed': {
      const [row, person] = await both(parts, names, entry);
      const { why, ...item } = entry.data;
      return { ...head, ...row, items: named(parts.policy, [item]), about: why, person, result: 'viewed' };
    }
    case 'copy-transferred': {
      const [row, person] = await both(parts, names, entry);
      const { form, ...item } = entry.data;
      return { ...head, ...row, items: named(parts.policy, [item]), about: form, person, destination: person, result: 'transferred' };
    }
    case 'frame-inspected': {
      const [row, person] = await both(parts, names, entry);
      const items = named(parts.policy, [{ camera: entry.data.camera, from: null, to: null }]);
      return { ...head, ...row, items, about: entry.data.edge, person, result: 'viewed' };
    }
    case 'glass-broken': {
      const [row, person] = await both(parts, names, entry);
      const asked = await names(entry.data.askedBy);
      const first = { step: 'glass', name: asked.name, at: entry.data.askedAt, standsInFor: null };
      return { ...head, ...row, person, approvers: [...row.approvers, first], result: 'broken', codes: [entry.data.reason] };
    }
    case 'act-refused': {
      const { act, request, code } = entry.data;
      const [row, person] = await both(parts, names, { requestId: request, by: entry.by });
      return { ...head, ...row, about: act, person, result: 'refused', codes: [code] };
    }
    case 'request-refused': {
      const { applicant, code } = entry.data;
      const typist = entry.by === applicant ? null : await names(entry.by);
      const row = { ...unasked(parts.policy, items), person: await names(applicant), enteredBy: typist };
      return { ...head, ...row, reason: await reasonOf(parts.store, entry.data.reason), result: 'refused', codes: [code] };
    }
    case 'footage-searched':
    case 'search-refused': {
      const row = { ...unasked(parts.policy, items), person: await names(entry.by), reason: await reasonOf(parts.store, entry.data.reason) };
      if (entry.event === 'footage-searched') return { ...head, ...row, result: 'searched' };
      return { ...head, ...row, result: 'refused', codes: [entry.data.code] };
    }
    case 'access-stopped': {
      const { recorder, operation, recording, client } = entry.data;
      const cameras = parts.camerasOf(recorder).filter((it) => recording !== null && it.recording === recording);
      const row = unasked(
        parts.policy,
        cameras.map(({ camera }) => ({ camera, from: null, to: null })),
      );
      const about = [recorder, operation, recording].filter(Boolean).join(' ');
      return { ...head, ...row, about, person: await clientOf(parts.store, client), result: 'stopped', codes: [entry.data.class] };
    }
    case 'viewing-opened':
    case 'footage-played': {
      const row = { ...unasked(parts.policy, items), person: await names(entry.by), reason: await reasonOf(parts.store, entry.data.reason) };
      if (entry.event === 'viewing-opened') return { ...head, ...row, result: 'opened' };
      return { ...head, ...row, about: entry.data.form, result: 'viewed' };
    }
    case 'live-watched': {
      const row = unasked(parts.policy, [{ camera: entry.data.camera, from: null, to: null }]);
      return { ...head, ...row, person: await names(entry.by), result: 'viewed' };
    }
    case 'footage-deleted':
      return { ...head, ...unasked(parts.policy, items), person: await names(entry.by), result: 'deleted' };
    case 'guard-hit': {
      const { recorder, operation, why, client } = entry.data;
      const row = { ...unasked(parts.policy, []), about: [recorder, operation].join(' '), person: await clientOf(parts.store, client) };
      return { ...head, ...row, result: 'stopped', codes: [why] };
    }
  }
}

type Body = Omit<RegisterRow, 'number' | 'at' | 'action' | 'entry' | 'result'>;

/** The request, and who acted on it: its applicant as of the unit for which they applied, which may be erased. */
async function both(parts: RowParts, names: Names, { requestId, by }: { requestId: string; by: Pseudonym }): Promise<[Body, Named]> {
  const state = parts.requests.state(requestId);
  const row = await rowOfRequest(parts, names, state);
  return [row, by === state.requested.applicant ? row.person : await names(by)];
}

/** What every row of a request shows: the application, and how far it has come by now. */
async function rowOfRequest(parts: RowParts, names: Names, state: RequestState, items?: readonly Item[]): Promise<Body> {
  const { requested, voices, release, plan, package: packed, instrument } = state;
  const [application, applicant, unit] = await Promise.all([
    applicationOf(state, parts.store),
    names(requested.applicant),
    unitOf(state, parts.store),
  ]);
  const approvers = voices.map(async ({ step, by, at, standsInFor }) => {
    const absent = standsInFor === null ? null : (await names(standsInFor)).name;
    return { step, at, name: (await names(by)).name, standsInFor: absent };
  });
  return {
    reason: application ? application.reason : erasedWord,
    items: named(parts.policy, items ?? plan?.items ?? requested.items),
    about: '',
    person: { ...applicant, unit },
    enteredBy: null,
    basis: requested.basis,
    instrument: instrument && {
      type: instrument.type as InstrumentType,
      number: application ? (application.instrument?.number ?? '') : erasedWord,
    },
    officers: officersOf(application, requested.officers),
    visitor: visitorOf(application, requested.basis),
    approvers: await Promise.all(approvers),
    ended: await endOf(names, state),
    executors: await Promise.all((release?.executors ?? []).map(async (it) => (await names(it)).name)),
    releasedAt: release?.at ?? null,
    custody: state.tracks.custody,
    codes: [],
    purpose: kindOf(requested),
    destination: null,
    bundle: packed?.manifest ?? state.requestId,
    requestId: state.requestId,
  };
}

async function endOf(names: Names, { endedAt, endedBy, returned }: RequestState): Promise<RegisterRow['ended']> {
  if (endedAt === null || endedBy === null) return null;
  const absent = returned?.standsInFor ? (await names(returned.standsInFor)).name : null;
  return { step: returned?.step ?? null, name: (await names(endedBy)).name, at: endedAt, standsInFor: absent };
}

function officersOf(application: Application | null, count: number): RegisterRow['officers'] {
  if (!application) return Array.from({ length: count }, () => ({ name: erasedWord, unit: '', idKind: null, idNumber: '' }));
  return application.officers.map(({ name, unit, idKind, idNumber }) => ({ name, unit, idKind, idNumber: maskNumber(idNumber) }));
}

function visitorOf(application: Application | null, basis: Basis): RegisterRow['visitor'] {
  if (!application) return basis === 'CITIZEN_VIEW' ? { name: erasedWord, idNumber: erasedWord } : null;
  return application.visitor ? { name: application.visitor.name, idNumber: maskNumber(application.visitor.idNumber) } : null;
}

/** No application stands behind the act. */
const unasked = (policy: Policy, items: readonly Asked[]): Omit<Body, 'person'> => ({
  reason: '',
  items: named(policy, items),
  about: '',
  enteredBy: null,
  basis: null,
  instrument: null,
  officers: [],
  visitor: null,
  approvers: [],
  ended: null,
  executors: [],
  releasedAt: null,
  custody: null,
  codes: [],
  purpose: null,
  destination: null,
  bundle: '',
  requestId: null,
});

/** Why an application ended as it did. */
function codesOf({ state, denied, returned, missing }: RequestState): readonly string[] {
  if (state === 'denied') return denied!.reasons;
  if (state === 'returned') return returned!.codes;
  return state === 'not-available' ? [...new Set(missing.map(({ cause }) => cause))] : [];
}

const reasonOf = async (store: Store, commitment: Commitment): Promise<string> =>
  String((await store.personal.reveal(commitment))?.value ?? erasedWord);

type Asked = { camera: string; from: Instant | null; to: Instant | null };

const named = (policy: Policy, items: readonly Asked[]): RegisterRow['items'] =>
  items.map(({ camera, from, to }) => ({ camera, name: placeOf(policy, camera)?.camera.name ?? '', from, to }));

/** Who asked a recorder through the front: a network address, and the name used there where the message told it. */
async function clientOf(store: Store, commitment: Commitment): Promise<Named> {
  const revealed = await store.personal.reveal(commitment);
  if (!revealed) return { user: null, name: erasedWord, unit: '' };
  const { user, address } = revealed.value as { user: string | null; address: string };
  return { user: null, name: user ? `${user} ${address}` : address, unit: '' };
}
