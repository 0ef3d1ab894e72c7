// directory.csv: the numbers that are called back, and each line that is none. Through the whole folder: test/policy/wrong-edits.ts.
import assert from 'node:assert/strict';
import type { City } from '../../plugin/domain/camera.js';
import type { Fault } from '../../plugin/domain/problem.js';
import { readDirectory } from '../../plugin/policy/directory.js';
import { loadPolicy } from '../../plugin/policy/load.js';
import { makePace } from '../../plugin/policy/pace.js';
import { shipped } from './policy-folder.js';

const cities = new Map([['310000', { code: '310000', name: '上海市', tier: 1 } as City]]);
async function read(...lines: string[]) {
  const faults: Fault[] = [];
  const directory = await readDirectory(['id,city,unit,phone', ...lines, ''].join('\n'), cities, faults, makePace());
  return { directory: [...directory.values()], faults: faults.map(({ code, where }) => `${code} ${where}`) };
}

describe('directory.csv', () => {
  it('reads unit and number under each id', async () =>
    assert.deepEqual(await read('sh-command,310000,示例指挥中心,021-5550-0110', 'all,*,示例总队,110'), {
      directory: [
        { id: 'sh-command', city: '310000', unit: '示例指挥中心', phone: '021-5550-0110' },
        { id: 'all', city: '*', unit: '示例总队', phone: '110' },
      ],
      faults: [],
    }));

  it('may be empty: then nobody is called back', async () => assert.deepEqual(await read(), { directory: [], faults: [] }));

  // prettier-ignore
  const wrong: readonly (readonly [what: string, line: string, faults: readonly string[]])[] = [
    ['a number of two digits', 'a,310000,x,11', ['value-malformed directory.csv:2:12']],
    ['a number of twenty-one digits', `a,310000,x,${'1'.repeat(21)}`, ['value-malformed directory.csv:2:12']],
    ['a number that begins with a dash', 'a,310000,x,-110', ['value-malformed directory.csv:2:12']],
    ['a number with blanks', 'a,310000,x,021 5550', ['value-malformed directory.csv:2:12']],
    ['a number in full width', 'a,310000,x,１１０', ['value-malformed directory.csv:2:12']],
    ['an id in capitals', 'A,310000,x,110', ['value-malformed directory.csv:2:1']],
    ['an id that begins with a dash', '-a,310000,x,110', ['value-malformed directory.csv:2:1']],
    ['a city that is not listed', 'a,110000,x,110', ['city-unknown directory.csv:2:3']],
    ['a city by its name', 'a,上海,x,110', ['city-unknown directory.csv:2:3']],
    ['all wrong at once', 'A,110000,x,call', ['value-malformed directory.csv:2:1', 'city-unknown directory.csv:2:3', 'value-malformed directory.csv:2:12']],
  ];
  for (const [what, line, faults] of wrong) it(`${what}: told, and not taken`, async () => assert.deepEqual(await read(line), { directory: [], faults }));

  it('an id twice: the first stands, the second is told', async () => {
    const { directory, faults } = await read('a,310000,x,110', 'a,*,y,120');
    assert.deepEqual([directory.map(({ phone }) => phone), faults], [['110'], ['id-duplicate directory.csv:3:1']]);
  });

  it('as shipped: a number for each city that has a site, frozen', async () => {
    const policy = await loadPolicy(shipped);
    for (const { city } of policy.sites) assert.ok([...policy.directory.values()].some((it) => it.city === city), city);
    for (const [id, entry] of policy.directory) assert.ok(entry.id === id && Object.isFrozen(entry));
  });
});
