// Personal values beside the journal, which only commits to them: kept here with their salts, where they can be erased.
import { randomBytes } from 'node:crypto';
import type { Commitment } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { commit, saltBytes } from '../domain/formats/commitment.js';
import { Problem } from '../domain/problem.js';
import { emptyLog, type Database } from './database.js';

export interface Disclosure {
  field: string;
  value: unknown;
  salt: Buffer;
}

export class Personal {
  constructor(readonly database: Database) {}

  /** Puts the value away under a fresh salt; it is on disk before the commitment is told. */
  async conceal(field: string, value: unknown): Promise<Commitment> {
    const salt = randomBytes(saltBytes);
    const commitment = commit(salt, field, value);
    await this.database
      .insertInto('personal')
      .values({ commitment, field, value: canonicalJson(value), salt })
      .execute();
    return commitment;
  }

  /** What a commitment stands for, or null where it was erased or never here. Problem `store-unavailable` where the row was changed. */
  async reveal(commitment: Commitment): Promise<Disclosure | null> {
    const row = await this.database.selectFrom('personal').selectAll().where('commitment', '=', commitment).executeTakeFirst();
    if (!row) return null;
    const disclosure = { field: row.field, value: parse(row.value), salt: Buffer.from(row.salt) };
    if (!opens(commitment, disclosure))
      throw new Problem(
        'store-unavailable',
        'A personal value is not the one that the journal committed to; it was changed in the database.',
      );
    return disclosure;
  }

  /** The value is gone for good; a commitment that was never here, or is mute already, is none's loss. */
  async erase(commitment: Commitment): Promise<void> {
    await this.database.deleteFrom('personal').where('commitment', '=', commitment).execute();
  }

  /** Of these, those whose value is still here. At most 500 at once. */
  async standing(commitments: readonly Commitment[]): Promise<Commitment[]> {
    const rows = await this.database
      .selectFrom('personal')
      .select('commitment')
      .where('commitment', 'in', [...commitments])
      .execute();
    return rows.map(({ commitment }) => commitment);
  }

  /**
   * What was erased leaves the write-ahead log too: it would keep the old pages until others are written over them. Where a reader (a
   * backup) stands in the way it stays until the next time, or the end of the gate.
   */
  async scrub(): Promise<void> {
    await emptyLog(this.database);
  }
}

function opens(commitment: Commitment, { field, value, salt }: Disclosure): boolean {
  return salt.length === saltBytes && value !== undefined && commit(salt, field, value) === commitment;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
