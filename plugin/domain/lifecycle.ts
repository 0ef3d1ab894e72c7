// The states of a request: voices and footage run side by side until they meet in the delivery, and what may follow what. A request changes state
// only along this table. Everything here is folded from journal entries; the store only keeps a copy.
import type { ByteRange, Commitment, Edge, Finding, GlassReason, Pseudonym, RequestEntry, RequestEventName, ServedPaper, TransferEnd } from './audit-event.js';
import type { Plan } from './plan.js';
import { Problem } from './problem.js';
import type { Instant } from './span.js';

/** The voices: applied → held until all voices are in → granted. */
export type Approval = 'requested' | 'denied' | 'returned' | 'withdrawn' | 'closed' | 'held' | 'granted';
/** The footage: nothing yet → waiting → being pulled → sealed. */
/** `expired`: destroyed by its clock, never released; `destroyed`: by two people, when it had served. */
export type Custody = 'none' | 'queued' | 'pulling' | 'sealed' | 'unavailable' | 'expired' | 'destroyed';
/** What leaves: nothing → being rendered → packaged → one executor asked → released. */
export type Delivery = 'none' | 'packaging' | 'packaged' | 'release-asked' | 'released';

export interface Tracks {
  approval: Approval;
  custody: Custody;
  delivery: Delivery;
}

interface Move {
  /** Which values each track must have before; a track that is not named may have any. */
  from: { [T in keyof Tracks]?: readonly Tracks[T][] };
  to: Partial<Tracks>;
}

const open = ['held', 'granted'] as const;
/** All but destroyed: to footage that is gone nobody agrees. */
const kept = ['none', 'queued', 'pulling', 'sealed', 'unavailable'] as const;
/** Not destroyed by two people: that is an end. */
const standing = [...kept, 'expired'] as const;
const begun = ['queued', 'pulling', 'sealed'] as const;
/** Begun for an open request, and gone on with where one ended under a hold: export/preserve.ts knows when. Never for what is not allowed. */
const pulledFor = [...open, 'returned', 'withdrawn', 'closed'] as const;
/** Handed over; or seen, where the plan lets it be seen and no more. */
const served = ['none', 'released'] as const;
/** The same; or made, and never fetched. */
const lying = [...served, 'packaged', 'release-asked'] as const;
const beforeRelease = ['none', 'packaging', 'packaged', 'release-asked'] as const;

/** Event → where it may happen and where it leads. Left out of this record, an event does not compile. */
export const moves: Record<RequestEventName, Move> = {
  'export-requested': { from: { approval: [] }, to: { approval: 'requested' } },
  // Also from held: a policy that came into force meanwhile may deny what the old one allowed.
  'export-denied': { from: { approval: ['requested', 'held'] }, to: { approval: 'denied' } },
  'export-returned': { from: { approval: ['requested', 'held'] }, to: { approval: 'returned' } },
  'export-held': { from: { approval: ['requested'] }, to: { approval: 'held' } },
  'plan-replaced': { from: { approval: ['held'], custody: kept }, to: {} },
  'plan-narrowed': { from: { approval: ['held'], custody: kept }, to: {} },
  'call-back-made': { from: { approval: open, custody: standing, delivery: beforeRelease }, to: {} },
  'paper-served': { from: { approval: open, custody: kept, delivery: ['none'] }, to: {} },
  'paper-accepted': { from: { approval: open, custody: kept, delivery: ['none'] }, to: {} },
  'paper-overdue': { from: { approval: open, delivery: ['none'] }, to: {} },
  'glass-asked': { from: { approval: ['held'], custody: kept }, to: {} },
  'glass-broken': { from: { approval: ['held'], custody: kept }, to: {} },
  'request-withdrawn': { from: { approval: open, custody: standing, delivery: beforeRelease }, to: { approval: 'withdrawn', delivery: 'none' } },
  'request-closed': { from: { approval: open, delivery: ['none'] }, to: { approval: 'closed' } },
  'preserve-queued': { from: { approval: pulledFor, custody: ['none', 'queued', 'pulling'] }, to: { custody: 'queued' } },
  'preserve-started': { from: { approval: pulledFor, custody: ['queued', 'pulling'] }, to: { custody: 'pulling' } },
  'footage-sealed': { from: { approval: pulledFor, custody: ['pulling'] }, to: {} },
  'footage-missing': { from: { approval: pulledFor, custody: ['queued', 'pulling'] }, to: {} },
  'preserve-failed': { from: { approval: pulledFor, custody: ['pulling'] }, to: { custody: 'queued' } },
  'preserve-completed': { from: { approval: pulledFor, custody: ['queued', 'pulling'] }, to: { custody: 'sealed' } },
  'export-unavailable': { from: { approval: pulledFor, custody: ['queued', 'pulling'] }, to: { custody: 'unavailable' } },
  // Before a voice that wants it, and before times are confirmed.
  'frame-inspected': { from: { approval: open, custody: ['sealed'], delivery: ['none'] }, to: {} },
  'footage-viewed': { from: { approval: open, custody: ['sealed'], delivery: beforeRelease }, to: {} },
  // While voices are given: what they agree to is what is masked.
  'areas-drawn': { from: { approval: ['held'], custody: ['sealed'], delivery: ['none'] }, to: {} },
  'expiry-near': { from: { approval: open, custody: begun, delivery: ['none'] }, to: {} },
  // Before anything is made of it. Of what was granted only an emergency's whose paper did not come: export/expire.ts knows when.
  'footage-expired': { from: { custody: begun, delivery: ['none'] }, to: { custody: 'expired' } },
  'hold-placed': { from: {}, to: {} },
  'hold-lifted': { from: {}, to: {} },
  'personal-erased': { from: {}, to: {} },
  'deadline-near': { from: { approval: open, custody: standing, delivery: beforeRelease }, to: {} },
  // Only on sealed footage of which nothing was made yet: what is confirmed stands in the manifest.
  'times-confirmed': { from: { approval: ['granted'], custody: ['sealed'], delivery: ['none'] }, to: {} },
  'deadline-missed': { from: { approval: open, custody: standing, delivery: beforeRelease }, to: {} },
  'sla-missed': { from: { approval: open, custody: standing, delivery: beforeRelease }, to: {} },
  'request-reviewed': { from: { approval: ['held'], custody: kept }, to: {} },
  'export-granted': { from: { approval: ['held'], custody: kept }, to: { approval: 'granted' } },
  'fulfil-started': {
    from: { approval: ['granted'], custody: ['sealed'], delivery: ['none', 'packaging'] },
    to: { delivery: 'packaging' },
  },
  'fulfil-failed': { from: { delivery: ['packaging'] }, to: { delivery: 'none' } },
  'package-sealed': { from: { approval: ['granted'], custody: ['sealed'], delivery: ['packaging'] }, to: { delivery: 'packaged' } },
  // Again, where who asked first has lost the right or the account since.
  'release-asked': { from: { approval: ['granted'], custody: ['sealed'], delivery: ['packaged', 'release-asked'] }, to: { delivery: 'release-asked' } },
  'clip-released': { from: { approval: ['granted'], custody: ['sealed'], delivery: ['packaged', 'release-asked'] }, to: { delivery: 'released' } },
  'passphrase-shown': { from: { custody: ['sealed'], delivery: ['released'] }, to: {} },
  'clip-transferred': { from: { custody: ['sealed'], delivery: ['released'] }, to: {} },
  'transfer-ended': { from: { delivery: ['released'] }, to: {} },
  'receipt-confirmed': { from: { delivery: ['released'] }, to: {} },
  'receipt-refused': { from: { delivery: ['released'] }, to: {} },
  'handover-made': { from: { delivery: ['released'] }, to: {} },
  'handover-signed': { from: { delivery: ['released'] }, to: {} },
  'copy-transferred': { from: { custody: ['sealed'], delivery: ['released'] }, to: {} },
  'review-drawn': { from: { delivery: ['released'] }, to: {} },
  'review-overdue': { from: { delivery: ['released'] }, to: {} },
  'release-reviewed': { from: { delivery: ['released'] }, to: {} },
  'case-closed': { from: { approval: ['granted'], custody: ['sealed'], delivery: served }, to: {} },
  'copies-destroyed': { from: { custody: ['sealed'], delivery: ['released'] }, to: {} },
  'destruction-near': { from: { approval: ['granted'], custody: ['sealed'], delivery: lying }, to: {} },
  'destruction-asked': { from: { approval: ['granted'], custody: ['sealed'], delivery: lying }, to: {} },
  // Of what nothing is made (the plan lets it be seen, and no more) before a release that never comes: export/destroy.ts knows which.
  'footage-destroyed': { from: { approval: ['granted'], custody: ['sealed'], delivery: lying }, to: { custody: 'destroyed' } },
  // Also of what ended: a hold may want it.
  'overwrite-near': { from: { custody: ['none', 'queued', 'pulling'] }, to: {} },
};

export const start: Tracks = { approval: 'requested', custody: 'none', delivery: 'none' };

export const canMove = (tracks: Tracks, event: RequestEventName): boolean =>
  (Object.entries(moves[event].from) as [keyof Tracks, readonly string[]][]).every(([track, allowed]) => allowed.includes(tracks[track]));

/** The one word for a person: what the request waits for, or how it ended. */
export const states = [
  'requested',
  'denied',
  'returned',
  'withdrawn',
  'closed',
  'not-available',
  'preserve-queued',
  'held',
  'granted',
  'awaiting-paper',
  'viewable',
  'packaged',
  'release-asked',
  'released',
  'destroyed',
] as const;
export type State = (typeof states)[number];

/** What the word needs to know beside the tracks. */
interface About {
  /** Why the pull waits; to wait for one's turn is the ordinary course and not worth a word. */
  waitsFor?: RequestState['waitsFor'];
  awaitsPaper?: boolean;
  isOnlySeen?: boolean;
}

export function stateOf({ approval, custody, delivery }: Tracks, { waitsFor = null, awaitsPaper, isOnlySeen }: About = {}): State {
  if (approval !== 'held' && approval !== 'granted') return approval;
  if (custody === 'unavailable') return 'not-available';
  if (custody === 'destroyed') return 'destroyed';
  if (delivery === 'packaged' || delivery === 'release-asked' || delivery === 'released') return delivery;
  if (approval === 'granted' && awaitsPaper) return 'awaiting-paper';
  if (approval === 'granted') return isOnlySeen && custody === 'sealed' ? 'viewable' : 'granted';
  return custody === 'queued' && waitsFor !== null && waitsFor !== 'submitted' ? 'preserve-queued' : 'held';
}

/** One counted download, with what became of it. */
export type Transfer = Extract<RequestEntry, { event: 'clip-transferred' }>['data'] & {
  by: Pseudonym;
  at: Instant;
  ended: { why: TransferEnd; ranges: readonly ByteRange[] | null; at: Instant } | null;
  receipt: { outcome: 'confirmed' | 'refused'; by: Pseudonym; at: Instant } | null;
};

/** One medium that was handed over, with who signed for it. */
export type Handover = Extract<RequestEntry, { event: 'handover-made' }>['data'] & {
  by: Pseudonym;
  at: Instant;
  signatures: readonly { by: Pseudonym; at: Instant; scanSha256: string | null }[];
};

/** All that the journal says of one request. */
export interface RequestState {
  requestId: string;
  tracks: Tracks;
  state: State;
  requested: Extract<RequestEntry, { event: 'export-requested' }>['data'];
  requestedAt: string;
  plan: Plan | null;
  planDigest: string | null;
  /** A stricter policy made the newest plan, and the form was not written for it. */
  isPlanReplaced: boolean;
  /** The paper: that of the application, or one that came later. */
  instrument: ServedPaper | null;
  /** Commits to the newest form. */
  application: Commitment;
  /** Everything that people wrote about it: each form (a paper that is served makes a new one), why it is held, why it was closed. */
  words: readonly { field: 'application' | 'reason' | 'explanation' | 'receivers'; commitment: Commitment }[];
  /** One per step that was agreed to, in order. `standsInFor`: whose role it was, where it was delegated. */
  voices: readonly { step: string; by: string; at: string; standsInFor: Pseudonym | null }[];
  grantedAt: Instant | null;
  /** When it ended without a grant. */
  endedAt: Instant | null;
  /** And by whom. */
  endedBy: Pseudonym | null;
  callBacks: readonly { directory: string; confirmed: boolean; by: Pseudonym; at: Instant }[];
  /** Of an emergency: was its paper served, and did somebody accept it? */
  paper: { servedBy: Pseudonym; servedAt: Instant; accepted: boolean } | null;
  paperOverdue: boolean;
  /** Break-glass: who asked, and whether and when a second administrator did too. */
  glass: { reason: GlassReason; askedBy: Pseudonym; askedAt: Instant; broken: boolean; brokenAt: Instant | null } | null;
  /** The hold that stands, if any. */
  hold: { until: Instant | null; reason: Commitment; by: Pseudonym; at: Instant } | null;
  views: readonly (Extract<RequestEntry, { event: 'footage-viewed' }>['data'] & { by: Pseudonym; at: Instant })[];
  /** Commitments whose values were erased. */
  erased: readonly Commitment[];
  /** When the last thing happened to it; that a value was erased is none, or the next one could not be. */
  changedAt: Instant;
  /** The same, without what keepers do to the record alone: a hold, or an erasure, begins no time of keeping anew. */
  actedAt: Instant;
  /** Cameras done with, in this custody. */
  takes: readonly Extract<RequestEntry, { event: 'footage-sealed' }>['data'][];
  missing: readonly Extract<RequestEntry, { event: 'footage-missing' }>['data'][];
  /** Who saw which frame. */
  inspected: readonly { camera: string; edge: Edge; by: string }[];
  /** Lists of what is hidden, each as it was drawn; the last one of a camera counts. */
  drawings: readonly (Extract<RequestEntry, { event: 'areas-drawn' }>['data'] & { by: Pseudonym; at: Instant })[];
  /** A person's word on times that no recorder proved, with who gave it; the last word for each camera counts. */
  confirmations: readonly (Extract<RequestEntry, { event: 'times-confirmed' }>['data'] & { by: string; at: string })[];
  returned: Extract<RequestEntry, { event: 'export-returned' }>['data'] | null;
  denied: Extract<RequestEntry, { event: 'export-denied' }>['data'] | null;
  late: boolean;
  /** Deadlines of which little was left. */
  near: readonly ('instrument' | 'total')[];
  /** When its footage is destroyed, as was told a week before. */
  expiryNear: Instant | null;
  /** Times of the plan's `sla` that passed. */
  slaMissed: readonly ('verify' | 'total')[];
  /** Why the pull waits. */
  waitsFor: Extract<RequestEntry, { event: 'preserve-queued' }>['data']['why'] | null;
  attempts: { preserve: number; fulfil: number };
  /** Tries that failed; one that a crash ended is none. */
  failures: { preserve: number; fulfil: number };
  lastFailure: string | null;
  package: Extract<RequestEntry, { event: 'package-sealed' }>['data'] | null;
  packagedAt: Instant | null;
  releaseAskedBy: string | null;
  /** Whom the first executor named for the originals. */
  originalsFor: Pseudonym | null;
  release: (Extract<RequestEntry, { event: 'clip-released' }>['data'] & { at: string }) | null;
  transfers: readonly Transfer[];
  handovers: readonly Handover[];
  /** When the package was received: the first receipt, signed hand-over or noted refusal. From here on its times of keeping run. */
  receivedAt: Instant | null;
  /** Marked copies that left through a recorder's own pages. */
  copies: readonly Extract<RequestEntry, { event: 'copy-transferred' }>['data'][];
  /** The draw for review afterwards; null before the release, and where the plan asks for none. */
  draw: Extract<RequestEntry, { event: 'review-drawn' }>['data'] | null;
  reviewOverdue: boolean;
  reviewedAfter: { finding: Finding; by: string; at: string } | null;
  /** When the case was reported closed, and by whom. */
  closed: { by: Pseudonym; at: Instant } | null;
  /** The export copies are gone. */
  copiesDestroyed: (Extract<RequestEntry, { event: 'copies-destroyed' }>['data'] & { at: Instant }) | null;
  /** From when on its original may be destroyed, as was told before. */
  destructionNear: Instant | null;
  /** Who asked for its destruction; a hold makes it none. */
  destructionAsked: { by: Pseudonym; at: Instant } | null;
  destroyed: (Extract<RequestEntry, { event: 'footage-destroyed' }>['data'] & { by: Pseudonym; at: Instant }) | null;
  /** Cameras whose footage the recorder was about to write over. */
  overwriteNear: readonly string[];
  /** Sequence of the last entry. */
  requestSequence: number;
}

/** An emergency that came without a paper, until somebody accepted one: it is seen, and nothing leaves. */
export const awaitsPaper = ({ plan, requested, paper }: Pick<RequestState, 'plan' | 'requested' | 'paper'>): boolean =>
  plan !== null && plan.paperHours !== null && requested.instrument === null && !paper?.accepted;

/** Cameras whose times nobody vouches for yet. Nothing is made of their footage before somebody does; of what the plan leaves out, nothing is
 *  made at all. */
export const unconfirmed = ({ takes, confirmations, plan }: Pick<RequestState, 'takes' | 'confirmations' | 'plan'>): string[] =>
  takes
    .filter(({ doubt }) => doubt !== null)
    .map(({ camera }) => camera)
    .filter((camera) => !confirmations.some((it) => it.camera === camera) && (plan?.items?.some((item) => item.camera === camera) ?? true));

/** Entries of one request, in order → where it stands. Problem `journal-corrupt` where an entry could not have followed. */
export function fold(entries: readonly RequestEntry[]): RequestState {
  const [first, ...rest] = entries;
  if (first?.event !== 'export-requested')
    throw new Problem('journal-corrupt', `The history of ${first?.requestId ?? 'a request'} does not begin with export-requested.`);
  return rest.reduce(follow, {
    requestId: first.requestId,
    tracks: start,
    state: 'requested',
    requested: first.data,
    requestedAt: first.at,
    plan: null,
    planDigest: null,
    isPlanReplaced: false,
    instrument: first.data.instrument,
    application: first.data.application,
    words: [{ field: 'application', commitment: first.data.application }],
    voices: [],
    grantedAt: null,
    endedAt: null,
    endedBy: null,
    callBacks: [],
    paper: null,
    paperOverdue: false,
    glass: null,
    hold: null,
    views: [],
    erased: [],
    changedAt: first.at,
    actedAt: first.at,
    takes: [],
    missing: [],
    inspected: [],
    drawings: [],
    confirmations: [],
    returned: null,
    denied: null,
    late: false,
    near: [],
    expiryNear: null,
    slaMissed: [],
    waitsFor: null,
    attempts: { preserve: 0, fulfil: 0 },
    failures: { preserve: 0, fulfil: 0 },
    lastFailure: null,
    package: null,
    packagedAt: null,
    releaseAskedBy: null,
    originalsFor: null,
    release: null,
    transfers: [],
    handovers: [],
    receivedAt: null,
    copies: [],
    draw: null,
    reviewOverdue: false,
    reviewedAfter: null,
    closed: null,
    copiesDestroyed: null,
    destructionNear: null,
    destructionAsked: null,
    destroyed: null,
    overwriteNear: [],
    requestSequence: 0,
  });
}

/** One entry further. */
export function follow(state: RequestState, entry: RequestEntry): RequestState {
  if (entry.requestSequence !== state.requestSequence + 1 || !canMove(state.tracks, entry.event))
    throw new Problem('journal-corrupt', `Entry ${entry.index} (${entry.event}) cannot follow in the history of ${entry.requestId}.`);
  const tracks = { ...state.tracks, ...moves[entry.event].to };
  const known = { ...state, ...learn(state, entry), tracks };
  const { waitsFor } = known;
  return {
    ...known,
    state: stateOf(tracks, { waitsFor, awaitsPaper: awaitsPaper(known), isOnlySeen: known.plan?.deliver === 'view' }),
    changedAt: entry.at,
    actedAt: isKeeping(entry) ? state.actedAt : entry.at,
    requestSequence: entry.requestSequence,
  };
}

const keeping: readonly RequestEventName[] = ['hold-placed', 'hold-lifted', 'personal-erased', 'copies-destroyed', 'destruction-near', 'destruction-asked', 'footage-destroyed'];
const isKeeping = ({ event }: RequestEntry): boolean => keeping.includes(event);

function learn(state: RequestState, entry: RequestEntry): Partial<RequestState> {
  switch (entry.event) {
    case 'export-denied':
      return { denied: entry.data, endedAt: entry.at, endedBy: entry.by };
    case 'export-returned':
      return { returned: entry.data, endedAt: entry.at, endedBy: entry.by };
    case 'request-withdrawn':
      return { endedAt: entry.at, endedBy: entry.by };
    case 'request-closed':
      return { endedAt: entry.at, endedBy: entry.by, words: [...state.words, { field: 'explanation', commitment: entry.data.explanation }] };
    case 'export-granted':
      return { grantedAt: entry.at };
    case 'call-back-made':
      return { callBacks: [...state.callBacks, { ...entry.data, by: entry.by, at: entry.at }] };
    case 'paper-served': {
      const { instrument, application } = entry.data;
      const words = [...state.words, { field: 'application' as const, commitment: application }];
      return { instrument, application, words, paper: { servedBy: entry.by, servedAt: entry.at, accepted: false } };
    }
    case 'paper-accepted':
      return { paper: state.paper && { ...state.paper, accepted: true } };
    case 'paper-overdue':
      return { paperOverdue: true };
    case 'glass-asked':
      return { glass: { reason: entry.data.reason, askedBy: entry.by, askedAt: entry.at, broken: false, brokenAt: null } };
    case 'glass-broken':
      return { glass: state.glass && { ...state.glass, broken: true, brokenAt: entry.at } };
    case 'hold-placed':
      return {
        hold: { ...entry.data, by: entry.by, at: entry.at },
        // Whatever day was told before, it is another one now; who asked for its destruction did not know of the hold.
        expiryNear: null,
        destructionNear: null,
        destructionAsked: null,
        words: [...state.words, { field: 'reason', commitment: entry.data.reason }],
      };
    case 'hold-lifted':
      return { hold: null, expiryNear: null, destructionNear: null };
    case 'footage-viewed':
      return { views: [...state.views, { ...entry.data, by: entry.by, at: entry.at }] };
    case 'personal-erased':
      return { erased: [...state.erased, entry.data.commitment] };
    case 'export-held':
    case 'plan-replaced':
    case 'plan-narrowed':
      return { plan: entry.data.plan, planDigest: entry.data.planDigest, isPlanReplaced: entry.event === 'plan-replaced' };
    case 'request-reviewed':
      return {
        voices: [...state.voices, { step: entry.data.step, by: entry.by, at: entry.at, standsInFor: entry.data.standsInFor ?? null }],
      };
    case 'preserve-queued':
      return { waitsFor: entry.data.why };
    case 'preserve-started':
      return { waitsFor: null, attempts: { ...state.attempts, preserve: entry.data.attempt } };
    case 'preserve-failed':
      return { lastFailure: entry.data.code, failures: { ...state.failures, preserve: state.failures.preserve + 1 } };
    case 'preserve-completed':
      return { lastFailure: null };
    case 'footage-sealed':
      return { takes: [...state.takes, entry.data] };
    case 'footage-missing':
      return { missing: [...state.missing, entry.data] };
    case 'frame-inspected':
      return { inspected: [...state.inspected, { ...entry.data, by: entry.by }] };
    case 'areas-drawn':
      return { drawings: [...state.drawings, { ...entry.data, by: entry.by, at: entry.at }] };
    case 'times-confirmed':
      return {
        confirmations: [
          ...state.confirmations.filter(({ camera }) => camera !== entry.data.camera),
          { ...entry.data, by: entry.by, at: entry.at },
        ],
      };
    case 'deadline-near':
      return { near: [...state.near, entry.data.of] };
    case 'expiry-near':
      return { expiryNear: entry.data.dueAt };
    case 'deadline-missed':
      return { late: true };
    case 'sla-missed':
      return { slaMissed: [...state.slaMissed, entry.data.of] };
    case 'fulfil-started':
      return { attempts: { ...state.attempts, fulfil: entry.data.attempt } };
    case 'fulfil-failed':
      return { lastFailure: entry.data.code, failures: { ...state.failures, fulfil: state.failures.fulfil + 1 } };
    case 'package-sealed':
      return { package: entry.data, packagedAt: entry.at, lastFailure: null };
    case 'release-asked':
      return { releaseAskedBy: entry.by, originalsFor: entry.data.originalsFor ?? null };
    case 'clip-released':
      return { release: { ...entry.data, at: entry.at } };
    case 'clip-transferred':
      return { transfers: [...state.transfers, { ...entry.data, by: entry.by, at: entry.at, ended: null, receipt: null }] };
    case 'transfer-ended':
      return changeTransfer(state, entry.data.transfer, { ended: { why: entry.data.why, ranges: entry.data.ranges, at: entry.at } });
    case 'receipt-confirmed':
      return {
        ...changeTransfer(state, entry.data.transfer, { receipt: { outcome: 'confirmed', by: entry.by, at: entry.at } }),
        receivedAt: state.receivedAt ?? entry.at,
      };
    case 'receipt-refused':
      return {
        ...changeTransfer(state, entry.data.transfer, { receipt: { outcome: 'refused', by: entry.by, at: entry.at } }),
        receivedAt: state.receivedAt ?? entry.at,
        words: [...state.words, { field: 'reason', commitment: entry.data.reason }],
      };
    case 'handover-made':
      return {
        handovers: [...state.handovers, { ...entry.data, by: entry.by, at: entry.at, signatures: [] }],
        words: [...state.words, { field: 'receivers', commitment: entry.data.receivers }],
      };
    case 'handover-signed': {
      const { handover, scanSha256 } = entry.data;
      const signed = { by: entry.by, at: entry.at, scanSha256 };
      return {
        handovers: state.handovers.map((it) => (it.handover === handover ? { ...it, signatures: [...it.signatures, signed] } : it)),
        receivedAt: state.receivedAt ?? entry.at,
      };
    }
    case 'copy-transferred':
      return { copies: [...state.copies, entry.data] };
    case 'review-drawn':
      return { draw: entry.data };
    case 'review-overdue':
      return { reviewOverdue: true };
    case 'release-reviewed':
      return { reviewedAfter: { finding: entry.data.finding, by: entry.by, at: entry.at } };
    case 'case-closed':
      return { closed: { by: entry.by, at: entry.at } };
    case 'copies-destroyed':
      return { copiesDestroyed: { ...entry.data, at: entry.at } };
    case 'destruction-near':
      return { destructionNear: entry.data.dueAt };
    case 'destruction-asked':
      return { destructionAsked: { by: entry.by, at: entry.at } };
    case 'footage-destroyed':
      return { destroyed: { ...entry.data, by: entry.by, at: entry.at } };
    case 'overwrite-near':
      return { overwriteNear: [...state.overwriteNear, entry.data.camera] };
    default:
      return {};
  }
}
/** Nothing of its footage is there any more, by its clock or by two people. */
export const isGone = ({ tracks: { custody } }: Pick<RequestState, 'tracks'>): boolean => custody === 'expired' || custody === 'destroyed';

const changeTransfer = (state: RequestState, transfer: string, change: Partial<Transfer>): Pick<RequestState, 'transfers'> => ({
  transfers: state.transfers.map((it) => (it.transfer === transfer ? { ...it, ...change } : it)),
});
