// Accounts of people who sign in at the gate itself.
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import type { Database, Tables } from './database.js';

export interface Account {
  user: UserId;
  name: string;
  unit: string;
  passwordHash: string;
  createdAt: string;
  disabled: boolean;
}

export class Accounts {
  constructor(readonly database: Database) {}

  /** Problem `account-exists`. */
  async add({ user, name, unit, passwordHash, createdAt }: Omit<Account, 'disabled'>): Promise<void> {
    const row = { user, name, unit, password_hash: passwordHash, created_at: createdAt, disabled: 0 as const };
    const result = await this.database
      .insertInto('accounts')
      .values(row)
      .onConflict((conflict) => conflict.column('user').doNothing())
      .executeTakeFirstOrThrow();
    if (result.numInsertedOrUpdatedRows === 0n)
      throw new Problem('account-exists', `There is an account ${user} already. Choose another name.`);
  }

  async get(user: UserId): Promise<Account | null> {
    const row = await this.database.selectFrom('accounts').selectAll().where('user', '=', user).executeTakeFirst();
    return row ? toAccount(row) : null;
  }

  /** All, by name of the user. */
  async list(): Promise<Account[]> {
    return (await this.database.selectFrom('accounts').selectAll().orderBy('user').execute()).map(toAccount);
  }

  /** Was there such an account? It stays, so that its name is never given to somebody else. */
  async disable(user: UserId): Promise<boolean> {
    const result = await this.database.updateTable('accounts').set({ disabled: 1 }).where('user', '=', user).executeTakeFirstOrThrow();
    return result.numUpdatedRows > 0n;
  }
}

const toAccount = (row: Tables['accounts']): Account => ({
  user: row.user as UserId,
  name: row.name,
  unit: row.unit,
  passwordHash: row.password_hash,
  createdAt: row.created_at,
  disabled: row.disabled === 1,
});
