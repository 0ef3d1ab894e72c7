// Scans of papers: what each is and where it lies sealed, who uploaded it, and which requests it is a paper of. One scan, one object, however
// many people upload it.
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import type { Database } from './database.js';

export interface ScanRow {
  /** Of the content, hex. */
  sha256: string;
  kind: 'pdf' | 'png' | 'jpeg';
  media_type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  pages: number | null;
  /** Id of the sealed object. */
  object: string;
}

export class Scans {
  constructor(readonly database: Database) {}

  async find(sha256: string): Promise<ScanRow | null> {
    return (await this.database.selectFrom('scans').selectAll().where('sha256', '=', sha256).executeTakeFirst()) ?? null;
  }

  /** The scan and that this person uploaded it, together. Either may be there already. */
  async keep(row: ScanRow, user: UserId, keptAt: string): Promise<void> {
    await this.database.transaction().execute(async (step) => {
      await step
        .insertInto('scans')
        .values(row)
        .onConflict((conflict) => conflict.column('sha256').doNothing())
        .execute();
      await step
        .insertInto('scan_keepers')
        .values({ sha256: row.sha256, user, kept_at: keptAt })
        .onConflict((conflict) => conflict.columns(['sha256', 'user']).doNothing())
        .execute();
    });
  }

  async isKeptBy(sha256: string, user: UserId): Promise<boolean> {
    const row = await this.database
      .selectFrom('scan_keepers')
      .select('sha256')
      .where('sha256', '=', sha256)
      .where('user', '=', user)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Of this person's scans that no request names. */
  async unusedBytes(user: UserId): Promise<number> {
    const { bytes } = await this.database
      .selectFrom('scan_keepers')
      .innerJoin('scans', 'scans.sha256', 'scan_keepers.sha256')
      .select((select) => select.fn.coalesce(select.fn.sum<number>('scans.bytes'), select.val(0)).as('bytes'))
      .where('scan_keepers.user', '=', user)
      .where('scan_keepers.sha256', 'not in', (inner) => inner.selectFrom('scan_uses').select('sha256'))
      .executeTakeFirstOrThrow();
    return Number(bytes);
  }

  /** All of them or none. Problem `scan-unknown`: one of them is not there (any more). */
  async bind(request: string, hashes: readonly string[]): Promise<void> {
    await this.database.transaction().execute(async (step) => {
      for (const sha256 of new Set(hashes)) {
        const found = await step.selectFrom('scans').select('sha256').where('sha256', '=', sha256).executeTakeFirst();
        if (!found) throw new Problem('scan-unknown', `There is no scan ${sha256}; upload it first.`);
        await step
          .insertInto('scan_uses')
          .values({ sha256, request })
          .onConflict((conflict) => conflict.columns(['sha256', 'request']).doNothing())
          .execute();
      }
    });
  }

  async unbind(request: string): Promise<void> {
    await this.database.deleteFrom('scan_uses').where('request', '=', request).execute();
  }

  /** Requests that name a scan. */
  async boundRequests(): Promise<string[]> {
    const rows = await this.database.selectFrom('scan_uses').select('request').distinct().execute();
    return rows.map(({ request }) => request);
  }

  /** By hash. */
  async ofRequest(request: string): Promise<ScanRow[]> {
    return this.database
      .selectFrom('scans')
      .innerJoin('scan_uses', 'scan_uses.sha256', 'scans.sha256')
      .selectAll('scans')
      .where('scan_uses.request', '=', request)
      .orderBy('scans.sha256')
      .execute();
  }

  /** Uploaded before `before` and in no request, with who uploaded it; `user` null: nobody keeps it any more. */
  async unused(before: string): Promise<{ sha256: string; user: UserId | null }[]> {
    const rows = await this.database
      .selectFrom('scans')
      .leftJoin('scan_keepers', 'scan_keepers.sha256', 'scans.sha256')
      .select(['scans.sha256', 'scan_keepers.user'])
      .where('scans.sha256', 'not in', (inner) => inner.selectFrom('scan_uses').select('sha256'))
      .where((row) => row.or([row('scan_keepers.kept_at', '<', before), row('scan_keepers.user', 'is', null)]))
      .orderBy('scans.sha256')
      .execute();
    return rows as { sha256: string; user: UserId | null }[];
  }

  /**
   * This person keeps it no longer, unless a request names it by now. Gives the object where it was nobody's after that: its row is gone,
   * and the caller removes it.
   */
  async discard(sha256: string, user: UserId | null): Promise<string | null> {
    return this.database.transaction().execute(async (step) => {
      const used = await step.selectFrom('scan_uses').select('request').where('sha256', '=', sha256).executeTakeFirst();
      if (used) return null;
      if (user !== null) await step.deleteFrom('scan_keepers').where('sha256', '=', sha256).where('user', '=', user).execute();
      const kept = await step.selectFrom('scan_keepers').select('user').where('sha256', '=', sha256).executeTakeFirst();
      if (kept) return null;
      const row = await step.deleteFrom('scans').where('sha256', '=', sha256).returning('object').executeTakeFirst();
      return row?.object ?? null;
    });
  }

  /** Of all scans: where each lies sealed, and what it is. */
  objects(): Promise<Pick<ScanRow, 'object' | 'bytes' | 'sha256'>[]> {
    return this.database.selectFrom('scans').select(['object', 'bytes', 'sha256']).execute();
  }
}
