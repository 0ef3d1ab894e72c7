// Which duties of a plan this version of the gate cannot keep yet: each by itself, and together.
import assert from 'node:assert/strict';
import { unkept, type Plan } from '../../plugin/domain/plan.js';

describe('duties that cannot be kept yet', () => {
  const kept = { masks: [], deliver: 'package', original: 'with' } satisfies Partial<Plan>;
  const table: readonly (readonly [what: string, plan: Partial<typeof kept> | Partial<Plan>, expected: readonly string[]])[] = [
    ['nothing of the kind', {}, []],
    ['encryption', { encrypt: 'required' }, []],
    ['one mask', { masks: ['faces'] }, []],
    ['all masks', { masks: ['faces', 'plates', 'names'] }, []],
    ['nothing leaves: it is only seen', { deliver: 'view' }, []],
    ['the masked copy alone', { deliver: 'copy' }, []],
    ['the original apart', { original: 'apart' }, ['original:apart']],
    ['the original for a court', { original: 'court' }, ['original:court']],
    ['all of them', { masks: ['plates'], deliver: 'copy', original: 'court', encrypt: 'required' }, ['original:court']],
  ];
  for (const [what, plan, expected] of table) it(`${what}: ${expected.join(' ') || 'kept'}`, () => assert.deepEqual(unkept({ ...kept, ...plan }), expected));
});
