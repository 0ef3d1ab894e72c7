// What makes approving quicker: how long each step took, which steps never returned or narrowed anything, why applications came back, and
// what is overdue now. Counts of acts, not of people; confidential requests are left out.
import { nextStep } from '../domain/approval.js';
import type { RequestEntry } from '../domain/audit-event.js';
import type { Basis } from '../domain/basis.js';
import { isConfidential } from '../domain/kind.js';
import { fold, follow, type RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Instant } from '../domain/span.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import { makePace } from '../policy/pace.js';
import { isMonth } from './beijing.js';
import type { MonthIndex } from './month-index.js';
import type { Requests } from './requests.js';
import { nameSite } from './site-name.js';
import { overdueOf, type OverdueKind } from './overdue.js';

interface Parts {
  journal: Journal;
  readonly policy: Policy;
  requests: Requests;
  months: MonthIndex;
  now: () => Date;
}

export interface StepReport {
  step: string;
  /** Agreements. */
  voices: number;
  /** Of them by somebody who stood in. */
  byStandIns: number;
  returned: number;
  narrowed: number;
  /** From when the step began to wait to its answer, an agreement or a return. */
  hours: { median: number; p90: number } | null;
}

export interface ApprovalsReport {
  /** Null: all sites. */
  site: string | null;
  month: string;
  /** In the order of steps.csv; those that answered in the month. */
  steps: readonly StepReport[];
  /** Answered, and returned and narrowed nothing: whether such a step is worth its time is for the organisation to say. */
  idle: readonly string[];
  returns: readonly { code: string; byGate: number; bySteps: number }[];
  /** Of the month’s applications, as they stand now. */
  applications: readonly {
    basis: Basis;
    city: string;
    applied: number;
    denied: number;
    returned: number;
    granted: number;
    released: number;
  }[];
  overdue: readonly { kind: OverdueKind; requestId: string; dueAt: Instant }[];
}

interface Tally {
  voices: number;
  byStandIns: number;
  returned: number;
  narrowed: number;
  hours: number[];
}

/** Problems: `body-malformed`, `site-unknown`, `journal-corrupt`. */
export async function reportApprovals(parts: Parts, { site, month }: { site: string | null; month: string }): Promise<ApprovalsReport> {
  if (!isMonth(month)) throw new Problem('body-malformed', `“${month.slice(0, 20)}” is not a month like 2026-03.`);
  if (site !== null) nameSite(parts, site);
  const concerns = ({ requested }: RequestState): boolean => (site === null || requested.site === site) && !isConfidential(requested.basis);
  const tallies = new Map<string, Tally>();
  const tallyOf = (step: string): Tally => {
    const tally = tallies.get(step) ?? { voices: 0, byStandIns: 0, returned: 0, narrowed: 0, hours: [] };
    tallies.set(step, tally);
    return tally;
  };
  const returns = new Map<string, { byGate: number; bySteps: number }>();
  for await (const entry of parts.months.entries('voices', month)) {
    if (!concerns(parts.requests.state(entry.requestId))) continue;
    const { step } = entry.data;
    if (entry.event === 'export-returned')
      for (const code of entry.data.codes) {
        const count = returns.get(code) ?? { byGate: 0, bySteps: 0 };
        returns.set(code, { byGate: count.byGate + (step === null ? 1 : 0), bySteps: count.bySteps + (step === null ? 0 : 1) });
      }
    if (step === null) continue;
    const tally = tallyOf(step);
    if (entry.event === 'plan-narrowed') tally.narrowed++;
    else tally.hours.push(hoursWaited(parts.journal.entriesOf(entry.requestId), entry));
    if (entry.event === 'export-returned') tally.returned++;
    if (entry.event !== 'request-reviewed') continue;
    tally.voices++;
    if (entry.data.standsInFor !== undefined) tally.byStandIns++;
  }
  const steps = inOrder(parts.policy, tallies);
  return {
    site,
    month,
    steps,
    idle: steps.filter(({ voices, returned, narrowed }) => voices > 0 && returned === 0 && narrowed === 0).map(({ step }) => step),
    returns: [...returns].map(([code, counts]) => ({ code, ...counts })).sort((a, b) => (a.code < b.code ? -1 : 1)),
    applications: await countApplications(parts, month, concerns),
    overdue: await findOverdue(parts, concerns),
  };
}

/** From the entry after which this step was the next one to the entry of its answer. */
function hoursWaited(history: readonly RequestEntry[], answer: RequestEntry): number {
  let state = fold(history.slice(0, 1));
  let [waiting, since] = [nextStep(state)?.step ?? null, history[0]!.at];
  for (const entry of history.slice(1)) {
    if (entry.index === answer.index) break;
    state = follow(state, entry);
    const next = nextStep(state)?.step ?? null;
    if (next !== waiting) [waiting, since] = [next, entry.at];
  }
  return Math.max(0, Date.parse(answer.at) - Date.parse(since)) / 3_600_000;
}

function inOrder({ steps }: Policy, tallies: ReadonlyMap<string, Tally>): StepReport[] {
  const place = (step: string): number => steps.find((it) => it.step === step)?.order ?? Number.MAX_SAFE_INTEGER;
  return [...tallies]
    .sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
    .map(([step, { hours, ...counts }]) => ({
      step,
      ...counts,
      hours: hours.length === 0 ? null : { median: quantile(hours, 0.5), p90: quantile(hours, 0.9) },
    }));
}

/** Nearest rank, in hundredths of an hour: a value that really occurred. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]! * 100) / 100;
}

async function countApplications(
  { months, requests }: Parts,
  month: string,
  concerns: (state: RequestState) => boolean,
): Promise<ApprovalsReport['applications']> {
  const counts = new Map<
    string,
    { -readonly [K in keyof ApprovalsReport['applications'][number]]: ApprovalsReport['applications'][number][K] }
  >();
  for await (const entry of months.entries('rows', month)) {
    if (entry.event !== 'export-requested') continue;
    const state = requests.state(entry.requestId);
    if (!concerns(state)) continue;
    const { basis, city } = state.requested;
    const count = counts.get(`${basis} ${city}`) ?? { basis, city, applied: 0, denied: 0, returned: 0, granted: 0, released: 0 };
    counts.set(`${basis} ${city}`, count);
    count.applied++;
    if (state.denied) count.denied++;
    if (state.returned) count.returned++;
    if (state.grantedAt !== null) count.granted++;
    if (state.release) count.released++;
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

async function findOverdue({ requests, now }: Parts, concerns: (state: RequestState) => boolean): Promise<ApprovalsReport['overdue']> {
  const pace = makePace();
  const found: { kind: OverdueKind; requestId: string; dueAt: Instant }[] = [];
  for (const id of requests.ids()) {
    if (pace.isDue()) await pace.rest();
    const state = requests.state(id);
    if (!concerns(state)) continue;
    for (const late of overdueOf(state, now())) found.push({ ...late, requestId: id });
  }
  return found.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
}
