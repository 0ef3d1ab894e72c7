// The shipped folder loads; each wrong edit is named with file, line and column; nothing is half loaded.
import assert from 'node:assert/strict';
import { Problem } from '../../plugin/domain/problem.js';
import { checkPolicies, loadPolicy } from '../../plugin/policy/load.js';
import { append, replace, shipped, withPolicies, type Edits } from './policy-folder.js';

const sampleTier1 =
  'p, role:police.investigator, tier-1, camera:*, request, ordinary, *, allow, officers:2 instrument:notice ' +
  'approve:evidence-clerk+site-security-manager+privacy-officer+unit-head execute:dual mark:text original:with';
const sampleTier2 = 'p, role:police.investigator, tier-2, camera:*, request, ordinary, sensitive, allow, approve:privacy-officer';
const row = (cells: string) => append(`p, ${cells}`);
const full =
  'officers:2 instrument:notice approve:evidence-clerk execute:dual mark:text original:with span:4h/24h cameras:8 downloads:2 expires:72h';
const lacking = (word: string) =>
  full
    .split(' ')
    .filter((duty) => !duty.startsWith(word))
    .join(' ');

describe('policy folder', () => {
  it('loads as shipped', async () => {
    assert.deepEqual(await checkPolicies(shipped), []);
    const policy = await loadPolicy(shipped);
    assert.match(policy.version, /^sha256:[0-9a-f]{64}$/);
    assert.ok(Object.isFrozen(policy) && Object.isFrozen(policy.cameras[0]) && Object.isFrozen(policy.law.bases.COURT));
  });

  // prettier-ignore
  const good: [string, Edits][] = [
    ['the sample row of tier 1', { 'tier-1.csv': append(sampleTier1) }],
    ['the sample row of tier 2', { 'tier-2.csv': append(sampleTier2) }],
    ['a file saved by a spreadsheet (byte order mark, CRLF)', { 'sites.csv': (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}` }],
    ['quoted cells', { 'sites.csv': append('"SH-BEI","310000","ART7","30","北门, 二号"') }],
    ['a deny row for a group', { 'tier-1.csv': row('role:police.investigator, tier-1, group:religious, request, ordinary, *, deny, -') }],
    ['a deny row for a foreign body', { 'tier-1.csv': row('role:police.investigator, tier-1, *, request, FOREIGN, *, deny, -') }],
    ['rescue with one officer and paper', { 'tier-1.csv': row(`role:police.investigator, tier-1, camera:*, request, EMERGENCY_RESCUE, *, allow, ${full.replace('officers:2', 'officers:1')}`) }],
    ['a stricter row', { 'tier-3.csv': row('role:police.investigator, tier-3, camera:gl-yx-gate, request, COURT, *, allow, officers:3') }],
  ];
  for (const [name, edits] of good)
    it(`takes ${name}`, () => withPolicies(edits, async (folder) => assert.deepEqual(await checkPolicies(folder), [])));

  // One wrong edit → one fault: its code, its file, and a word that says what would be right.
  // prettier-ignore
  const wrong: [string, Edits, string, RegExp, RegExp][] = [
    ['effect Deny', { 'tier-1.csv': row('role:executor, tier-1, request:*, release, -, *, Deny, -') }, 'effect-unknown', /^tier-1\.csv:\d+:53$/, /allow, deny/],
    ['effect alow', { 'tier-1.csv': row('role:executor, tier-1, request:*, release, -, *, alow, -') }, 'effect-unknown', /^tier-1\.csv/, /allow, deny/],
    ['a misspelt act', { 'tier-1.csv': row('role:executor, tier-1, request:*, relase, -, *, allow, -') }, 'act-unknown', /^tier-1\.csv/, /release/],
    ['a misspelt basis', { 'tier-1.csv': row(`role:police.investigator, tier-1, camera:*, request, CRIMINAL, *, allow, ${full}`) }, 'basis-unknown', /^tier-1/, /CRIMINAL_CASE/],
    ['a basis in small letters', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, court, *, deny, -') }, 'basis-unknown', /^tier-1/, /COURT/],
    ['a request without basis', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, -, *, deny, -') }, 'basis-unknown', /^tier-1/, /ordinary/],
    ['a misspelt fact', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, over_soft, allow, approve:unit-head') }, 'when-unknown', /^tier-2/, /over-soft/],
    ['a misspelt duty', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, allow, aprove:unit-head') }, 'duty-unknown', /^tier-2/, /approve/],
    ['a duty without value', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, allow, officers:') }, 'duty-unknown', /^tier-2/, /officers:N/],
    ['a duty twice in a row', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, allow, officers:2 officers:3') }, 'duty-twice', /^tier-2/, /once/],
    ['a duty on a deny', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, deny, officers:2') }, 'duty-unknown', /^tier-2/, /write -/],
    ['an unknown step', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, allow, approve:unit-haed') }, 'step-unknown', /^tier-2/, /unit-head/],
    ['a role that nobody holds', { 'tier-1.csv': row('role:police.investigater, tier-1, camera:*, request, ordinary, *, deny, -') }, 'role-unknown', /^tier-1\.csv:\d+:4$/, /role:police\.investigator/],
    ['a role without prefix', { 'tier-1.csv': row('police.investigator, tier-1, camera:*, request, ordinary, *, deny, -') }, 'role-malformed', /^tier-1/, /role:name/],
    ['a user in the role column', { 'tier-1.csv': row('user:sh.lu, tier-1, camera:*, request, ordinary, *, deny, -') }, 'role-malformed', /^tier-1/, /role:name/],
    ['a missing field', { 'tier-1.csv': row('role:executor, tier-1, request:*, release, -, *, allow') }, 'field-missing', /^tier-1/, /duties/],
    ['an empty field', { 'tier-1.csv': row('role:executor, tier-1, request:*, , -, *, allow, -') }, 'field-missing', /^tier-1/, /act/],
    ['a field too many', { 'tier-1.csv': row('role:executor, tier-1, request:*, release, -, *, allow, -, -') }, 'field-surplus', /^tier-1/, /10 fields/],
    ['a comment behind a row', { 'tier-1.csv': row('role:executor, tier-1, request:*, release, -, *, allow, - # for now') }, 'duty-unknown', /^tier-1/, /write -/],
    ['a line of another kind', { 'tier-1.csv': append('p2, role:executor, tier-1, request:*, release, -, *, allow, -') }, 'line-unknown', /^tier-1/, /right would be: p/],
    ['a row of tier 2 in the file of tier 1', { 'tier-1.csv': append(sampleTier2) }, 'tier-unknown', /^tier-1/, /tier-1/],
    ['a row for every tier in a tier file', { 'tier-1.csv': row('role:executor, *, request:*, release, -, *, allow, -') }, 'tier-unknown', /^tier-1/, /tier-1/],
    ['a camera that is not there', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:sh-yf-gaet, request, ordinary, *, deny, -') }, 'camera-unknown', /^tier-1/, /camera:<id>/],
    ['a group that is not there', { 'tier-1.csv': row('role:police.investigator, tier-1, group:shcool, request, ordinary, *, deny, -') }, 'group-unknown', /^tier-1/, /group:school/],
    ['a pattern for an object', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:sh-*, request, ordinary, *, deny, -') }, 'camera-unknown', /^tier-1/, /camera:\*/],
    ['an object of another act', { 'tier-1.csv': row('role:executor, tier-1, journal:*, release, -, *, allow, -') }, 'object-unknown', /^tier-1/, /request:\*/],
    ['a fact where none can be', { 'tier-1.csv': row('role:executor, tier-1, request:*, release, -, late, allow, -') }, 'when-unknown', /^tier-1/, /write \*/],
    ['a user without prefix', { 'roles.csv': append('g, sh.lu, role:executor, 310000') }, 'user-malformed', /^roles\.csv:\d+:4$/, /user:name/],
    ['a user named like a role', { 'roles.csv': append('g, role:executor, role:administrator, *') }, 'user-malformed', /^roles/, /user:name/],   // casbin would hand it over
    ['a role in capitals', { 'roles.csv': append('g, user:sh.lu, role:Executor, *') }, 'role-malformed', /^roles/, /small letters/],
    ['a role that no row knows', { 'roles.csv': append('g, user:sh.lu, role:executer, *') }, 'role-unknown', /^roles/, /role:executor/],
    ['a holding without place', { 'roles.csv': append('g, user:sh.lu, role:executor') }, 'field-missing', /^roles/, /place/],
    ['a holding in no city', { 'roles.csv': append('g, user:sh.lu, role:executor, 310001') }, 'city-unknown', /^roles/, /cities\.csv/],
    ['a site under another city', { 'roles.csv': append('g, user:sh.lu, role:executor, 110000/SH-YUNFAN') }, 'site-unknown', /^roles/, /110000\/BJ-QINGLAN/],
    ['a site without city', { 'sites.csv': append('SH-BEI,310115,ART7,30,北') }, 'city-unknown', /^sites\.csv:\d+:8$/, /not listed/],
    ['a site twice', { 'sites.csv': append('SH-YUNFAN,310000,ART7,30,北') }, 'id-duplicate', /^sites/, /each id once/],
    ['a regime that is none', { 'sites.csv': append('SH-BEI,310000,ART8,30,北') }, 'value-malformed', /^sites/, /ART7, ART9, PRIVATE/],
    ['retention below 30 days', { 'sites.csv': append('SH-BEI,310000,ART9,29,北') }, 'below-floor', /^sites\.csv:\d+:20$/, /F6.*799 17/],
    ['a camera without site', { 'cameras.csv': append('x-1,SH-BEI,-,北') }, 'site-unknown', /^cameras/, /SH-YUNFAN/],
    ['a camera twice', { 'cameras.csv': append('sh-yf-gate,SH-YUNFAN,-,北') }, 'id-duplicate', /^cameras/, /each id once/],
    ['a camera id with blanks', { 'cameras.csv': append('sh yf,SH-YUNFAN,-,北') }, 'value-malformed', /^cameras/, /small letters/],
    ['a misspelt group of a camera', { 'cameras.csv': append('x-1,SH-YUNFAN,group:shcool,北') }, 'group-unknown', /^cameras/, /group:school/],
    ['a city twice', { 'cities.csv': append('310000,上海市,3') }, 'id-duplicate', /^cities/, /each id once/],
    ['a tier that is none', { 'cities.csv': append('710000,x,4') }, 'value-malformed', /^cities/, /1, 2 or 3/],
    ['another header', { 'cities.csv': replace('code,name,tier', 'code,tier,name') }, 'header-wrong', /^cities/, /code,name,tier/],
    ['a step twice', { 'steps.csv': append('unit-head,9,role:unit-head,a,b') }, 'id-duplicate', /^steps/, /already/],
    ['two steps in one place of the order', { 'steps.csv': append('second-head,4,role:unit-head,a,b') }, 'id-duplicate', /^steps/, /already/],
    ['a table that nobody reads', { 'tier-4.csv': '' }, 'file-unknown', /^tier-4\.csv$/, /policy files are/],
    ['a missing file', { 'gate.csv': null }, 'file-missing', /^gate\.csv$/, /must hold/],
    ['a file that is not UTF-8', { 'sites.csv': Buffer.from([0xc9, 0xcf, 0xba, 0xa3]) }, 'file-unreadable', /^sites\.csv$/, /UTF-8/],
    ['a file of 9 MiB', { 'sites.csv': Buffer.alloc(9 * 1024 * 1024, 35) }, 'file-unreadable', /^sites\.csv$/, /at most/],
    ['an allow-override model', { 'model.conf': replace(' && !some(where (p.eft == deny))', '') }, 'model-changed', /^model\.conf/, /policy_effect/],
    ['a wider matcher', { 'model.conf': replace('g(r.sub, p.role, r.dom))', 'g(r.sub, p.role, r.dom) || true)') }, 'model-changed', /^model\.conf/, /matchers/],
    ['a law without an article', { 'law.json': replace('"id": "F8"', '"id": "F13"') }, 'law-malformed', /^law\.json\.floor$/, /F8/],
    ['a law that is no JSON', { 'law.json': '{' }, 'law-malformed', /^law\.json$/, /not JSON/],
    ['a basis without paper', { 'law.json': replace('["STATE_SECURITY_PAPER"]', '[]') }, 'law-malformed', /bases\.STATE_SECURITY$/, /instrument/],
  ];
  for (const [name, edits, code, where, right] of wrong)
    it(`refuses ${name}: ${code}`, () =>
      withPolicies(edits, async (folder) => {
        const faults = await checkPolicies(folder);
        const hit = faults.find((fault) => fault.code === code);
        assert.ok(hit, JSON.stringify(faults));
        assert.match(hit.where, where);
        assert.match(hit.detail, right);
        assert.ok(!JSON.stringify(faults).includes(folder), 'no path of the machine in a fault');
        await assert.rejects(
          loadPolicy(folder),
          (thrown) => thrown instanceof Problem && thrown.code === 'policy-invalid' && thrown.faults!.length === faults.length,
        );
      }));

  // Rows below the national floor: the article is the reason.
  const investigator = (basis: string, duties: string, act = 'request') =>
    row(`role:police.public-order, tier-1, camera:*, ${act}, ${basis}, *, allow, ${duties}`);
  // prettier-ignore
  const below: [string, (text: string) => string, RegExp][] = [
    ['an organ without instrument', investigator('COURT', lacking('instrument')), /F2/],
    ['counsel without court order', investigator('COUNSEL', lacking('instrument')), /F2/],
    ['one officer under an ordinary basis', investigator('COURT', full.replace('officers:2', 'officers:1')), /F3/],
    ['one officer in an urgent administrative case', investigator('ADMIN_URGENT', full.replace('officers:2', 'officers:1')), /F3/],
    ['nobody to approve', investigator('COURT', lacking('approve')), /F12/],
    ['a viewing copy without text', investigator('COURT', full.replace('mark:text', 'mark:clock')), /F4/],
    ['an allow for a foreign body', investigator('FOREIGN', full), /F8/],
    ['viewing for a foreign body', investigator('FOREIGN', '-', 'view'), /F8/],
    ['a file for a citizen', investigator('CITIZEN_VIEW', full), /F11/],
    ['a release for a citizen', row('role:executor, tier-1, request:*, release, CITIZEN_VIEW, *, allow, -'), /F11/],
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
      withPolicies({ 'tier-1.csv': investigator('COURT', lacking(word)) }, async (folder) => {
        const faults = await checkPolicies(folder);
        assert.deepEqual(
          faults.map((fault) => fault.code),
          ['duty-missing'],
        );
        assert.match(faults[0]!.detail, new RegExp(word));
      }));

  it('tells every fault at once', () =>
    withPolicies(
      {
        'tier-1.csv': append(sampleTier1.replace('allow', 'Allow')),
        'roles.csv': append('g, wei, role:executor, *'),
        'sites.csv': append('x,9,ART7,30,y'),
      },
      async (folder) => {
        const codes = (await checkPolicies(folder)).map((fault) => fault.code).sort();
        assert.deepEqual(codes, ['city-unknown', 'effect-unknown', 'user-malformed', 'value-malformed']);
      },
    ));

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
