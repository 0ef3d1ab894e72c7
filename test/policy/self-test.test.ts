// The administrators' own assertions: those that hold are counted, those that do not are faults, those that cannot be read are told.
import assert from 'node:assert/strict';
import { judgeFolder } from '../../plugin/policy/load.js';
import { withPolicies, type Edits } from './policy-folder.js';

const header = 'user,at,act,basis,hours,late,verdict,expect';
const mine = (...lines: string[]): Edits => ({ tests: null, 'tests/mine.csv': [header, ...lines, ''].join('\n') });

describe('self-test', () => {
  // prettier-ignore
  const hold = [
    'user:sh.lu,sh-yf-gate,request,CRIMINAL_CASE,1,no,allow,-',
    'user:sh.lu,sh-yf-gate,request,CRIMINAL_CASE,1,no,allow,officers:2 downloads:2',
    'user:sh.lu,sh-yf-gate,request,CRIMINAL_CASE,1,no,allow,approve:unit-head+site-security-manager+evidence-clerk',   // in any order
    'user:sh.lu,sh-yf-gate sh-yf-school,request,COURT,1.5,yes,allow,mark:clock+text',
    'user:sh.lu,sh-yf-gate,request,CRIMINAL_CASE,24.01,no,allow,approve:evidence-clerk+site-security-manager+unit-head+duty-manager',
    'user:sh.lu,sh-yf-gate,request,FOREIGN,1,no,deny,basis-foreign',
    'user:sh.lu,sh-yf-gate,request,CIVIL,1,no,deny,no-row-allows',
    'user:nobody,sh-yf-gate,request,COURT,1,no,deny,-',
    'user:sh.lu,sh-yf-gate,live,-,1,no,deny,no-row-allows',
    'user:sh.zhou,SH-YUNFAN,review,-,-,no,allow,-',
    'user:sh.zhou,BJ-QINGLAN,review,-,-,no,deny,-',
    'user:root.luo,*,manage,-,-,no,allow,-',
    'user:root.luo,*,release,-,-,no,deny,-',
    'user:sh.yan,SH-YUNFAN,read-journal,-,-,no,allow,-',
    '# a comment, and a blank line\n\nuser:audit.he,*,read-journal,-,-,no,allow,-',
  ];
  for (const line of hold)
    it(`holds: ${line.split('\n').at(-1)!}`, () =>
      withPolicies(mine(line), async (folder) => {
        const { policy, faults, testsPassed } = await judgeFolder(folder);
        assert.deepEqual([faults, testsPassed, policy !== null], [[], 1, true]);
      }));

  // Line → code, column, and what the files say or what would be right.
  // prettier-ignore
  const table: [string, string, number, RegExp][] = [
    ['user:sh.lu,sh-yf-gate,request,CRIMINAL_CASE,1,no,deny,-', 'test-failed', 50, /^Expected deny; the files say allow \(row-allows\) by tier-1\.csv:7\.$/],
    ['user:sh.pan,sh-yf-gate,request,CRIMINAL_CASE,1,no,allow,-', 'test-failed', 51, /^Expected allow; the files say deny \(no-row-allows\)\.$/],
    ['user:sh.lu,sh-yf-gate,request,COURT,1,no,allow,officers:3 downloads:2', 'test-failed', 48, /^Expected officers:3; the files say .*officers:2/],
    ['user:sh.lu,sh-yf-gate,request,COURT,1,no,allow,encrypt:required', 'test-failed', 48, /^Expected encrypt:required; the files say/],
    ['user:sh.lu,sh-yf-gate,request,CIVIL,1,no,deny,row-denies', 'test-failed', 47, /^Expected row-denies; the files say no-row-allows/],
    ['user:sh.lu,SH-YUNFAN,review,-,-,no,allow,-', 'test-failed', 36, /^Expected allow; the files say deny\.$/],
    ['sh.lu,sh-yf-gate,request,COURT,1,no,deny,-', 'test-malformed', 1, /a user like user:sh\.lu/],
    ['user:sh.lu,sh-yf-gaet,request,COURT,1,no,deny,-', 'test-malformed', 12, /no camera “sh-yf-gaet”/],
    ['user:sh.lu,sh-yf-gate bj-ql-gate,request,COURT,1,no,deny,-', 'test-malformed', 12, /Cameras of one site/],
    ['user:sh.lu,SH-YUNFNA,review,-,-,no,deny,-', 'test-malformed', 12, /no site “SH-YUNFNA”/],   // would hold for ever, and test nothing
    ['user:sh.lu,*,request,COURT,1,no,deny,-', 'test-malformed', 12, /no camera “\*”/],
    ['user:sh.lu,sh-yf-gate,reqest,COURT,1,no,deny,-', 'test-malformed', 23, /an act: live, view/],
    ['user:sh.lu,sh-yf-gate,request,ordinary,1,no,deny,-', 'test-malformed', 31, /a basis or -: CRIMINAL_CASE/],
    ['user:sh.lu,sh-yf-gate,request,COURT,0,no,deny,-', 'test-malformed', 37, /hours of each camera/],
    ['user:sh.lu,sh-yf-gate,request,COURT,0.00,no,deny,-', 'test-malformed', 37, /hours of each camera/],
    ['user:sh.lu,sh-yf-gate,request,COURT,-,no,deny,-', 'test-malformed', 37, /hours of each camera/],
    ['user:sh.lu,sh-yf-gate,request,COURT,1h,no,deny,-', 'test-malformed', 37, /hours of each camera/],
    ['user:sh.zhou,SH-YUNFAN,review,-,1,no,allow,-', 'test-malformed', 33, /“1” is not -/],
    ['user:sh.lu,sh-yf-gate,request,COURT,1,maybe,deny,-', 'test-malformed', 39, /yes or no/],
    ['user:sh.lu,sh-yf-gate,request,COURT,1,no,Deny,-', 'test-malformed', 42, /allow or deny/],
    ['user:sh.lu,sh-yf-gate,request,COURT,1,no,allow,oficers:2', 'test-malformed', 48, /“oficers:2” is not a duty; right would be one of approve/],
    ['user:sh.lu,sh-yf-gate,request,COURT,1,no,allow,no-row-allows', 'test-malformed', 48, /is not a duty/],
    ['user:sh.lu,sh-yf-gate,request,CIVIL,1,no,deny,officers:2', 'test-malformed', 47, /a reason of a denial: row-allows/],
    ['user:sh.zhou,SH-YUNFAN,review,-,-,no,allow,officers:2', 'test-malformed', 44, /a reason of a denial/],
    ['user:sh.lu,sh-yf-gate,request,COURT,1,no,deny', 'field-missing', 42, /expect is missing/],
    ['user:sh.lu,sh-yf-gate,request,COURT,1,no,deny,-,-', 'field-surplus', 49, /9 fields/],
  ];
  for (const [line, code, column, said] of table)
    it(`${code}: ${line}`, () =>
      withPolicies(mine(line), async (folder) => {
        const { policy, faults } = await judgeFolder(folder);
        assert.deepEqual([policy, faults.map((fault) => `${fault.code} ${fault.where}`)], [null, [`${code} tests/mine.csv:2:${column}`]]);
        assert.match(faults[0]!.detail, said);
      }));

  it('another header: nothing is tested, and the file does not load', () =>
    withPolicies({ 'tests/mine.csv': 'user,camera\n' }, async (folder) => {
      const { faults } = await judgeFolder(folder);
      assert.deepEqual(
        faults.map(({ code, where }) => [code, where]),
        [['header-wrong', 'tests/mine.csv:1:1']],
      );
    }));

  it('several files and lines: every one that fails is told, the others are counted', () =>
    withPolicies(
      {
        'tests/mine.csv': [header, hold[0], table[0]![0], hold[9], table[6]![0]].join('\n'),
        'tests/yours.csv': [header, table[5]![0]].join('\n'),
      },
      async (folder) => {
        const { faults, testsPassed } = await judgeFolder(folder);
        assert.deepEqual(
          faults.map(({ where }) => where.replace(/:\d+$/, '')),
          ['tests/mine.csv:3', 'tests/mine.csv:5', 'tests/yours.csv:2'],
        );
        assert.equal(testsPassed, 19 + 2);
      },
    ));

  it('what is at fault itself is not tested', () =>
    withPolicies({ 'tier-1.csv': 'p, broken', ...mine(table[0]![0]) }, async (folder) => {
      const { faults, testsPassed } = await judgeFolder(folder);
      assert.ok(faults.length > 0 && faults.every(({ code }) => code !== 'test-failed'));
      assert.equal(testsPassed, 0);
    }));
});
