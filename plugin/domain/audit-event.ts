// What the journal can say: a closed list. The bytes are specified in docs/spec/journal.md.
import type { Basis, FormDefect, ReturnCode } from './basis.js';
import type { Act } from './decision.js';
import type { Digest } from './artifact.js';
import type { Instant } from './span.js';
import type { Item } from './export-request.js';
import type { Purpose } from './kind.js';
import type { PackagePart } from './package-part.js';
import type { Plan } from './plan.js';
import type { ProblemCode } from './problem.js';
import type { RoleName } from './subject.js';

/** `sha256:…` over salt and value (journal.md, "Commitments"). The value lives in an erasable table. */
export type Commitment = string;
/** `p-…`: a person, by a commitment to the account's name with a salt of its own. `gate`: the gate itself. */
export type Pseudonym = string;

/** The first or the last frame that is shown. */
export const edges = ['first', 'last'] as const;
export type Edge = (typeof edges)[number];

/** Result of the pull for one camera. */
export type TakeState = 'complete' | 'complete-with-holes' | 'partial' | 'no-data';

/** What the journal keeps of a legal instrument. */
export interface ServedPaper {
  type: string;
  scanSha256: string;
  provideBy: Instant | null;
}

/** Why the steps of an emergency are set aside by two administrators: a closed list. */
export const glassReasons = ['life-in-danger', 'approvers-unreachable', 'procedure-down'] as const;
export type GlassReason = (typeof glassReasons)[number];

/** Why somebody watches: for the step whose turn it is; as the officer of an emergency; as who was granted the viewing. */
export const viewings = ['review', 'emergency', 'view'] as const;
export type Viewing = (typeof viewings)[number];

/** In which shape recorded footage leaves through a recorder's own pages. */
export const playForms = ['clip', 'mjpeg', 'still', 'archive'] as const;
export type PlayForm = (typeof playForms)[number];

/** `timeStamp`: of manifest.tsr and when it says; null where one was asked for in vain, left out where none is configured. */
export interface SealedPackage {
  manifest: string;
  index: Digest & { object: string };
  timeStamp?: { sha256: string; at: Instant } | null;
}

/** How a package leaves: in an AES-256 ZIP, in age to a key that the receiver named, or as it is (docs/spec/delivery.md). */
export const deliveryForms = ['zip', 'age', 'plain'] as const;
export type DeliveryForm = (typeof deliveryForms)[number];

/** Why a transfer ended: all was sent; nobody asked for more in time; the gate was stopped, in order or not. */
export const transferEnds = ['complete', 'expired', 'stopped', 'lost'] as const;
export type TransferEnd = (typeof transferEnds)[number];

/** Bytes [from, to). */
export type ByteRange = readonly [from: number, to: number];

/** Events that concern one request: its history is these, in order, and nothing else. */
export interface RequestEvents {
  /** The application as it came in. First, before anything is decided. `application` commits to the whole form. */
  'export-requested': {
    basis: Basis;
    /** Left out: evidence. */
    purpose?: Purpose;
    city: string;
    site: string;
    items: readonly Item[];
    officers: number;
    applicant: Pseudonym;
    enteredBy: Pseudonym;
    unit: Commitment;
    application: Commitment;
    instrument: ServedPaper | null;
  };
  'export-denied': { reasons: readonly string[]; rows: readonly string[]; policyVersion: string };
  /** Formal defects, found by the gate (step null) or by the holder of a step. */
  'export-returned': {
    codes: readonly (ReturnCode | FormDefect)[];
    step: string | null;
    policyVersion: string;
    rows: readonly string[];
    planDigest: string;
    /** Who delegated the step's role. */
    standsInFor?: Pseudonym;
  };
  'export-held': { plan: Plan; planDigest: string; rows: readonly string[] };
  /** A stricter policy came into force: plan n+1, which names n's digest. Voices given so far are kept, missing ones asked for. */
  'plan-replaced': { plan: Plan; planDigest: string; rows: readonly string[] };
  /** The holder of a step made the scope narrower: plan n+1, which names n's digest. Its items lie inside those of plan n; all else is the same. */
  'plan-narrowed': { plan: Plan; planDigest: string; rows: readonly string[]; step: string };
  /** Who asked was called back on a number of the directory, never on one that they gave. */
  'call-back-made': { directory: string; confirmed: boolean };
  /** The paper of an emergency came. `application` commits to the whole form with it. */
  'paper-served': { instrument: ServedPaper; application: Commitment };
  'paper-accepted': { scanSha256: string };
  'paper-overdue': { dueAt: Instant };
  /** Two administrators set the missing voices aside: the footage may be seen, by the officer alone, and no file leaves for it. */
  'glass-asked': { reason: GlassReason };
  'glass-broken': { reason: GlassReason; askedBy: Pseudonym; askedAt: Instant };
  /** The applicant takes it back. */
  'request-withdrawn': Record<string, never>;
  /** An emergency of which no paper came ends, with an explanation. */
  'request-closed': { explanation: Commitment };
  'preserve-queued': { why: 'submitted' | 'quota-exceeded' | 'disk-full' };
  'preserve-started': { attempt: number; estimateBytes: number };
  /** One camera pulled and sealed. `index` is the sealed list of the camera's artifacts (object id and digest). What stands in `doubt` waits
   *  for a person's word on the first and the last frame: times that nobody proved, or a clock that rather has the wrong zone. */
  'footage-sealed': {
    camera: string;
    state: TakeState;
    doubt: 'asserted' | 'zone' | null;
    parts: number;
    frames: number;
    bytes: number;
    index: Digest & { object: string };
    /** So many of its own pieces the system kept when it was asked to, before the pull; absent where it was not, or did not say. */
    kept?: number;
  };
  /** A person is about to see one marked frame of sealed footage, to confirm its time. */
  'frame-inspected': { camera: string; edge: Edge };
  /** A person is about to watch marked footage; recorded before the first byte. */
  'footage-viewed': { camera: string; from: Instant; to: Instant; why: Viewing };
  /** Somebody drew what is hidden of a camera: the whole list, which replaces the one before. `index` is the sealed list, with its reasons. */
  'areas-drawn': { camera: string; count: number; index: Digest & { object: string } };
  /** What the picture's own clock shows on the first and the last frame, read by a person beside what was asserted. */
  'times-confirmed': { camera: string; first: { asserted: Instant; shown: Instant }; last: { asserted: Instant; shown: Instant } };
  /** Nothing recorded, or the last try to pull it failed: `cause` is the problem's code. */
  'footage-missing': { camera: string; cause: 'no-footage' | ProblemCode };
  'preserve-failed': { code: string };
  /** Every camera was tried; at least one gave footage. */
  'preserve-completed': { cameras: number; bytes: number };
  'export-unavailable': { cause: 'no-footage' | ProblemCode };
  /** A week is left until sealed footage is destroyed that nobody decided about, or whose paper did not come. */
  'expiry-near': { dueAt: Instant };
  /** Sealed footage of what was never granted, or whose paper never came, is destroyed: nothing is left of it but this history. */
  'footage-expired': { sealedBytes: number };
  /** What is held is not deleted. `until` null: until it is lifted. */
  'hold-placed': { until: Instant | null; reason: Commitment };
  'hold-lifted': Record<string, never>;
  /** A personal value was erased; its commitment is mute for ever. */
  'personal-erased': { field: string; commitment: Commitment };
  /** Little time is left: of the instrument's deadline, or until the release that the plan's `sla` wants. Flags, and closes nothing. */
  'deadline-near': { of: 'instrument' | 'total'; dueAt: Instant };
  'deadline-missed': { provideBy: Instant };
  /** Later than the plan's `sla` says; a missed time escalates and closes nothing. */
  'sla-missed': { of: 'verify' | 'total'; dueAt: Instant };
  /** `standsInFor`: who delegated the role for the time of a leave. */
  'request-reviewed': { step: string; planDigest: string; policyVersion: string; standsInFor?: Pseudonym };
  'export-granted': { planDigest: string; voices: number };
  'fulfil-started': { attempt: number };
  'fulfil-failed': { code: string };
  /** `manifest` is the SHA-256 of manifest.json, hex. `index` is the sealed list of all that the package holds: the archive itself
   *  is a function of that list and of the journal up to this entry, and is written anew each time it leaves. `originals`: the package of its own
   *  in which they leave, where the plan wants them apart. */
  'package-sealed': { manifest: string; index: SealedPackage['index']; timeStamp?: SealedPackage['timeStamp']; originals?: SealedPackage };
  /** `originalsFor`: who is to have the originals, where they leave apart. */
  'release-asked': { planDigest: string; originalsFor?: Pseudonym };
  /** `delivery`: the sealed secret from which all is derived that encrypts what leaves. Its sums tell nothing: it is 32 random bytes. */
  'clip-released': { executors: readonly Pseudonym[]; expiresAt: Instant; downloads: number; delivery: Digest & { object: string }; originalsFor?: Pseudonym };
  /** An executor is about to be told the passphrase, to pass it on by another way than the link. */
  'passphrase-shown': { part: PackagePart };
  /** A receiver may fetch `bytes` bytes now, resuming as often as they are cut off: one counted download. `recipient`: SHA-256 of the age key, hex. */
  'clip-transferred': { transfer: string; part: PackagePart; form: DeliveryForm; bytes: number; recipient: string | null };
  /** What left of it: the union of ranges, in order; null where nobody knows any more. */
  'transfer-ended': { transfer: string; why: TransferEnd; ranges: readonly ByteRange[] | null };
  /** The receiver compared the SHA-256 of manifest.json with what they hold. */
  'receipt-confirmed': { transfer: string; manifest: string };
  /** The receiver refuses the receipt, or an executor notes that they do; a valid end. */
  'receipt-refused': { transfer: string; reason: Commitment };
  /** An executor wrote the package onto a medium and compared what is on it. `receivers` commits to their names, `sha256` is of the file on it. */
  'handover-made': {
    handover: string;
    transfer: string;
    part: PackagePart;
    form: DeliveryForm;
    serial: string;
    bag: string;
    bytes: number;
    sha256: string;
    receivers: Commitment;
  };
  /** An officer who received the medium signs: by their own login, or on paper, of which a scan was kept. */
  'handover-signed': { handover: string; scanSha256: string | null };
  /** A marked copy of released footage is about to leave through a recorder's own pages. */
  'copy-transferred': { camera: string; from: Instant; to: Instant; form: PlayForm };
  /** Was this release drawn for review afterwards? `seed` is the leaf hash of the release's own entry, hex: nobody chooses it, and
   *  everybody can draw again. */
  'review-drawn': { percent: number; seed: string; drawn: boolean; dueAt: Instant };
  'review-overdue': { dueAt: Instant };
  'release-reviewed': { finding: Finding };
  /** Who asked for it, or typed it in for them, says that the case is closed: the sealed original is needed no longer. */
  'case-closed': Record<string, never>;
  /** The export copies' time is over: their key is destroyed, then their objects. They can be made again while the original is there. `list`: the sealed
   *  sums of what was handed over, and of what is gone. */
  'copies-destroyed': { dueAt: Instant; keys: readonly string[]; files: number; bytes: number; list: Digest & { object: string } };
  /** A week or less is left until the sealed original may be destroyed, by two people. */
  'destruction-near': { dueAt: Instant };
  'destruction-asked': { dueAt: Instant };
  /** A second person agreed: the keys are destroyed, then the objects. `list`: the sealed sums of what is gone. */
  'footage-destroyed': {
    askedBy: Pseudonym;
    askedAt: Instant;
    dueAt: Instant;
    keys: readonly string[];
    files: number;
    bytes: number;
    list: Digest & { object: string };
  };
  /** Restored from a backup that is older: the copy of the keys says that these are destroyed. `knownAt`: when that copy was written. */
  'copies-found-destroyed': { keys: readonly string[]; knownAt: Instant };
  'footage-found-destroyed': { keys: readonly string[]; knownAt: Instant };
  /** The recorder will soon write over footage of it that was not pulled yet. */
  'overwrite-near': { camera: string; dueAt: Instant };
}

/** What a review after the fact finds. */
export const findings = ['in-order', 'not-necessary', 'scope-too-wide', 'papers-defective', 'procedure-broken'] as const;
export type Finding = (typeof findings)[number];

/** Why a session ended before its time. */
export type SessionEnd = 'signed-out' | 'ended' | 'renewal-reused' | 'too-many' | 'credential-changed' | 'account-closed';

/** Events of the gate as a whole. */
export interface GateEvents {
  'journal-opened': { origin: string };
  /** An unfinished last record was cut off at start: it was never acknowledged. */
  'journal-cut': { bytes: number; sha256: string };
  'gate-started': { version: string; policyVersion: string };
  /** A key of the gate's took the place of another; written before the new one signs anything. `from`, `to`: fingerprints, hex. */
  'key-rotated': { key: 'log' | 'manifest' | 'tokens' | 'master'; from: string; to: string };
  'access-stopped': {
    recorder: string;
    operation: string;
    class: 'footage' | 'writing' | 'unknown';
    recording: string | null;
    client: Commitment;
  };
  /** Somebody said why they look at recorded footage through a recorder's own pages, and the policy lets them until `endsAt`. */
  'viewing-opened': { recorder: string; item: Item; reason: Commitment; endsAt: Instant; rows: readonly string[]; policyVersion: string };
  /** Marked footage is about to be shown there; `viewing` is the index of the entry that opened it, `reason` the same commitment. */
  'footage-played': { recorder: string; camera: string; from: Instant; to: Instant; form: PlayForm; viewing: number; reason: Commitment };
  /** Somebody begins to watch a camera live through a recorder's own pages. */
  'live-watched': { recorder: string; camera: string };
  /** An administrator of a recorder is about to delete footage from it. */
  'footage-deleted': { recorder: string; items: readonly Item[] };
  /** Somebody changed a recorder through its own pages, or had it send something out. `operation`: the route. */
  'recorder-administered': { recorder: string; operation: string };
  /** An answer of a recorder held what must not leave, although its route said otherwise; the answer was broken off. */
  'guard-hit': { recorder: string; operation: string; why: string; client: Commitment };
  /** An application that names things that do not exist: recorded, without a request. */
  'request-refused': { code: string; applicant: Pseudonym; basis: Basis; items: readonly Item[]; reason: Commitment };
  /** Somebody read a request; once for each person in a quarter of an hour. */
  'request-read': { request: string };
  /** Somebody asked what a recorder holds, before applying. */
  'footage-searched': { site: string; items: readonly Item[]; reason: Commitment };
  /** Somebody asked that who may not, or for what does not exist: nothing is told, and the attempt is one (F1). */
  'search-refused': { code: ProblemCode; items: readonly Item[]; reason: Commitment };
  /** A role at a site goes to another person for the time of a leave. */
  'delegation-made': { to: Pseudonym; role: RoleName; site: string; from: Instant; until: Instant };
  /** `delegation`: index of the entry that made it. */
  'delegation-ended': { delegation: number };
  /** The statutory register of a month and site was made out. */
  'register-read': { site: string; month: string; rows: number; confidential: boolean };
  /** Somebody read entries as they are; once for each person in a quarter of an hour, with what was asked for first. */
  'journal-read': { from: number; count: number };
  /** The gate's own clock cannot be trusted: nothing is released until an administrator has looked. `backMs`: how far it went back. */
  'clock-stepped': { why: 'stepped-back' | 'unsynchronised'; backMs: number };
  'clock-acknowledged': { entry: number };
  /** Somebody tried what they may not do (F1: denied attempts are attempts). `request-unknown`: with a number that was no request's then. */
  'act-refused': { act: Act; request: string; code: ProblemCode; policyVersion: string };
  /** Policy files were saved that differ from those in force, without a fault. Their texts are sealed under `index`. Nothing changes yet. */
  'policy-proposed': { version: string; inForce: string; files: number; changed: readonly string[]; index: Digest & { object: string } };
  /** One administrator stands for a proposal; a second one puts it in force. */
  'policy-agreed': { version: string };
  /** In force from here on. `installed`: what the gate found at its very first start. */
  'policy-activated': { version: string; why: 'installed' | 'agreed'; replaces: string | null; index: Digest & { object: string } };
  /** An administrator wants somebody invited whom two must invite. `terms` commits to who it is, the card that was seen, and the account's end. */
  'invitation-asked': { account: Pseudonym; terms: Commitment };
  /** `code`: SHA-256 of the one-time code, which ends at `closesAt`. `askedBy`: the other administrator, where it took two. */
  'account-invited': { account: Pseudonym; terms: Commitment; code: string; closesAt: Instant; askedBy: Pseudonym | null };
  /** `credential`: SHA-256 over the whole account (name, unit, card, end, salted password hash, sealed second factor), so that nobody can swap
   *  any of it in the database. `administrator`: made as one, by as many hands as that takes. */
  'account-created': { account: Pseudonym; credential: string; expiresAt: Instant; administrator: boolean };
  'credential-changed': {
    account: Pseudonym;
    credential: string;
    expiresAt: Instant;
    administrator: boolean;
    why: 'own-password' | 'invited-again' | 'set-up';
  };
  'account-closed': { account: Pseudonym };
  'signed-in': { account: Pseudonym };
  'sign-in-refused': { client: Commitment };
  /** Before its time. `renewal-reused`: somebody else had a copy of it. */
  'session-ended': { account: Pseudonym; session: string; why: SessionEnd };
  'setup-completed': { account: Pseudonym };
  /** A scan of a paper came in, by whoever the entry names. Its hash says nothing of anybody. */
  'scan-kept': { sha256: string; bytes: number; kind: 'pdf' | 'png' | 'jpeg' };
  /** Somebody is about to be shown a scan: as a reader of that request, or (null) as the one who uploaded it. */
  'scan-read': { sha256: string; request: string | null };
  /** A person's scan that no application named in time goes; null: nobody's any more. */
  'scan-discarded': { sha256: string; account: Pseudonym | null };
  /** Personal values behind refused sign-ins and stopped accesses whose time has passed (F7) are erased. `before`: of the sign-ins. */
  'logs-erased': { values: number; before: Instant };
  /** The gate asked itself whether all is as it should be. `report`: SHA-256 of the signed report, hex. */
  'self-audited': { report: string; startedAt: Instant; findings: number };
  /** A backup was brought back to a place apart, and looked at. `report`: SHA-256 of what was found, hex; `backup`: when it was made. */
  'restore-drilled': { report: string; backup: Instant; packages: number; destroyed: number; findings: number };
  /** A witness cosigned more entries than this journal has, or other ones: it was cut back or written anew. Each once, until the witness agrees again. */
  'witness-disagreed': { witness: string; why: 'more-entries' | 'another-history' };
}

export type RequestEventName = keyof RequestEvents;
export type GateEventName = keyof GateEvents;
export type EventName = RequestEventName | GateEventName;

interface Head {
  v: 1;
  /** Place in the log, from 0: the leaf's index in the Merkle tree. */
  index: number;
  at: Instant;
  by: Pseudonym;
}

export type GateEntry = { [E in GateEventName]: Head & { event: E; data: GateEvents[E] } }[GateEventName];
export type RequestEntry = {
  [E in RequestEventName]: Head & {
    event: E;
    data: RequestEvents[E];
    requestId: string;
    /** From 0, without holes. */
    requestSequence: number;
    /** Leaf hash of the request's previous entry, hex; null on the first. */
    previous: string | null;
  };
}[RequestEventName];
export type Entry = GateEntry | RequestEntry;

/** What a room hands to the journal, which adds index, time and links. */
export type GateDraft = { [E in GateEventName]: { event: E; by: Pseudonym; data: GateEvents[E] } }[GateEventName];
export type RequestDraft = {
  [E in RequestEventName]: { event: E; by: Pseudonym; requestId: string; data: RequestEvents[E] };
}[RequestEventName];
export type EntryDraft = GateDraft | RequestDraft;

export const isRequestEntry = (entry: Entry): entry is RequestEntry => 'requestId' in entry;
