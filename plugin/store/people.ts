// Who is who: the journal names people by pseudonym, this table knows the user. One pseudonym per person for good.
import { createHash, randomBytes } from 'node:crypto';
import type { Pseudonym } from '../domain/audit-event.js';
import { saltBytes } from '../domain/formats/commitment.js';
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import type { Database } from './database.js';

export class People {
  constructor(readonly database: Database) {}

  /** The person's pseudonym, made at the first asking and on disk before it is told. Problem `store-unavailable` where it was changed. */
  async pseudonymOf(user: UserId): Promise<Pseudonym> {
    const known = await this.#find(user);
    if (known !== null) return known;
    const salt = randomBytes(saltBytes);
    const row = { user, salt, pseudonym: makePseudonym(salt, user) };
    // Asked twice at once, one salt wins and both get its pseudonym.
    await this.database
      .insertInto('people')
      .values(row)
      .onConflict((conflict) => conflict.column('user').doNothing())
      .execute();
    return (await this.#find(user)) ?? row.pseudonym;
  }

  /** The person behind a pseudonym, or null where nobody (or nobody any more) is known by it. */
  async userOf(pseudonym: Pseudonym): Promise<UserId | null> {
    const row = await this.database.selectFrom('people').select('user').where('pseudonym', '=', pseudonym).executeTakeFirst();
    return (row?.user ?? null) as UserId | null;
  }

  async #find(user: UserId): Promise<Pseudonym | null> {
    const row = await this.database.selectFrom('people').select(['pseudonym', 'salt']).where('user', '=', user).executeTakeFirst();
    // Threat: rows swapped in the database would let one person speak with another's voice.
    if (row && row.pseudonym !== makePseudonym(Buffer.from(row.salt), user))
      throw new Problem('store-unavailable', 'The row of a person was changed in the database.');
    return row?.pseudonym ?? null;
  }
}

/** 96 bits of the salted hash: far from collisions, short enough to read aloud. */
const makePseudonym = (salt: Buffer, user: UserId): Pseudonym =>
  `p-${createHash('sha256').update(salt).update(user).digest('hex').slice(0, 24)}`;
