// The gate asks itself whether all is as it should be: each question alone, so that one without an answer keeps none of the others back.
// Nothing is mended here: what is found is told to people.
import { isConfidential } from '../domain/kind.js';
import type { Journal } from '../journal/journal.js';
import type { JournalVerdict } from '../journal/verify.js';
import { Problem } from '../domain/problem.js';
import { mostFindings, type AuditCode, type AuditFinding, type AuditQuestion, type AuditReport } from '../domain/self-audit.js';
import { deadlineOr } from '../domain/deadline.js';
import type { ClockReading } from '../domain/vms.js';
import type { Policy } from '../policy/load.js';
import { makePace } from '../policy/pace.js';
import type { Loose } from '../store/loose-files.js';
import { auditHolds, type HoldParts } from './audit-holds.js';
import { auditObjects } from './audit-objects.js';
import { auditRetention, type RetentionParts } from './audit-retention.js';
import type { ClockWatch } from './clock-watch.js';
import { undestroyedKeys } from './destroy-with.js';
import type { NamedObjectsParts } from './named-objects.js';
import { overdueOf } from './overdue.js';

/** A recorder that is further off than this is told: what people ask for by the clock on the wall lies elsewhere. */
const FAR_OFF_MS = 30_000;
/** How long one may take to say its clock. */
const PROBE_MS = 15_000;

export interface SelfAuditParts extends Pick<RetentionParts, 'firstFootage'>, Pick<HoldParts, 'keptAt'> {
  journal: Journal;
  origin: string;
  readonly policy: Policy;
  clock: Pick<ClockWatch, 'doubt'>;
  version: string;
  now: () => Date;
  /** Bytes of disk that are left alone. */
  reserveBytes: number;
  named(): Promise<NamedObjectsParts>;
  /** Of the files on disk, by the log's key alone. */
  verifyJournal(): Promise<JournalVerdict>;
  /** Recorder → its clock now. */
  recorders: ReadonlyMap<string, (signal: AbortSignal) => Promise<ClockReading>>;
  /** Problem `key-invalid`. */
  judgeKeys(): void;
  /** Names of all requests' keys that are in their folder. Problem `key-invalid`. */
  keysThere(): readonly string[];
  /** Of the copy that the gate keeps of them; null where it keeps none. Problem `backup-failed`. */
  judgeKeyCopy: (() => void) | null;
  /** What is not the gate's alone, of each folder that has to be. */
  looseFiles(): AsyncIterable<Loose | null>;
}

/** Takes as long as reading all that is sealed; throws what `signal` ended with. `last`: what the audit before this one was told of first footage. */
export async function selfAudit(parts: SelfAuditParts, last: AuditReport['firstFootage'], signal: AbortSignal): Promise<AuditReport> {
  const startedAt = parts.now().toISOString();
  let root: string | null = null;
  const first = new Map(Object.entries(last));
  const questions: Record<AuditQuestion, () => AsyncGenerator<AuditFinding | null>> = {
    async *journal() {
      const verdict = await parts.verifyJournal();
      if (!verdict.intact) {
        yield { code: 'journal-broken', what: `${verdict.fault.code}, ${verdict.fault.where}` };
        return;
      }
      root = verdict.root;
      // Behind the last checkpoint nothing on disk is signed yet: what was written stands in memory.
      const isWritten = parts.journal.root(verdict.size).toString('hex') === verdict.root;
      yield isWritten ? null : { code: 'journal-broken', what: 'entry-changed, behind the last checkpoint' };
    },
    async *objects() {
      yield* auditObjects(await parts.named(), signal);
    },
    async *clock() {
      yield parts.clock.doubt === null ? null : { code: 'clock-doubted', what: `entry ${parts.clock.doubt.index}` };
    },
    recorders: () => auditRecorders(parts, signal),
    retention: () => auditRetention(parts, first, signal),
    async *holds() {
      yield* auditHolds(parts, (await parts.named()).requests, signal);
    },
    async *keys() {
      yield whatFails('key-invalid', parts.judgeKeys);
      yield* auditKeysLeft(parts);
      if (parts.judgeKeyCopy) yield whatFails('key-copy-behind', parts.judgeKeyCopy);
    },
    async *disk() {
      const room = await (await parts.named()).objects.room();
      yield room < parts.reserveBytes ? { code: 'disk-low', what: `${room} of ${parts.reserveBytes} bytes` } : null;
    },
    async *permissions() {
      for await (const loose of parts.looseFiles()) yield loose && { code: 'open-to-others', what: `${loose.path} (${loose.why})` };
    },
    duties: () => auditDuties(parts),
  };
  const looked = Object.fromEntries(Object.keys(questions).map((question) => [question, 0])) as AuditReport['looked'];
  const findings: AuditFinding[] = [];
  let more = 0;
  const tell = (finding: AuditFinding): void => void (findings.length < mostFindings ? findings.push(finding) : more++);
  for (const [question, ask] of Object.entries(questions) as [AuditQuestion, () => AsyncGenerator<AuditFinding | null>][])
    try {
      for await (const finding of ask()) {
        looked[question]++;
        if (finding) tell(finding);
      }
    } catch (thrown) {
      signal.throwIfAborted();
      tell({ code: 'unanswered', what: `${question}: ${Problem.from(thrown).code}` });
    }
  const journal = { origin: parts.origin, size: parts.journal.size, root };
  return { v: 1, startedAt, finishedAt: parts.now().toISOString(), gate: parts.version, policyVersion: parts.policy.version, journal, looked, firstFootage: Object.fromEntries(first), findings, more };
}

/** Each with time of its own: one that hangs does not make the next one silent. */
async function* auditRecorders({ recorders }: SelfAuditParts, signal: AbortSignal): AsyncGenerator<AuditFinding | null> {
  for (const [id, read] of recorders) {
    try {
      const { offsetMs } = await read(deadlineOr(PROBE_MS, signal));
      yield Math.abs(offsetMs) > FAR_OFF_MS ? { code: 'recorder-clock', what: `${id}: ${offsetMs} ms` } : null;
    } catch (thrown) {
      signal.throwIfAborted();
      yield { code: 'recorder-silent', what: `${id}: ${Problem.from(thrown).code}` };
    }
  }
}

/** Of confidential requests nothing is told, not even that one is late. */
async function* auditDuties({ named, now }: SelfAuditParts): AsyncGenerator<AuditFinding | null> {
  const { requests } = await named();
  const pace = makePace();
  for (const id of requests.ids()) {
    if (pace.isDue()) await pace.rest();
    const state = requests.state(id);
    if (isConfidential(state.requested.basis)) continue;
    const late = overdueOf(state, now());
    if (late.length === 0) yield null;
    for (const { kind } of late) yield { code: 'overdue', what: `${kind} ${id}` };
  }
}

/** The gate tries again every half minute; until it can, whoever has the key and an old copy of the objects has what was destroyed. */
async function* auditKeysLeft({ named, keysThere }: SelfAuditParts): AsyncGenerator<AuditFinding | null> {
  const { requests } = await named();
  const there = new Set(keysThere());
  let isWhole = true;
  for (const state of requests.ids().map((id) => requests.state(id)))
    for (const key of undestroyedKeys(state, (name) => there.has(name))) {
      isWhole = false;
      yield { code: 'key-undestroyed', what: isConfidential(state.requested.basis) ? 'of a confidential request' : key };
    }
  if (isWhole) yield null;
}

function whatFails(code: AuditCode, step: () => void): AuditFinding | null {
  try {
    step();
    return null;
  } catch (thrown) {
    return { code, what: Problem.from(thrown).detail };
  }
}
