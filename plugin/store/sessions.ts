// Who is signed in where. Nothing that opens a session lies here: what is handed out are MACs (identity/session-marks.ts).
import type { UserId } from '../domain/subject.js';
import type { Database } from './database.js';

export interface Session {
  id: string;
  user: UserId;
  kind: 'token' | 'cookie';
  /** How often its renewal token was exchanged; the newest one alone counts. */
  generation: number;
  startedAt: string;
  usedAt: string;
  ended: boolean;
}

export interface SessionRow {
  id: string;
  user: string;
  kind: 'token' | 'cookie';
  generation: number;
  started_at: string;
  used_at: string;
  ended: 0 | 1;
}

export class Sessions {
  constructor(readonly database: Database) {}

  /** Sessions that began before `oldest` are over whatever their rows say: they go on this occasion. */
  async add({ id, user, kind, startedAt }: Pick<Session, 'id' | 'user' | 'kind' | 'startedAt'>, oldest: string): Promise<void> {
    await this.database.deleteFrom('sessions').where('started_at', '<', oldest).execute();
    const row = { id, user, kind, generation: 0, started_at: startedAt, used_at: startedAt, ended: 0 as const };
    await this.database.insertInto('sessions').values(row).execute();
  }

  async get(id: string): Promise<Session | null> {
    const row = await this.database.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toSession(row) : null;
  }

  /** Not ended, oldest first; whose time is up is for who asks to judge. */
  async openOf(user: UserId): Promise<Session[]> {
    const open = this.database.selectFrom('sessions').selectAll().where('user', '=', user).where('ended', '=', 0);
    return (await open.orderBy('started_at').execute()).map(toSession);
  }

  /** All people's, the newest first, at most `most`. */
  async open(most: number): Promise<Session[]> {
    const open = this.database.selectFrom('sessions').selectAll().where('ended', '=', 0);
    return (await open.orderBy('started_at', 'desc').limit(most).execute()).map(toSession);
  }

  /** From this generation to the next; false where another was quicker. */
  async renew(id: string, generation: number, usedAt: string): Promise<boolean> {
    const result = await this.database
      .updateTable('sessions')
      .set({ generation: generation + 1, used_at: usedAt })
      .where('id', '=', id)
      .where('generation', '=', generation)
      .where('ended', '=', 0)
      .executeTakeFirstOrThrow();
    return result.numUpdatedRows > 0n;
  }

  async touch(id: string, usedAt: string): Promise<void> {
    await this.database.updateTable('sessions').set({ used_at: usedAt }).where('id', '=', id).execute();
  }

  async end(id: string): Promise<void> {
    await this.database.updateTable('sessions').set({ ended: 1 }).where('id', '=', id).execute();
  }
}

const toSession = (row: SessionRow): Session => ({
  id: row.id,
  user: row.user as UserId,
  kind: row.kind,
  generation: row.generation,
  startedAt: row.started_at,
  usedAt: row.used_at,
  ended: row.ended === 1,
});
