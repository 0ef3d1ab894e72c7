// The clock of the logs (F7: six months at least): the personal values behind refused sign-ins are erased when it has run out. A stopped access,
// a search and a refused application are rows of the register, and who asked and why stays as long as the register does. The entry first; what
// a crash leaves is done at the next run.
import type { Commitment } from '../domain/audit-event.js';
import type { Log } from '../domain/log.js';
import type { Journal } from '../journal/journal.js';
import { makePace } from '../policy/pace.js';
import type { Store } from '../store/store.js';
import { monthOf } from './beijing.js';
import type { MonthIndex } from './month-index.js';

interface Parts {
  journal: Journal;
  store: Store;
  months: MonthIndex;
  log: Log;
  now: () => Date;
  /** As configured. */
  logMonths: number;
}

/** Whatever the configuration says. */
export const LEAST_LOG_MONTHS = 6;
/** F7: of what stands in the register. */
const REGISTER_MONTHS = 36;
/** Values erased in one run. */
const MOST = 500;
const HOUR_MS = 3_600_000;

/** How many values were erased. Problem `journal-unwritable`: then none. */
export async function eraseOldLogs({ journal, store, months, now, logMonths }: Parts, done = new Set<string>()): Promise<number> {
  const kept = Math.max(logMonths, LEAST_LOG_MONTHS);
  const due = { signIns: monthsBefore(now(), kept), alone: monthsBefore(now(), Math.max(kept, REGISTER_MONTHS)) };
  const pace = makePace();
  const found: Commitment[] = [];
  for (const group of ['signIns', 'alone'] as const)
    for (const month of await months.months(group)) {
      if (done.has(`${group} ${month}`) || month > monthOf(due[group]) || found.length >= MOST) continue;
      const batch: Commitment[] = [];
      let isWhole = true;
      for await (const { at, data } of months.entries(group, month)) {
        if (at <= due[group]) batch.push('client' in data ? data.client : data.reason);
        else isWhole = false;
      }
      for (let from = 0; from < batch.length && found.length < MOST; from += MOST) {
        if (pace.isDue()) await pace.rest();
        found.push(...(await store.personal.standing(batch.slice(from, from + MOST))));
      }
      // Nothing of this month is left to look at, once what was found now is gone.
      if (isWhole && found.length < MOST) done.add(`${group} ${month}`);
    }
  const values = found.slice(0, MOST);
  if (values.length === 0) return 0;
  await journal.append({ event: 'logs-erased', by: 'gate', data: { values: values.length, before: due.signIns } });
  for (const commitment of values) {
    if (pace.isDue()) await pace.rest();
    await store.personal.erase(commitment);
  }
  await store.personal.scrub();
  return values.length;
}

/** Once an hour at most; a month that was done with is not looked at again. */
export function makeLogKeeping(parts: Parts): () => Promise<void> {
  const done = new Set<string>();
  let last = Number.NEGATIVE_INFINITY;
  let isRunning = false;
  return async () => {
    const at = parts.now().getTime();
    if (isRunning || at - last < HOUR_MS) return;
    [last, isRunning] = [at, true];
    try {
      await eraseOldLogs(parts, done);
    } catch (cause) {
      done.clear();
      parts.log('error', { event: 'logs-unerased', cause });
    } finally {
      isRunning = false;
    }
  };
}

/** The same day and time so many months earlier; a day that the month lacks is its last. */
export function monthsBefore(now: Date, months: number): string {
  const then = new Date(now);
  then.setUTCMonth(then.getUTCMonth() - months);
  // 31 August minus six months is no 3 March: it would be too early by days.
  if (then.getUTCDate() !== now.getUTCDate()) then.setUTCDate(0);
  return then.toISOString();
}
