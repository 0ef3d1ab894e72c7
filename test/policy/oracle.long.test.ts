// casbin is the oracle: whatever our index and shards do, verdict and rows are those that plain casbin gives with ALL rows.
import assert from 'node:assert/strict';
import { newEnforcer, newModelFromString, StringAdapter, type Enforcer } from 'casbin';
import fc from 'fast-check';
import { ordinaryBases, type Basis } from '../../plugin/domain/basis.js';
import type { Act, Fact } from '../../plugin/domain/decision.js';
import type { Duty } from '../../plugin/domain/duty.js';
import type { Purpose } from '../../plugin/domain/kind.js';
import type { Fault } from '../../plugin/domain/problem.js';
import type { PolicyTexts } from '../../plugin/policy/folder.js';
import { assemble, loadPolicy, readTexts, type Policy } from '../../plugin/policy/load.js';
import { makePace } from '../../plugin/policy/pace.js';
import { readDuty, strictest, writeDuty } from '../../plugin/policy/strictest.js';
import { shipped } from './policy-folder.js';
import { anItem, aQuestion } from './questions.js';

// A small country: two cities of one tier, one of each other; a site more than needed, and cameras in and out of groups.
const tiers: Record<string, number> = { '310000': 1, '110000': 1, '510100': 2, '450300': 3 };
const sites: Record<string, string> = { S1: '310000', S2: '310000', S3: '110000', S4: '510100', S5: '450300' };
const cameras: Record<string, { site: string; groups: string[] }> = {
  a: { site: 'S1', groups: ['group:school', 'group:street'] },
  b: { site: 'S1', groups: [] },
  c: { site: 'S2', groups: ['group:street'] },
  d: { site: 'S3', groups: ['group:school'] },
  e: { site: 'S4', groups: ['group:street'] },
  f: { site: 'S5', groups: [] },
};
const groundTexts = {
  'cities.csv': ['code,name,tier', ...Object.entries(tiers).map(([code, tier]) => `${code},x,${tier}`)].join('\n'),
  'sites.csv': ['site,city,regime,retentionDays,name', ...Object.entries(sites).map(([id, city]) => `${id},${city},ART7,30,x`)].join('\n'),
  'groups.csv': 'group,sensitive,zh,en\ngroup:school,yes,x,x\ngroup:street,no,x,x',
  'cameras.csv': [
    'camera,site,groups,name',
    ...Object.entries(cameras).map(([id, { site, groups }]) => `${id},${site},${groups.join(' ') || '-'},x`),
  ].join('\n'),
  'directory.csv': 'id,city,unit,phone',
  'masks.csv': 'camera,shape,style,hides,reason',
  'steps.csv': 'step,order,role,zh,en\nfirst,1,role:r1,x,x\nsecond,2,role:r2,x,x\nthird,3,role:r3,x,x',
};

const pick = <T>(...list: T[]) => fc.constantFrom(...list);
/** The first of the list most of the time, so that chance writes rows and questions that meet. */
const mostly = <T>(first: T, ...others: T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(first) }, { weight: 2, arbitrary: pick(...others) });
const roles = ['role:r1', 'role:r2', 'role:r3'];
const users = ['user:x', 'user:y', 'user:z'];
const placesOfRows: [string, ...string[]] = [
  'tier-1',
  'tier-2',
  'tier-3',
  '310000',
  '310000/S1',
  '310000/S2',
  '510100',
  '510100/S4',
  '450300',
];

const footageRow = fc
  .record({
    role: mostly(roles[0]!, ...roles),
    place: mostly(...placesOfRows),
    object: mostly('camera:*', '*', 'group:school', 'group:street', 'camera:a', 'camera:c', 'camera:e'),
    act: mostly<Act>('request', 'request', 'export', 'live'),
    basis: mostly('ordinary', 'COURT', 'ADMIN_URGENT', 'EMERGENCY_RESCUE', 'CITIZEN_VIEW', 'INSURANCE'),
    when: mostly('*', 'sensitive', 'over-soft', 'over-hard', 'late'),
    effect: mostly('allow', 'allow', 'allow', 'deny'),
    duties: fc.subarray(['span:2h/4h', 'officers:2', 'approve:first', 'downloads:1', 'execute:single', 'deliver:copy', 'paper:99h'], { minLength: 1 }),
  })
  .map(({ role, place, object, act, basis, when, effect, duties }) => ({
    place,
    line: `p, ${role}, ${place}, ${object}, ${act}, ${act === 'live' ? '-' : basis}, ${when}, ${effect}, ${effect === 'deny' || act === 'live' ? '-' : duties.join(' ')}`,
  }));
const objectOfAct = { review: 'request:*', release: 'request:*', inspect: 'request:*', 'read-journal': 'journal:*' } as const;
const actRow = fc
  .record({
    role: pick(...roles),
    place: pick(...placesOfRows, '*', '*'),
    act: pick(...(Object.keys(objectOfAct) as (keyof typeof objectOfAct)[])),
    isAny: fc.boolean(),
    effect: pick('allow', 'allow', 'deny'),
  })
  .map(({ role, place, act, isAny, effect }) => ({
    place,
    line: `p, ${role}, ${place}, ${isAny ? '*' : objectOfAct[act]}, ${act}, -, *, ${effect}, -`,
  }));
const gateRow = fc
  .record({ role: pick(...roles), act: pick('manage', 'edit-policy'), effect: pick('allow', 'deny') })
  .map(({ role, act, effect }) => ({
    place: '*',
    line: `p, ${role}, *, ${act === 'manage' ? 'account:*' : 'policy:*'}, ${act}, -, *, ${effect}, -`,
  }));
const holding = fc
  .tuple(
    pick(...users),
    pick(...roles),
    pick('*', '310000', '310000', '310000/S1', '310000/S2', '110000', '510100', '510100/S4', '450300/S5'),
  )
  .map((cells) => `g, ${cells.join(', ')}`);
const policyOf = fc.record({
  rows: fc.array(fc.oneof({ weight: 6, arbitrary: footageRow }, { weight: 2, arbitrary: actRow }, { weight: 1, arbitrary: gateRow }), {
    minLength: 6,
    maxLength: 22,
  }),
  holdings: fc.uniqueArray(holding, { minLength: 3, maxLength: 9 }),
});
type Drawn = typeof policyOf extends fc.Arbitrary<infer T> ? T : never;

const fileOf = (place: string): string =>
  place === '*' ? 'gate.csv' : place.startsWith('tier-') ? `${place}.csv` : `cities/${place.slice(0, 6)}.csv`;

/** The whole way from texts, past the lint, which would refuse most of what chance writes. */
async function ours({ rows, holdings }: Drawn, shippedTexts: PolicyTexts): Promise<Policy> {
  const files: Record<string, string> = { 'tier-1.csv': '', 'tier-2.csv': '', 'tier-3.csv': '', 'gate.csv': '' };
  for (const { place, line } of rows) files[fileOf(place)] = `${files[fileOf(place)] ?? ''}${line}\n`;
  const texts = {
    'model.conf': shippedTexts['model.conf'],
    'law.json': shippedTexts['law.json'],
    ...groundTexts,
    ...files,
    'roles.csv': holdings.join('\n'),
  } as unknown as PolicyTexts;
  const faults: Fault[] = [];
  const read = await readTexts(texts, faults, makePace());
  const ofLint = [
    'below-floor',
    'duty-missing',
    'basis-lighter',
    'city-widens',
    'row-shadowed',
    'row-unreachable',
    'role-unheld',
    'step-unfillable',
    'editors-missing',
  ];
  assert.deepEqual(
    faults.filter(({ code }) => !ofLint.includes(code)),
    [],
    'every line was read',
  );
  assert.equal(read!.rows.length, rows.length);
  return assemble(texts, read!, makePace());
}

/** casbin as its own documentation has it: its model reader, its adapter, its enforcer, and every line. */
async function plain(model: string, lines: readonly string[], holdings: readonly string[]): Promise<Enforcer> {
  const enforcer = await newEnforcer(newModelFromString(model), new StringAdapter([...lines, ...holdings].join('\n')));
  await enforcer.addFunction('among', (list: string, word: string) => word !== '' && ` ${list} `.includes(` ${word} `));
  await enforcer.addFunction('cityOf', (place: string) => place.replace(/\/.*$/, ''));
  return enforcer;
}

interface Oracle {
  enforce(...words: string[]): boolean;
  /** The lines that match, each asked of an enforcer that has no other. */
  matching(...words: string[]): string[];
}
async function makeOracle(model: string, { rows, holdings }: Drawn): Promise<Oracle> {
  const lines = rows.map(({ line }) => line);
  const all = await plain(model, lines, holdings);
  // A row that denies is asked as one that allows: does it match?
  const alone = await Promise.all(
    lines.map(async (line) => [line, await plain(model, [line.replace(', deny, ', ', allow, ')], holdings)] as const),
  );
  return {
    enforce: (...words) => all.enforceSync(...words),
    matching: (...words) => alone.filter(([, enforcer]) => enforcer.enforceSync(...words)).map(([line]) => line),
  };
}

const questionOf = fc.record({
  user: mostly(users[0]!, ...users, 'user:nobody'),
  cameras: fc.tuple(mostly('a', ...Object.keys(cameras)), fc.boolean()).map(([camera, more]) => {
    const neighbours = Object.keys(cameras).filter((it) => it !== camera && cameras[it]!.site === cameras[camera]!.site);
    return more ? [camera, ...neighbours] : [camera];
  }),
  act: mostly<Act>('request', 'export', 'live'),
  basis: mostly<Basis>('COURT', 'CRIMINAL_CASE', 'ADMIN_URGENT', 'EMERGENCY_RESCUE', 'CITIZEN_VIEW', 'INSURANCE'),
  purpose: pick<Purpose>('evidence', 'evidence', 'publication'),
  hours: pick(1, 2, 3, 4, 5),
  late: fc.boolean(),
});
type Asked = typeof questionOf extends fc.Arbitrary<infer T> ? T : never;

/** What the kind of the matter asks for beside the rows, in words. */
function ofKind({ act, basis, purpose }: Asked): string[] {
  if (act === 'live') return [];
  if (basis === 'CITIZEN_VIEW') return ['deliver:view'];
  if (purpose === 'publication') return ['privacy-review:officer', 'mask:faces+plates+names', 'deliver:copy', 'execute:dual-not-manager'];
  return basis === 'EMERGENCY_RESCUE' ? ['paper:72h'] : [];
}

/** What the oracle says to a question about footage. */
function answerOf(oracle: Oracle, { user, cameras: asked, act, basis, hours, late }: Asked) {
  const site = cameras[asked[0]!]!.site;
  const city = sites[site]!;
  const spot = `${city}/${site}`;
  const words = (camera: string, facts: readonly string[]): string[] => [
    user,
    spot,
    `* tier-${tiers[city]} ${city} ${spot}`,
    [`camera:${camera}`, ...cameras[camera]!.groups, 'camera:*', '*'].join(' '),
    act,
    act === 'live' ? '-' : (ordinaryBases as readonly string[]).includes(basis) ? `${basis} ordinary` : basis,
    ['*', ...facts].join(' '),
  ];
  const always = asked.flatMap((camera) => oracle.matching(...words(camera, [])));
  const spans = always.flatMap((line) => [...line.matchAll(/span:(\d+)h\/(\d+)h/g)].map(([, soft, hard]) => [Number(soft), Number(hard)]));
  const facts: Fact[] = [
    ...(asked.some((camera) => cameras[camera]!.groups.includes('group:school')) ? ['sensitive' as const] : []),
    ...(spans.some(([soft]) => hours > soft!) ? ['over-soft' as const] : []),
    ...(spans.some(([, hard]) => hours > hard!) ? ['over-hard' as const] : []),
    ...(late ? ['late' as const] : []),
  ];
  return {
    facts,
    verdict: asked.every((camera) => oracle.enforce(...words(camera, facts))) ? 'allow' : 'deny',
    rows: [...asked.flatMap((camera) => oracle.matching(...words(camera, facts)))],
  };
}

describe('casbin as the oracle', () => {
  let texts: PolicyTexts;
  before(async () => {
    ({ texts } = await loadPolicy(shipped));
  });

  it('any rows, any question about footage: the verdict and the rows of plain casbin', async function () {
    this.timeout(60_000);
    const tally = { allow: 0, deny: 0, rows: 0, several: 0, kinds: 0 };
    await fc.assert(
      fc.asyncProperty(policyOf, fc.array(questionOf, { minLength: 10, maxLength: 14 }), async (drawn, questions) => {
        const policy = await ours(drawn, texts);
        const oracle = await makeOracle(texts['model.conf'], drawn);
        for (const asked of questions) {
          const expected = answerOf(oracle, asked);
          const items = asked.cameras.map((camera) => anItem(camera, asked.hours));
          const decision = policy.decide(
            aQuestion(asked.user, items, asked.act === 'live' ? '-' : asked.basis, { act: asked.act, late: asked.late, purpose: asked.purpose }),
          );
          assert.deepEqual([decision.verdict, decision.facts], [expected.verdict, expected.facts]);
          // Two rows of the same words are two rows; one row for two cameras is one.
          const lines = decision.rows.map(({ text }) => text).sort();
          const times = (line: string) => drawn.rows.filter((row) => row.line === line).length;
          const each = [...new Set(expected.rows)].flatMap((line) => Array.from({ length: times(line) }, () => line));
          assert.deepEqual(lines, each.sort());
          // What must then happen: the strictest of what these rows say and of what the kind asks for.
          const words = expected.verdict === 'allow' ? [...each.flatMap((line) => line.split(', ').at(-1)!.split(' ')), ...ofKind(asked)] : [];
          const terms = strictest(words.filter((word) => word !== '-').map((word) => readDuty(word) as Duty));
          assert.deepEqual(decision.duties.map(writeDuty), terms.map(writeDuty));
          tally.kinds += expected.verdict === 'allow' && ofKind(asked).length > 0 ? 1 : 0;
          tally[decision.verdict] += 1;
          tally.rows += lines.length;
          tally.several += lines.length > 1 ? 1 : 0;
        }
      }),
      { numRuns: 80 },
    );
    assert.ok(tally.allow > 30 && tally.deny > 100 && tally.several > 15 && tally.kinds > 10, JSON.stringify(tally));
  });

  it('any rows, any act on requests, journal, accounts and policy: the verdict of plain casbin', async function () {
    this.timeout(60_000);
    const acts = { ...objectOfAct, manage: 'account:*', 'edit-policy': 'policy:*' } as const;
    const tally = { yes: 0, no: 0 };
    await fc.assert(
      fc.asyncProperty(policyOf, async (drawn) => {
        const policy = await ours(drawn, texts);
        const oracle = await plain(
          texts['model.conf'],
          drawn.rows.map(({ line }) => line),
          drawn.holdings,
        );
        for (const user of users)
          for (const site of [null, ...Object.keys(sites)])
            for (const [act, object] of Object.entries(acts)) {
              const city = site && sites[site]!;
              const spot = site ? `${city}/${site}` : '*';
              const places = site ? `* tier-${tiers[city!]} ${city} ${spot}` : '*';
              const expected = oracle.enforceSync(user, spot, places, `${object} *`, act, '-', '*');
              assert.equal(policy.allows(user as 'user:x', act as Act, object, site), expected, `${user} ${act} ${site}`);
              tally[expected ? 'yes' : 'no'] += 1;
            }
      }),
      { numRuns: 60 },
    );
    assert.ok(tally.yes > 100 && tally.no > 100, JSON.stringify(tally));
  });

  it('the shipped files, every person, every site, bases of each kind', async function () {
    this.timeout(60_000);
    const policy = await loadPolicy(shipped);
    const files = Object.entries(texts).filter(([name]) => /^(tier-\d|gate|cities\/\d+)\.csv$/.test(name));
    const rowsOf = files.flatMap(([, text]) => text.split('\n').filter((line) => line.startsWith('p,')));
    const oracle = await plain(
      texts['model.conf'],
      rowsOf,
      texts['roles.csv'].split('\n').filter((line) => line.startsWith('g,')),
    );
    for (const { user } of policy.holdings)
      for (const { id } of policy.sites) {
        const { camera, site, city } = policy.place(policy.cameras.find((it) => it.site === id)!.id);
        for (const basis of ['CRIMINAL_CASE', 'ADMIN_CASE', 'ADMIN_URGENT', 'EMERGENCY_RESCUE', 'CITIZEN_VIEW', 'INTERNAL_SECURITY', 'INSURANCE'] as const) {
          const { verdict } = policy.decide(aQuestion(user, [anItem(camera.id)], basis));
          const spot = `${city.code}/${site.id}`;
          const sensitive = camera.groups.some((group) => policy.sensitiveGroups.includes(group)) ? ' sensitive' : '';
          const expected = oracle.enforceSync(
            user,
            spot,
            `* tier-${city.tier} ${city.code} ${spot}`,
            [`camera:${camera.id}`, ...camera.groups, 'camera:*', '*'].join(' '),
            'request',
            ordinaryBases.includes(basis) ? `${basis} ordinary` : basis,
            `*${sensitive}`,
          );
          assert.equal(verdict === 'allow', expected, `${user} ${camera.id} ${basis}`);
        }
      }
  });
});
