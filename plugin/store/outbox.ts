// Letters for the channels, on disk until they are taken: pending, sent, or dead and listed until somebody sends them once more.
import type { Notice, SendFault } from '../domain/notice.js';
import { Problem } from '../domain/problem.js';
import type { Database, Step } from './database.js';

export interface LetterRow {
  /** `<entry>-<kind>-<channel>`: one event is one letter to one channel. */
  id: string;
  entry: number;
  channel: string;
  kind: string;
  request: string | null;
  deadline: string | null;
  urgency: string;
  at: string;
  tries: number;
  next_at: string;
  last_fault: string | null;
  last_answer: number | null;
  state: 'pending' | 'sent' | 'dead';
}

export interface NewLetter extends Notice {
  entry: number;
  channel: string;
  at: string;
}

export interface DeadLetter extends Notice {
  id: string;
  channel: string;
  at: string;
  tries: number;
  lastFault: SendFault | null;
  /** HTTP status, the vendor's code, or SMTP's. */
  lastAnswer: number | null;
}

/** Sent and dead ones that are kept; older ones go. */
const mostKept = { sent: 1_000, dead: 5_000 } as const;
const mostListed = 200;

export class Outbox {
  constructor(readonly database: Database) {}

  async nextDue(channel: string, now: Date): Promise<(Notice & { id: string; at: string; tries: number }) | null> {
    const row = await this.#waiting(channel).where('next_at', '<=', now.toISOString()).executeTakeFirst();
    return row ? { ...toNotice(row), id: row.id, at: row.at, tries: row.tries } : null;
  }

  async nextAt(channel: string): Promise<Date | null> {
    const row = await this.#waiting(channel).executeTakeFirst();
    return row ? new Date(row.next_at) : null;
  }

  async sent(id: string): Promise<void> {
    await this.database.updateTable('outbox').set({ state: 'sent' }).where('id', '=', id).execute();
  }

  /** `nextAt` null: it is dead. */
  async failed(id: string, { fault, answer }: { fault: SendFault; answer: number | null }, nextAt: Date | null): Promise<void> {
    await this.database
      .updateTable('outbox')
      .set((row) => ({
        tries: row('tries', '+', 1),
        last_fault: fault,
        last_answer: answer,
        ...(nextAt === null ? { state: 'dead' as const } : { next_at: nextAt.toISOString() }),
      }))
      .where('id', '=', id)
      .execute();
  }

  async buryAllBut(channels: readonly string[]): Promise<void> {
    const pending = this.database.updateTable('outbox').set({ state: 'dead', last_fault: 'channel-gone' }).where('state', '=', 'pending');
    await (channels.length === 0 ? pending : pending.where('channel', 'not in', [...channels])).execute();
  }

  /** Newest first. `before`: id of the last one of the page before. */
  async listDead({ limit, before }: { limit: number; before?: string }): Promise<DeadLetter[]> {
    let query = this.database.selectFrom('outbox').selectAll().where('state', '=', 'dead');
    if (before !== undefined) {
      const last = await this.database.selectFrom('outbox').select(['entry', 'id']).where('id', '=', before).executeTakeFirst();
      if (!last) return [];
      query = query.where((row) => row(row.refTuple('entry', 'id'), '<', row.tuple(last.entry, last.id)));
    }
    const rows = await query
      .orderBy('entry', 'desc')
      .orderBy('id', 'desc')
      .limit(Math.max(0, Math.min(limit, mostListed)))
      .execute();
    return rows.map((row) => ({
      ...toNotice(row),
      id: row.id,
      channel: row.channel,
      at: row.at,
      tries: row.tries,
      lastFault: row.last_fault as SendFault | null,
      lastAnswer: row.last_answer,
    }));
  }

  /** A dead letter waits again, as if it were new. Problems: `letter-unknown`, `channel-unknown`. */
  async revive(id: string, now: Date, channels: readonly string[]): Promise<void> {
    const row = await this.database
      .selectFrom('outbox')
      .select('channel')
      .where('id', '=', id)
      .where('state', '=', 'dead')
      .executeTakeFirst();
    if (!row) throw new Problem('letter-unknown', `There is no dead letter ${id.slice(0, 120)}; GET /api/v1/dead-letters lists them.`);
    if (!channels.includes(row.channel))
      throw new Problem(
        'channel-unknown',
        `The configuration has no channel ${row.channel} any more; right is one of: ${channels.join(', ') || 'none'}.`,
      );
    await this.database
      .updateTable('outbox')
      .set({ state: 'pending', tries: 0, next_at: now.toISOString() })
      .where('id', '=', id)
      .where('state', '=', 'dead')
      .execute();
  }

  #waiting(channel: string) {
    return this.database
      .selectFrom('outbox')
      .selectAll()
      .where('channel', '=', channel)
      .where('state', '=', 'pending')
      .orderBy('next_at')
      .orderBy('entry')
      .limit(1);
  }
}

/** Part of the step that moves the position. What a channel that takes nothing leaves no room for is dead at once, and listed. */
export async function putLetters(step: Step, letters: readonly NewLetter[], mostPending: number): Promise<void> {
  const waiting = new Map<string, number>();
  for (const { channel, ...letter } of letters) {
    const pending = waiting.get(channel) ?? (await countPending(step, channel));
    const fits = pending < mostPending;
    waiting.set(channel, fits ? pending + 1 : pending);
    const state = fits ? ({ state: 'pending', last_fault: null } as const) : ({ state: 'dead', last_fault: 'overflow' } as const);
    const id = `${letter.entry}-${letter.kind}-${channel}`;
    await step
      .insertInto('outbox')
      .values({ ...letter, ...state, id, channel, tries: 0, next_at: letter.at, last_answer: null })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
  if (letters.length > 0) for (const state of ['sent', 'dead'] as const) await prune(step, state);
}

async function countPending(step: Step, channel: string): Promise<number> {
  const { pending } = await step
    .selectFrom('outbox')
    .select(({ fn }) => fn.countAll<number>().as('pending'))
    .where('channel', '=', channel)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow();
  return Number(pending);
}

async function prune(step: Step, state: 'sent' | 'dead'): Promise<void> {
  const eldest = await step
    .selectFrom('outbox')
    .select('entry')
    .where('state', '=', state)
    .orderBy('entry', 'desc')
    .offset(mostKept[state])
    .limit(1)
    .executeTakeFirst();
  if (eldest) await step.deleteFrom('outbox').where('state', '=', state).where('entry', '<=', eldest.entry).execute();
}

const toNotice = ({ kind, request, deadline, urgency }: LetterRow): Notice => ({
  kind: kind as Notice['kind'],
  request,
  deadline,
  urgency: urgency as Notice['urgency'],
});
