// Accounts of people who sign in. An account is changed by a new version beside the old one: the journal says which one counts, so there is
// no moment in which a crash leaves somebody without either. Roll (export/roll.ts) is the one to ask who somebody is.
import type { AccountTerms, Card } from '../domain/account.js';
import type { UserId } from '../domain/subject.js';
import type { Database, Tables } from './database.js';

export interface Account extends AccountTerms {
  passwordHash: string;
  /** The sealed secret of the one-time passwords; null without a second factor. */
  secondFactor: string | null;
  createdAt: string;
}

export class Accounts {
  constructor(readonly database: Database) {}

  /** Puts a version beside those there are. It counts when the journal vouches for it. */
  async put({ user, name, unit, card, expiresAt, passwordHash, secondFactor, createdAt }: Account): Promise<void> {
    const row = {
      user,
      name,
      unit,
      card: card && JSON.stringify(card),
      expires_at: expiresAt,
      password_hash: passwordHash,
      second_factor: secondFactor,
      created_at: createdAt,
    };
    await this.database.insertInto('accounts').values(row).execute();
  }

  /** Removes all versions but this one. */
  async keepOnly({ user, passwordHash }: Pick<Account, 'user' | 'passwordHash'>): Promise<void> {
    await this.database.deleteFrom('accounts').where('user', '=', user).where('password_hash', '!=', passwordHash).execute();
  }

  /** Oldest first. */
  async versionsOf(user: UserId): Promise<Account[]> {
    return (await this.database.selectFrom('accounts').selectAll().where('user', '=', user).orderBy('id').execute()).map(toAccount);
  }

  /** For names on papers. Where a version waits for the journal, the one before it. */
  async get(user: UserId): Promise<Account | null> {
    return (await this.versionsOf(user))[0] ?? null;
  }

  /** The card that was seen before this person was invited; null for the custodian's own staff, and where there is no account. */
  async cardOf(user: UserId): Promise<Card | null> {
    return (await this.get(user))?.card ?? null;
  }

  /** Everybody who has an account, by name of the user. */
  async users(): Promise<UserId[]> {
    const rows = await this.database.selectFrom('accounts').select('user').distinct().orderBy('user').execute();
    return rows.map(({ user }) => user as UserId);
  }

  /** Marks a step of a sealed second factor as used; false where it, or a later one, was used before. Of two at once one wins. */
  async useStep(factor: string, step: number): Promise<boolean> {
    const result = await this.database
      .insertInto('used_steps')
      .values({ factor, step })
      .onConflict((conflict) => conflict.column('factor').doUpdateSet({ step }).where('used_steps.step', '<', step))
      .executeTakeFirstOrThrow();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
}

const toAccount = (row: Omit<Tables['accounts'], 'id'>): Account => ({
  user: row.user as UserId,
  name: row.name,
  unit: row.unit,
  card: row.card === null ? null : (JSON.parse(row.card) as Card),
  expiresAt: row.expires_at,
  passwordHash: row.password_hash,
  secondFactor: row.second_factor,
  createdAt: row.created_at,
});
