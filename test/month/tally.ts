// What the month did, written down by who did it: a line for each act on footage, and what is known of each request. The register is held
// against it, so nothing here is read from the journal or from the register.
import type { Application, Item } from '../../plugin/domain/export-request.js';
import type { Basis } from '../../plugin/domain/basis.js';
import type { Kind } from '../../plugin/domain/kind.js';
import type { Custody, State } from '../../plugin/domain/lifecycle.js';
import type { UserId } from '../../plugin/domain/subject.js';
import type { Named, RegisterRow } from '../../plugin/export/register-row.js';
import { cameraNames, type City, type Step } from './cities.js';

/** One request, as far as the month has brought it. */
export interface Matter {
  id: string;
  city: City;
  form: Application;
  applicant: UserId;
  /** Who typed it in for the applicant. */
  typist: UserId | null;
  state: State;
  custody: Custody;
  appliedAt: string;
  codes: readonly string[];
  /** What was granted of what was asked, once somebody narrowed it. */
  granted: readonly Item[] | null;
  voices: { step: Step; by: UserId; at: string; standsInFor: UserId | null }[];
  /** Who ended it without a grant, in which step; null: the gate. */
  ended: { step: Step | null; by: UserId | null; at: string; standsInFor: UserId | null } | null;
  glass: { by: UserId; at: string } | null;
  executors: UserId[];
  releasedAt: string | null;
  manifest: string | null;
  held: boolean;
}

/** One act. `items` where the act was about others than the request's. */
export interface Deed {
  action: RegisterRow['action'];
  at: string;
  matter: Matter | null;
  /** Of which site's register, and that of what belongs to none. */
  site: string;
  by: UserId | { name: string };
  typist?: UserId | null;
  reason?: string;
  about?: string;
  /** Where what left went. */
  destination?: UserId | { name: string };
  items?: readonly { camera: string; from: string | null; to: string | null }[];
  codes?: readonly string[];
}

/** Kinds of matter by basis; all others are ordinary. */
const kinds: Partial<Record<Basis, Kind>> = {
  ADMIN_URGENT: 'urgent',
  EMERGENCY_RESCUE: 'emergency',
  CITIZEN_VIEW: 'citizen-view',
  INTERNAL_SECURITY: 'internal',
  FOREIGN: 'foreign',
};

const confidential: readonly Basis[] = ['STATE_SECURITY', 'SUPERVISION'];

const results = {
  'footage-viewed': 'viewed', 'frame-inspected': 'viewed', 'clip-released': 'released', 'clip-transferred': 'transferred', 'receipt-confirmed': 'received', 'receipt-refused': 'unreceived', 'handover-made': 'transferred', 'glass-broken': 'broken',
  'act-refused': 'refused', 'request-refused': 'refused', 'footage-searched': 'searched', 'search-refused': 'refused', 'access-stopped': 'stopped',
  'copy-transferred': 'transferred', 'viewing-opened': 'opened', 'footage-played': 'viewed', 'live-watched': 'viewed', 'footage-deleted': 'deleted', 'guard-hit': 'stopped',
} as const;

export type ExpectedRow = Omit<RegisterRow, 'entry'>;

export class Tally {
  readonly matters: Matter[] = [];
  readonly deeds: Deed[] = [];
  /** Who has an account, under which name and for whom. */
  readonly people = new Map<UserId, Named>();
  /** Every state that some answer told. */
  readonly met = new Set<State>();

  /** Rows of one register, in order. */
  rowsOf(site: string, ofConfidential = false): ExpectedRow[] {
    return this.deeds
      .filter((deed) => deed.site === site && (deed.matter !== null && this.isConfidential(deed.matter)) === ofConfidential)
      .map((deed, at) => ({ number: at + 1, ...this.#row(deed) }));
  }

  isConfidential({ form: { basis } }: Matter): boolean {
    return confidential.includes(basis);
  }

  #row(deed: Deed): Omit<ExpectedRow, 'number'> {
    const { action, at, matter } = deed;
    const head = { at, action };
    if (!matter) return { ...head, ...this.#alone(deed) };
    const row = this.#ofMatter(matter);
    const person = typeof deed.by === 'string' ? this.#named(deed.by) : { user: null, name: deed.by.name, unit: '' };
    if (action === 'export-requested')
      return { ...head, ...row, items: named(matter.form.items), enteredBy: matter.typist && this.#named(matter.typist), result: matter.state, codes: matter.codes };
    const what = { ...head, ...row, person, about: deed.about ?? '', codes: deed.codes ?? [], result: results[action], ...(deed.items && { items: named(deed.items) }) };
    if (action === 'clip-released') return { ...what, destination: row.person };
    if (action === 'clip-transferred') return { ...what, destination: person };
    if (deed.destination) return { ...what, destination: typeof deed.destination === 'string' ? this.#named(deed.destination) : { user: null, name: deed.destination.name, unit: '' } };
    if (action !== 'glass-broken') return what;
    const { by, at: askedAt } = matter.glass!;
    return { ...what, approvers: [...row.approvers, { step: 'glass', name: this.#named(by).name, at: askedAt, standsInFor: null }] };
  }

  /** What every row of a request shows. */
  #ofMatter(matter: Matter) {
    const { form, voices, ended, executors } = matter;
    const name = (user: UserId): string => this.#named(user).name;
    return {
      reason: form.reason,
      items: named(matter.granted ?? form.items),
      about: '',
      person: this.#named(matter.applicant),
      enteredBy: null,
      basis: form.basis,
      instrument: form.instrument ? { type: form.instrument.type, number: form.instrument.number } : null,
      officers: form.officers.map(({ name: called, unit, idKind, idNumber }) => ({ name: called, unit, idKind, idNumber: masked(idNumber) })),
      visitor: form.visitor ? { name: form.visitor.name, idNumber: masked(form.visitor.idNumber) } : null,
      approvers: voices.map(({ step, by, at, standsInFor }) => ({ step, name: name(by), at, standsInFor: standsInFor && name(standsInFor) })),
      ended: ended && { step: ended.step, name: ended.by === null ? '网关' : name(ended.by), at: ended.at, standsInFor: ended.standsInFor && name(ended.standsInFor) },
      executors: executors.map(name),
      releasedAt: matter.releasedAt,
      custody: matter.custody,
      codes: [],
      purpose: form.purpose === 'publication' ? ('publication' as const) : (kinds[form.basis] ?? 'ordinary'),
      destination: null,
      bundle: matter.manifest ?? matter.id,
      requestId: matter.id,
    };
  }

  /** An act that no request stands behind. */
  #alone({ action, by, typist, about, items, codes, reason }: Deed) {
    return {
      reason: reason ?? '',
      items: named(items ?? []),
      about: about ?? '',
      person: typeof by === 'string' ? this.#named(by) : { user: null, name: by.name, unit: '' },
      enteredBy: typist ? this.#named(typist) : null,
      basis: null,
      instrument: null,
      officers: [],
      visitor: null,
      approvers: [],
      ended: null,
      executors: [],
      releasedAt: null,
      custody: null,
      purpose: null,
      destination: null,
      bundle: '',
      requestId: null,
      result: results[action as keyof typeof results],
      codes: codes ?? [],
    };
  }

  #named(user: UserId): Named {
    const found = this.people.get(user);
    if (!found) throw new Error(`${user} has no account in the month.`);
    return found;
  }
}

/** Card numbers of the month have nine characters, of which the last three are shown. */
const masked = (number: string): string => `******${number.slice(6)}`;

const named = (items: readonly { camera: string; from: string | null; to: string | null }[]) =>
  items.map(({ camera, from, to }) => ({ camera, name: cameraNames.get(camera) ?? '', from, to }));
