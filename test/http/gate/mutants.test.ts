// However a request for recorded footage is changed: as long as any system could still take it for one, it does not pass as a page, as a live
// picture, as a sign-in or as administration. GATE_SEED takes another seed: `GATE_SEED=7 npx mocha test/http/gate/mutants.test.ts`.
import assert from 'node:assert/strict';
import { Problem } from '../../../plugin/domain/problem.js';
import { footageClasses, type RouteTable } from '../../../plugin/domain/route-table.js';
import { classify } from '../../../plugin/http/gate/classify.js';
import { readAsked } from '../../../plugin/http/gate/read-asked.js';
import { asksForMedia } from '../../support/gate/media-asked.js';
import { mutantsOf, type Mutant } from '../../support/gate/mutants.js';
import { fromExample, known, tables } from '../../support/gate/tables.js';

const seed = Number(process.env['GATE_SEED'] ?? 20_261_124);
const each = Number(process.env['GATE_MUTANTS'] ?? 6000);
const passing = ['safe', 'live', 'auth', 'admin'];

function endOf(table: RouteTable, mutant: Mutant): string {
  try {
    const { class: kind, route } = classify(table, readAsked(table, mutant), known);
    return `${kind} ${route?.id ?? '-'}`;
  } catch (error) {
    assert.ok(error instanceof Problem && error.code !== 'internal', String(error));
    return error.code;
  }
}

describe(`mutants of requests for recorded footage (seed ${seed})`, () => {
  for (const [vms, table] of Object.entries(tables)) {
    it(`${vms}: every example on which footage leaves is seen to be one, and none on which none does`, () => {
      for (const { class: kind, examples, id } of table.routes)
        for (const example of examples) {
          const media = asksForMedia(table, fromExample(example));
          if (footageClasses.includes(kind) && id !== 'zms-live-delayed') assert.ok(media, example);
          if (passing.includes(kind)) assert.ok(!media, example);
        }
    });

    it(`${vms}: of ${each} none passes`, () => {
      const ends = mutantsOf(table, seed, each).map((mutant): [Mutant, string] => [mutant, endOf(table, mutant)]);
      const through = ends.filter(([mutant, end]) => passing.includes(end.split(' ')[0]!) && asksForMedia(table, mutant));
      assert.deepEqual(
        through
          .slice(0, 10)
          .map(([{ method, target, body, of, how, upgrade }, end]) => ({ end, method, target, body: body.toString(), upgrade, of, how })),
        [],
        `${through.length} pass`,
      );
      // A gate that refuses everything would do as well: part of them must be read, and part be what they were.
      const read = ends.filter(([, end]) => !/^[a-z]+-[a-z]+$/.test(end)).length;
      const footage = ends.filter(([, end]) => footageClasses.some((kind) => end.startsWith(kind))).length;
      assert.ok(read > each / 4 && footage > each / 20, `${read} were read, ${footage} were footage`);
    });
  }

  it('are the same for the same seed', () =>
    assert.deepEqual(mutantsOf(tables['zoneminder']!, 7, 50), mutantsOf(tables['zoneminder']!, 7, 50)));
});
