// The projection of requests: what lists and searches read. The journal is the truth; this can be thrown away and made again.
import type { Database } from './database.js';

/** What lists and searches need of a request; everything else is folded from the journal. Names in clear: rows can be erased. */
export interface RequestRow {
  id: string;
  state: string;
  approval: string;
  custody: string;
  delivery: string;
  city: string;
  site: string;
  unit: string;
  applicant: string;
  entered_by: string;
  basis: string;
  requested_at: string;
  provide_by: string | null;
  waits_for_step: string | null;
  late: 0 | 1;
}

export interface RequestFilter {
  state?: string;
  site?: string;
  unit?: string;
  applicant?: string;
  /** At most 500. */
  limit: number;
  /** Id of the last request of the page before. */
  before?: string;
}

const maxPage = 500;

const columns = [
  'id',
  'state',
  'approval',
  'custody',
  'delivery',
  'city',
  'site',
  'unit',
  'applicant',
  'entered_by',
  'basis',
  'requested_at',
  'provide_by',
  'waits_for_step',
  'late',
] as const satisfies readonly (keyof RequestRow)[];

export class Requests {
  constructor(readonly database: Database) {}

  /** How many journal entries the projection holds: the index of the first one that it lacks. */
  async position(): Promise<number> {
    const { position } = await this.database.selectFrom('projection').select('position').executeTakeFirstOrThrow();
    return position;
  }

  /**
   * Rows and position in one transaction: after a crash both are there or neither, and the same step may be done again.
   * A row never goes back behind what a later entry made of it. `position`: how many entries the rows stand for.
   */
  async projectTo(position: number, rows: readonly RequestRow[]): Promise<void> {
    await this.database.transaction().execute(async (step) => {
      for (const known of rows) {
        const row = { ...known, updated_index: position - 1 };
        await step
          .insertInto('requests')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row).where('requests.updated_index', '<=', row.updated_index))
          .execute();
      }
      await step.updateTable('projection').set({ position }).where('position', '<', position).execute();
    });
  }

  /** Newest first. */
  async listRequests({ limit, before, ...wanted }: RequestFilter): Promise<RequestRow[]> {
    let query = this.database.selectFrom('requests').select(columns);
    for (const [column, value] of Object.entries(wanted) as ['state' | 'site' | 'unit' | 'applicant', string | undefined][])
      if (value !== undefined) query = query.where(column, '=', value);
    if (before !== undefined) {
      const last = await this.database.selectFrom('requests').select(['requested_at', 'id']).where('id', '=', before).executeTakeFirst();
      if (!last) return [];
      query = query.where((row) => row(row.refTuple('requested_at', 'id'), '<', row.tuple(last.requested_at, last.id)));
    }
    return query
      .orderBy('requested_at', 'desc')
      .orderBy('id', 'desc')
      .limit(Math.max(0, Math.min(limit, maxPage)))
      .execute();
  }
}
