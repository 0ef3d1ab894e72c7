// What people are told inside the gate, and how far the journal was looked at for it. Letters for the channels are raised in the same step.
import type { Notice } from '../domain/notice.js';
import type { Database, Step } from './database.js';
import { putLetters, type NewLetter } from './outbox.js';

export interface NoticeRow {
  id: number;
  /** The journal entry that it comes from. */
  entry: number;
  user: string;
  kind: string;
  request: string | null;
  deadline: string | null;
  urgency: string;
  at: string;
  seen_at: string | null;
}

export interface NewNotice extends Notice {
  entry: number;
  user: string;
  at: string;
}

/** One as its reader sees it. */
export interface ToldNotice extends Notice {
  id: number;
  at: string;
  seenAt: string | null;
}

/** Of each person; older ones go. */
const mostKept = 1_000;
const mostListed = 200;
/** Rows of one statement. */
const slice = 200;

export class Notices {
  constructor(readonly database: Database) {}

  /** How many journal entries were looked at. Where nothing is known yet, the next `raise` begins there: what lies behind is old news. */
  async begin(position: number): Promise<void> {
    await this.database
      .insertInto('notices_position')
      .values({ id: 1, position })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  async position(): Promise<number> {
    return (await this.database.selectFrom('notices_position').select('position').executeTakeFirstOrThrow()).position;
  }

  /**
   * Notices, letters and position in one transaction: after a crash all are there or none, and nobody is told twice. Nothing is done where
   * the position is not `from` any more. `mostPending`: letters that may wait for one channel; what is more is dead at once.
   */
  async raise(raised: { from: number; to: number; notices: readonly NewNotice[]; letters: readonly NewLetter[]; mostPending: number }) {
    const { from, to, notices, letters, mostPending } = raised;
    await this.database.transaction().execute(async (step) => {
      const moved = await step.updateTable('notices_position').set({ position: to }).where('position', '=', from).executeTakeFirstOrThrow();
      if (moved.numUpdatedRows === 0n) return;
      await putNotices(step, notices);
      await putLetters(step, letters, mostPending);
    });
  }

  /** Own ones, newest first. `before`: id of the last one of the page before. */
  async list(user: string, { unseen, limit, before }: { unseen: boolean; limit: number; before?: number }): Promise<ToldNotice[]> {
    let query = this.database.selectFrom('notices').selectAll().where('user', '=', user);
    if (unseen) query = query.where('seen_at', 'is', null);
    if (before !== undefined) query = query.where('id', '<', before);
    const rows = await query
      .orderBy('id', 'desc')
      .limit(Math.max(0, Math.min(limit, mostListed)))
      .execute();
    return rows.map(toTold);
  }

  async countUnseen(user: string): Promise<number> {
    const { unseen } = await this.database
      .selectFrom('notices')
      .select(({ fn }) => fn.countAll<number>().as('unseen'))
      .where('user', '=', user)
      .where('seen_at', 'is', null)
      .executeTakeFirstOrThrow();
    return Number(unseen);
  }

  /** How many of these were the person's own and not seen before. */
  async markSeen(user: string, which: { ids: readonly number[] } | { upTo: number }, at: string): Promise<number> {
    const mine = this.database.updateTable('notices').set({ seen_at: at }).where('user', '=', user).where('seen_at', 'is', null);
    const chosen = 'ids' in which ? mine.where('id', 'in', [...which.ids]) : mine.where('id', '<=', which.upTo);
    return Number((await chosen.executeTakeFirstOrThrow()).numUpdatedRows);
  }
}

async function putNotices(step: Step, notices: readonly NewNotice[]): Promise<void> {
  for (let at = 0; at < notices.length; at += slice) {
    const rows = notices.slice(at, at + slice).map((notice) => ({ ...notice, seen_at: null }));
    await step
      .insertInto('notices')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['entry', 'kind', 'user']).doNothing())
      .execute();
  }
  for (const user of new Set(notices.map((notice) => notice.user))) {
    const eldest = await step
      .selectFrom('notices')
      .select('id')
      .where('user', '=', user)
      .orderBy('id', 'desc')
      .offset(mostKept)
      .limit(1)
      .executeTakeFirst();
    if (eldest) await step.deleteFrom('notices').where('user', '=', user).where('id', '<=', eldest.id).execute();
  }
}

const toTold = ({ id, kind, request, deadline, urgency, at, seen_at }: NoticeRow): ToldNotice => ({
  id,
  kind: kind as ToldNotice['kind'],
  request,
  deadline,
  urgency: urgency as ToldNotice['urgency'],
  at,
  seenAt: seen_at,
});
