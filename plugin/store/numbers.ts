// Request numbers: per series and year, from 1, each given once.
import type { Database } from './database.js';

export class Numbers {
  constructor(readonly database: Database) {}

  /** The next number, on disk before it is told: no second caller and no restart gives it again. `series`: a site, or something of it. */
  async nextNumber(series: string, year: number): Promise<number> {
    const { last } = await this.database
      .insertInto('numbers')
      .values({ site: series, year, last: 1 })
      .onConflict((conflict) => conflict.columns(['site', 'year']).doUpdateSet((row) => ({ last: row('numbers.last', '+', 1) })))
      .returning('last')
      .executeTakeFirstOrThrow();
    return last;
  }
}
