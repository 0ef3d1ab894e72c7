// Drafts of applications: each its owner's alone, saved by version so that two windows do not overwrite each other.
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import type { Database } from './database.js';

export interface DraftRow {
  id: string;
  owner: string;
  /** JSON. */
  form: string;
  /** From 1; every save makes it one more. */
  version: number;
  /** ISO-8601 UTC. */
  updated_at: string;
}

export class Drafts {
  constructor(readonly database: Database) {}

  /** Problem `drafts-full`, where the owner has `most` already. */
  async add(row: DraftRow, most: number): Promise<void> {
    await this.database.transaction().execute(async (step) => {
      const { count } = await step
        .selectFrom('drafts')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('owner', '=', row.owner)
        .executeTakeFirstOrThrow();
      if (Number(count) >= most)
        throw new Problem('drafts-full', `You have ${most} drafts; discard one first. 草稿已满 ${most} 份,请先删除。`);
      await step.insertInto('drafts').values(row).execute();
    });
  }

  /** Last saved first. */
  async ofOwner(owner: UserId): Promise<DraftRow[]> {
    return this.database.selectFrom('drafts').selectAll().where('owner', '=', owner).orderBy('updated_at', 'desc').orderBy('id').execute();
  }

  async get(id: string, owner: UserId): Promise<DraftRow | null> {
    const row = await this.database.selectFrom('drafts').selectAll().where('id', '=', id).where('owner', '=', owner).executeTakeFirst();
    return row ?? null;
  }

  /** Was it still that version? Of two who save the same one, the second is told no. */
  async save(id: string, owner: UserId, version: number, form: string, updatedAt: string): Promise<boolean> {
    const result = await this.database
      .updateTable('drafts')
      .set({ form, version: version + 1, updated_at: updatedAt })
      .where('id', '=', id)
      .where('owner', '=', owner)
      .where('version', '=', version)
      .executeTakeFirstOrThrow();
    return result.numUpdatedRows > 0n;
  }

  /** Those that were saved no later. */
  async discardOlder(than: string): Promise<void> {
    await this.database.deleteFrom('drafts').where('updated_at', '<=', than).execute();
  }

  /** Was it there? */
  async discard(id: string, owner: UserId): Promise<boolean> {
    const result = await this.database.deleteFrom('drafts').where('id', '=', id).where('owner', '=', owner).executeTakeFirstOrThrow();
    return result.numDeletedRows > 0n;
  }
}
