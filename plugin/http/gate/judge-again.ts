// An answer may last for hours: while it does, who asked is asked again, and what let them see it.
import { Problem } from '../../domain/problem.js';
import type { Person } from '../../domain/subject.js';
import { personAsking } from './identify.js';
import type { Walk, WebGateParts } from './web-gate.js';

/**
 * For `keepJudging`: the same person, still signed in and with an open account, of whom `judge` says nothing new. What it throws ends the
 * answer, and stands in `walk.ended`, so that it is recorded though the client's connection is gone by then.
 */
export function againJudged(gate: WebGateParts, walk: Walk, person: Person, judge: () => Promise<void>): () => Promise<void> {
  return async () => {
    try {
      walk.caller = null;
      const { pseudonym } = await personAsking(gate, walk);
      if (pseudonym !== person.pseudonym) throw new Problem('not-permitted', 'Somebody else has signed in under this session.');
      await judge();
    } catch (thrown) {
      walk.ended = Problem.from(thrown);
      throw thrown;
    }
  };
}
