// The shipped folder loads; each wrong edit is named with file, line and column; nothing is half loaded.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { bases, type Basis } from '../../plugin/domain/basis.js';
import { Problem, type Fault } from '../../plugin/domain/problem.js';
import { checkPolicies, judgeTexts, loadPolicy, type Policy } from '../../plugin/policy/load.js';
import { append, replace, shipped, withPolicies, type Edits } from './policy-folder.js';
import { anItem, aQuestion } from './questions.js';
import { both, fillIn, full, row, sampleTier1, sampleTier2, without, wrongEdits } from './wrong-edits.js';

/** What tier 3 asks of everybody. */
const ordinary3 =
  'officers:2 instrument:notice approve:evidence-clerk+site-security-manager execute:single span:24h/72h mark:text+clock original:with cameras:16 ' +
  'downloads:5 expires:168h retain:30d register:3y sla:4h/8h review-after:10%/90d';
const lacking = (word: string) =>
  full
    .split(' ')
    .filter((duty) => !duty.startsWith(word))
    .join(' ');

/** Those for which the folder does not load; none where it does. */
async function faultsOf(folder: string): Promise<readonly Fault[]> {
  try {
    await loadPolicy(folder);
    return [];
  } catch (thrown) {
    assert.ok(thrown instanceof Problem && thrown.code === 'policy-invalid');
    return thrown.faults!;
  }
}

/** Where a fault names a line and a column, they are in the file. */
async function standsThere(folder: string, where: string): Promise<void> {
  const [file = '', line, column] = where.split(':');
  if (!line) return;
  const text = (await readFile(path.join(folder, file), 'utf8')).split('\n')[Number(line) - 1];
  assert.ok(text !== undefined && Number(column) >= 1 && Number(column) <= text.length + 1, where);
}

/** No basis may be lighter than the ordinary ones: what investigators are asked, public order is asked too. */
const forBoth = (cells: string) =>
  both(row(cells), row(cells.replace('police.investigator', 'police.public-order').replace('ordinary', 'ADMIN_CASE')));
/** What tier 3 and tier 2 ask besides, for facts. */
const longer = (place: string, basis: string, role = 'role:police.public-order') =>
  row(`${role}, ${place}, camera:*, request, ${basis}, over-hard, allow, approve:duty-manager`);

describe('policy folder', () => {
  it('loads as shipped', async () => {
    assert.deepEqual(await checkPolicies(shipped), []);
    const policy = await loadPolicy(shipped);
    assert.match(policy.version, /^sha256:[0-9a-f]{64}$/);
    assert.ok(Object.isFrozen(policy) && Object.isFrozen(policy.cameras[0]) && Object.isFrozen(policy.law.bases.COURT));
  });

  // prettier-ignore
  const good: [string, Edits][] = [
    ['the sample row of tier 1, for both kinds of applicants', { 'tier-1.csv': both(append(sampleTier1), append(sampleTier1.replace('police.investigator', 'police.public-order').replace('ordinary', 'ADMIN_CASE'))), 'tests/shipped.csv': null }],
    ['the sample row of tier 2, for both kinds of applicants', { 'tier-2.csv': forBoth(sampleTier2.slice('p, '.length)) }],
    ['a file saved by a spreadsheet (byte order mark, CRLF)', { 'sites.csv': (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}` }],
    ['quoted cells', { 'sites.csv': append('"SH-BEI","310000","ART7","30","北门, 二号"') }],
    ['a deny row for a group', { 'tier-1.csv': row('role:police.investigator, tier-1, group:religious, request, ordinary, *, deny, -') }],
    ['a deny row for a foreign body', { 'tier-1.csv': row('role:police.investigator, tier-1, *, request, FOREIGN, *, deny, -') }],
    ['rescue with one officer and paper', { 'tier-1.csv': row(`role:police.investigator, tier-1, camera:*, request, EMERGENCY_RESCUE, *, allow, ${full.replace('officers:2', 'officers:1')}`) }],
    ['a unit of the directory that acts everywhere', { 'directory.csv': append('all-command,*,示例总队,110') }],
    ['an empty directory', { 'directory.csv': 'id,city,unit,phone\n' }],
    ['a city’s counter with one more voice', { 'cities/310000.csv': 'p, role:reception, 310000, camera:*, request, CITIZEN_VIEW, *, allow, approve:unit-head\n' }],
    ['a paper of an emergency that has to come sooner', { 'cities/310000.csv': 'p, role:police.investigator, 310000, camera:*, request, EMERGENCY_RESCUE, *, allow, paper:12h\n' }],
    ['a stricter row', { 'tier-3.csv': row('role:police.investigator, tier-3, camera:gl-yx-gate, request, COURT, *, allow, officers:3') }],
    ['a lighter row for an emergency', { 'tier-1.csv': row(`role:unit-head, tier-1, camera:*, request, EMERGENCY_RESCUE, *, allow, ${full.replace('officers:2', 'officers:1')}`) }],
    ['a city that asks for one more paper', { 'cities/310000.csv': forBoth('role:police.investigator, 310000, camera:*, request, ordinary, *, allow, instrument:notice+approval')('') }],
    ['a city that tightens an emergency', { 'cities/310000.csv': 'p, role:police.investigator, 310000, camera:*, request, EMERGENCY_RESCUE, *, allow, officers:2\n' }],
    ['a site that asks for one more voice', { 'cities/450300.csv': forBoth('role:police.investigator, 450300/GL-YINXING, camera:*, request, ordinary, *, allow, approve:unit-head')(''), 'tests/shipped.csv': null }],
    ['a city that denies one basis', { 'cities/310000.csv': 'p, role:police.investigator, 310000, *, request, COUNTER_TERROR, *, deny, -\n' }],
    ['a city that takes a right from a role', { 'cities/310000.csv': 'p, role:auditor, 310000, request:*, review, -, *, deny, -\n' }],
    ['a file of a city with comments alone', { 'cities/310000.csv': '# 上海: nothing beside its tier\n' }],
    ['a file of a city without sites', { 'cities/440300.csv': forBoth('role:police.investigator, 440300, camera:*, request, ordinary, *, allow, approve:duty-manager')('') }],
    ['no file of a city and no assertions', { cities: null, tests: null }],
    ['what an editor leaves behind', { 'tier-1.csv~': 'x', '.tier-1.csv.swp': 'x', 'cities/.500000.csv.swp': 'x', 'README.md': 'x' }],
    ['schools of tier 3 with a privacy review', { 'tier-3.csv': forBoth('role:police.investigator, tier-3, group:school, request, ordinary, *, allow, privacy-review:officer') }],
    ['one more approver for long spans', { 'tier-2.csv': forBoth('role:police.investigator, tier-2, camera:*, request, ordinary, over-hard, allow, approve:unit-head') }],
    ['sound muted in one city', { 'cities/310000.csv': forBoth('role:police.investigator, 310000, camera:*, request, ordinary, *, allow, sound:muted')(''), 'tests/mine.csv': 'user,at,act,basis,hours,late,verdict,expect\nuser:sh.lu,sh-yf-gate,request,COURT,1,no,allow,sound:muted\n' }],
    ['working copies in one tier', { 'tier-2.csv': forBoth('role:police.investigator, tier-2, camera:*, request, ordinary, *, allow, working:mp4') }],
    ['better pictures of one group', { 'tier-3.csv': forBoth('role:police.investigator, tier-3, group:school, request, ordinary, *, allow, encode:quality') }],
    ['a look before the last voice', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, CRIMINAL_CASE, *, allow, inspect:unit-head') }],
    ['one basis stricter than the others, for one kind of applicant', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, STATE_SECURITY, *, allow, approve:duty-manager officers:3') }],
    ['a court as strict as the others', { 'tier-3.csv': both(row(`role:police.public-order, tier-3, camera:*, request, COURT, *, allow, ${ordinary3}`), longer('tier-3', 'COURT')) }],
    ['a court stricter than the others', { 'tier-3.csv': both(row(`role:police.public-order, tier-3, camera:*, request, COURT, *, allow, ${ordinary3.replace('downloads:5', 'downloads:1')} encrypt:required`), longer('tier-3', 'COURT')) }],
    ['a privacy review named as a step', { 'tier-1.csv': replace('unit-head privacy-review:officer', 'privacy-officer+unit-head privacy-review:officer'), 'tests/shipped.csv': null }],
    ['one person with two roles, where others can stand in', { 'roles.csv': append('g, user:sh.shen, role:duty-manager, 310000/SH-YUNFAN') }],
    ['a new site, before its people and cameras are listed', { 'sites.csv': append('SH-BEI,310000,ART7,30,北门') }],
    ['a site without sensitive cameras and without a privacy officer', { 'tier-3.csv': forBoth('role:police.investigator, tier-3, camera:*, request, ordinary, sensitive, allow, privacy-review:officer'), 'roles.csv': without('user:gl.tan.privacy') }],
    ['a site without school, and without those whom schools want', { 'tier-3.csv': forBoth('role:police.investigator, tier-3, group:school, request, ordinary, *, allow, approve:unit-head'), 'roles.csv': without('user:gl.su.head') }],
    ['two kinds of applicants who want different voices', { 'tier-3.csv': both(row('role:police.investigator, tier-3, camera:*, request, ADMIN_CASE, *, allow, approve:privacy-officer'), row('role:police.public-order, tier-3, camera:*, request, ADMIN_CASE, *, allow, approve:unit-head')), 'roles.csv': both(without('user:gl.tan.privacy'), append('g, user:gl.su.head, role:privacy-officer, 450300/GL-YINXING')), 'tests/shipped.csv': null }],
  ];
  for (const [name, edits] of good)
    it(`takes ${name}`, () => withPolicies(edits, async (folder) => assert.deepEqual(await checkPolicies(folder), [])));

  for (const [name, edits, code, where, right] of wrongEdits)
    it(`refuses ${name}: ${code}`, () =>
      withPolicies(edits, async (folder) => {
        const faults = await faultsOf(folder);
        const hit = faults.find((fault) => fault.code === code);
        assert.ok(hit, JSON.stringify(faults));
        if (typeof where === 'string') assert.equal(hit.where, await fillIn(folder, where));
        else assert.match(hit.where, where);
        await standsThere(folder, hit.where);
        assert.match(hit.detail, right);
        assert.ok(!JSON.stringify(faults).includes(folder), 'no path of the machine in a fault');
      }));

  // Rows below the national floor: the article is the reason.
  const investigator = (basis: string, duties: string, act = 'request') =>
    row(`role:police.public-order, tier-1, camera:*, ${act}, ${basis}, *, allow, ${duties}`);
  const head = (basis: string, duties: string) => row(`role:unit-head, tier-1, camera:*, request, ${basis}, *, allow, ${duties}`);
  // prettier-ignore
  const below: [string, (text: string) => string, RegExp][] = [
    ['an organ without instrument', investigator('COURT', lacking('instrument')), /F2/],
    ['counsel without court order', investigator('COUNSEL', lacking('instrument')), /F2/],
    ['one officer under an ordinary basis', investigator('COURT', full.replace('officers:2', 'officers:1')), /F3/],
    ['one officer in an urgent administrative case', head('ADMIN_URGENT', full.replace('officers:2', 'officers:1')), /F3/],
    ['nobody in an emergency', head('EMERGENCY_RESCUE', lacking('officers')), /F3/],
    ['an emergency without paper', head('EMERGENCY_RESCUE', lacking('instrument')), /F2/],
    ['a register of two years', head('ADMIN_URGENT', `${full} register:2y`), /F7.*PIPL 56/],
    ['a register of one year under an ordinary basis', investigator('COURT', `${full} register:1y`), /F7/],
    ['nobody to approve', investigator('COURT', lacking('approve')), /F12/],
    ['a viewing copy without text', investigator('COURT', full.replace('mark:text', 'mark:clock')), /F4/],
    ['an allow for a foreign body', investigator('FOREIGN', full), /F8/],
    ['viewing for a foreign body', investigator('FOREIGN', '-', 'view'), /F8/],
    ['a file for a citizen', investigator('CITIZEN_VIEW', full), /F11/],
    ['a masked copy for a citizen', investigator('CITIZEN_VIEW', `${full} deliver:copy mask:faces+plates+names`), /F11/],
    ['an export in the client without paper', investigator('CRIMINAL_CASE', '-', 'export'), /F2/],
    // The facts may not come true: a row for facts alone does not carry the floor.
    ['duties only where a fact holds', row(`role:police.public-order, tier-1, camera:*, request, COURT, late, allow, ${full}`), /F2/],
    ['duties only at another object', row(`role:police.public-order, tier-1, group:street, request, COURT, *, allow, ${full}\np, role:police.public-order, tier-1, camera:*, request, COURT, *, allow, officers:2`), /F2/],
  ];
  for (const [name, edit, article] of below)
    it(`does not load ${name}: ${article.source}`, () =>
      withPolicies({ 'tier-1.csv': edit }, async (folder) => {
        const faults = await checkPolicies(folder);
        assert.ok(
          faults.some((fault) => fault.code === 'below-floor' && article.test(fault.detail) && /^tier-1\.csv:\d+:1$/.test(fault.where)),
          JSON.stringify(faults),
        );
      }));

  for (const word of ['span', 'cameras', 'execute', 'mark', 'original', 'downloads', 'expires'])
    it(`does not load a request row without ${word}`, () =>
      withPolicies({ 'tier-1.csv': head('ADMIN_URGENT', lacking(word)) }, async (folder) => {
        const faults = await checkPolicies(folder);
        assert.deepEqual(
          faults.map((fault) => fault.code),
          ['duty-missing'],
        );
        assert.match(faults[0]!.detail, new RegExp(word));
      }));

  it('the running policy goes on answering while a wrong one is refused', async () => {
    const running = await loadPolicy(shipped);
    const ask = () => running.decide(aQuestion('user:sh.lu', [anItem('sh-yf-gate')]));
    const before = ask();
    await withPolicies({ 'tier-1.csv': replace('allow', 'Allow') }, async (folder) => {
      let isLoading = true;
      const answers: unknown[] = [];
      const look = (): void => {
        answers.push(ask());
        if (isLoading) setImmediate(look);
      };
      setImmediate(look);
      const faults = await faultsOf(folder);
      isLoading = false;
      assert.ok(faults.length > 0 && answers.length > 0);
      for (const answer of answers) assert.deepEqual(answer, before);
      assert.deepEqual(await checkPolicies(folder), faults);
    });
  });

  it('tells every fault at once', () =>
    withPolicies(
      {
        'tier-1.csv': append(sampleTier1.replace('allow', 'Allow')),
        'roles.csv': append('g, wei, role:executor.department, *'),
        'sites.csv': append('x,9,ART7,30,y'),
      },
      async (folder) => {
        const codes = (await checkPolicies(folder)).map((fault) => fault.code).sort();
        assert.deepEqual(codes, ['city-unknown', 'effect-unknown', 'user-malformed', 'value-malformed']);
      },
    ));

  it('a hundred and fifty thousand faults are told as a thousand, and how many more', () =>
    withPolicies({ 'roles.csv': append('g, x, y, z\n'.repeat(150_000).trimEnd()) }, async (folder) => {
      const faults = await faultsOf(folder);
      assert.equal(faults.length, 1001);
      assert.match(faults.at(-1)!.detail, /^149000 more faults/);
    }));

  it('a pipe in the place of a file is a fault at once, and waits for nobody', () =>
    withPolicies({ 'gate.csv': null }, async (folder) => {
      execFileSync('mkfifo', [path.join(folder, 'gate.csv')]);
      assert.deepEqual(
        (await checkPolicies(folder)).map(({ code, where }) => `${code} ${where}`),
        ['file-unreadable gate.csv'],
      );
    }));

  it('a folder that is not there is a fault, not a crash', async () => {
    assert.deepEqual(
      (await checkPolicies('/nowhere/at-all')).map((fault) => fault.code),
      ['file-missing'],
    );
  });

  it('the version follows the content, not how it was saved', () =>
    withPolicies({ 'sites.csv': (text) => `\uFEFF${text.replaceAll('\n', ' \r\n')}` }, async (folder) => {
      assert.equal((await loadPolicy(folder)).version, (await loadPolicy(shipped)).version);
    }));

  it('one changed word is another version', () =>
    withPolicies({ 'tier-1.csv': replace('downloads:2', 'downloads:1') }, async (folder) => {
      assert.notEqual((await loadPolicy(folder)).version, (await loadPolicy(shipped)).version);
    }));

  it('what lies under an unreadable link is not left out in silence', () =>
    withPolicies({ cities: null }, async (folder) => {
      const elsewhere = await mkdtemp(path.join(os.tmpdir(), 'exportgate-cities-'));
      try {
        await cp(path.join(shipped, 'cities'), elsewhere, { recursive: true });
        await symlink(elsewhere, path.join(folder, 'cities'));
        assert.equal((await loadPolicy(folder)).version, (await loadPolicy(shipped)).version);
      } finally {
        await rm(elsewhere, { recursive: true });
      }
    }));
});

describe('policies of one city', () => {
  // What an administrator does first: keep the tier files as they are and list one's own city, site, cameras and people.
  for (const [city, site, people] of [
    ['310000', 'SH-YUNFAN', 'user:sh.'],
    ['510100', 'CD-JINXI', 'user:cd.'],
    ['450300', 'GL-YINXING', 'user:gl.'],
  ] as const) {
    const only =
      (...words: string[]) =>
      (text: string): string =>
        text
          .split('\n')
          .filter((line) => line.startsWith('#') || /^(site|camera|user),/.test(line) || words.some((word) => line.includes(word)))
          .join('\n');
    const edits: Edits = {
      'sites.csv': only(site),
      'cameras.csv': only(`,${site},`),
      'roles.csv': only(people, 'user:root.', 'user:audit.'),
      'tests/shipped.csv': only(`${people}x`),
    };

    it(`${city}: the tiers without a camera are asleep, and name roles that nobody holds`, () =>
      withPolicies(edits, async (folder) => assert.deepEqual(await checkPolicies(folder), [])));

    it(`${city}: a misspelt role in its own tier is found all the same`, () =>
      withPolicies({ ...edits, 'gate.csv': append('p, role:auditer, *, journal:*, read-journal, -, *, allow, -') }, async (folder) => {
        assert.deepEqual(
          (await checkPolicies(folder)).map(({ code }) => code),
          ['role-unknown'],
        );
      }));
  }
});

describe('no other basis can be lighter', () => {
  const light =
    'officers:2 instrument:notice approve:duty-manager execute:single span:99h/99h mark:text original:with cameras:64 downloads:99 expires:999h register:3y';
  /** `facts`: what is asked beside, where a fact holds. */
  const codesOf = async (basis: string, tier: string, duties: string, facts: readonly (readonly [when: string, duties: string])[] = []) => {
    // Chongqing asks one paper more of the ordinary rows, and so of every other one.
    const { 'tests/shipped.csv': _tests, 'cities/500000.csv': _chongqing, ...rest } = texts;
    const lines = [['*', duties] as const, ...facts].map(
      ([when, asked]) => `p, role:unit-head, ${tier}, camera:*, request, ${basis}, ${when}, allow, ${asked}`,
    );
    return (await judgeTexts({ ...rest, [`${tier}.csv`]: append(lines.join('\n'))(texts[`${tier}.csv`]!) })).faults.map(({ code }) => code);
  };
  let texts: Policy['texts'];
  before(async () => {
    ({ texts } = await loadPolicy(shipped));
  });
  const expected = (basis: Basis): string[] => {
    // Danger does not wait; and of what the unit’s own people ask for nothing leaves, whatever the row says.
    if (basis === 'ADMIN_URGENT' || basis === 'EMERGENCY_RESCUE' || basis === 'INTERNAL_SECURITY') return [];
    // A citizen’s row has to say itself that nothing leaves.
    if (basis === 'CITIZEN_VIEW') return ['below-floor'];
    return basis === 'FOREIGN' ? ['below-floor', 'basis-lighter'] : ['basis-lighter'];
  };
  for (const basis of bases)
    for (const tier of ['tier-1', 'tier-2', 'tier-3'])
      it(`${basis} in ${tier}: ${expected(basis).join(', ') || 'taken'}`, async () => {
        assert.deepEqual(await codesOf(basis, tier, light), expected(basis));
      });

  it('whatever is weakened, and by however little', async () => {
    const weaker = [
      ['approve:evidence-clerk+site-security-manager', 'approve:evidence-clerk+duty-manager'],
      ['execute:dual-not-manager', 'execute:single'],
      ['span:8h/48h', 'span:8h/49h'],
      ['span:8h/48h', 'span:9h/48h'],
      ['mark:text+clock', 'mark:text'],
      ['cameras:16', 'cameras:17'],
      ['downloads:3', 'downloads:4'],
      ['expires:72h', 'expires:73h'],
      ['retain:15d', 'retain:16d'],
      ['retain:15d ', ''],
      ['sla:2h/12h', 'sla:2h/13h'],
      ['review-after:30%/30d', 'review-after:29%/30d'],
      ['review-after:30%/30d', 'review-after:30%/31d'],
    ] as const;
    const asOthers =
      'officers:2 instrument:notice approve:evidence-clerk+site-security-manager execute:dual-not-manager span:8h/48h mark:text+clock ' +
      'original:with cameras:16 downloads:3 expires:72h retain:15d register:3y sla:2h/12h review-after:30%/30d';
    const asFacts = [
      ['sensitive', 'privacy-review:officer'],
      ['over-soft', 'privacy-review:officer'],
      ['over-hard', 'approve:duty-manager'],
    ] as const;
    const others = bases.filter((basis) => expected(basis).join() === 'basis-lighter');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...others), fc.constantFrom(...weaker), async (basis, [from, to]) => {
        assert.ok(asOthers.includes(from));
        const found = await codesOf(basis, 'tier-2', asOthers.replace(from, to), asFacts);
        // A voice that is always asked may make the row for a fact surplus.
        assert.deepEqual(
          found.filter((code) => code !== 'row-shadowed'),
          ['basis-lighter'],
        );
        assert.deepEqual(await codesOf(basis, 'tier-2', asOthers, asFacts), []);
        // The same for what is asked where a fact holds alone.
        for (const left of asFacts)
          assert.deepEqual(
            await codesOf(
              basis,
              'tier-2',
              asOthers,
              asFacts.filter((fact) => fact !== left),
            ),
            ['basis-lighter'],
            left[0],
          );
      }),
      { numRuns: 30 },
    );
  });
});

describe('cities', () => {
  it('lists every prefecture-level code once, the municipalities, and the counties directly under a province', async () => {
    const { cities } = await loadPolicy(shipped);
    const codes = cities.map((city) => city.code);
    assert.equal(codes.filter((code) => /^\d{4}00$/.test(code) && !code.endsWith('0000')).length, 333);
    assert.deepEqual(
      codes.filter((code) => code.endsWith('0000')),
      ['110000', '120000', '310000', '500000'],
    );
    assert.equal(codes.filter((code) => /^(4190|4290|4690|6590)/.test(code)).length, 32);
    assert.equal(codes.length, 369);
  });

  it('puts each in the tier that was asked for', async () => {
    const policy = await loadPolicy(shipped);
    assert.deepEqual(
      policy.cities.filter((city) => city.tier === 1).map((city) => city.code),
      ['110000', '310000', '440100', '440300'],
    );
    for (const code of ['510100', '330100', '500000', '120000', '320100', '420100']) assert.equal(policy.city(code).tier, 2);
    for (const code of ['130300', '450300', '429004', '659012']) assert.equal(policy.city(code).tier, 3);
  });

  for (const code of ['', '11', '110100', '429000', '710000', '810000', '820000', '999999', 'constructor'])
    it(`refuses “${code}”: there is no default`, async () => {
      const policy = await loadPolicy(shipped);
      assert.throws(
        () => policy.city(code),
        (thrown) => thrown instanceof Problem && thrown.code === 'city-unknown',
      );
    });
});
