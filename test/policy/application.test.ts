// Formal defects, by the return codes, all at once; and what is no defect.
import assert from 'node:assert/strict';
import type { Application } from '../../plugin/domain/export-request.js';
import type { LegalInstrument } from '../../plugin/domain/legal-instrument.js';
import type { Plan } from '../../plugin/domain/plan.js';
import { judgeApplication } from '../../plugin/policy/application.js';
import { loadPolicy, type Policy } from '../../plugin/policy/load.js';
import { makePlan } from '../../plugin/policy/plan.js';
import { shipped } from './policy-folder.js';
import { anItem, aQuestion } from './questions.js';

const now = new Date('2026-03-02T00:00:00.000Z');
const item = anItem('sh-yf-gate', 2, 2);
const officers = [
  { name: '陆一(示例)', unit: '示例分局', idKind: 'POLICE' as const, idNumber: '900001' },
  { name: '陆二(示例)', unit: '示例分局', idKind: 'POLICE' as const, idNumber: '900002' },
];
const notice: LegalInstrument = {
  type: 'RETRIEVAL_NOTICE',
  number: '示公(刑)调证字〔2026〕1号',
  issuer: '示例分局',
  sealPresent: true,
  issuedOn: '2026-03-01',
  covers: [{ cameras: ['sh-yf-gate', 'sh-yf-street'], from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T06:00:00.000Z' }],
  scanSha256: 'ab'.repeat(32),
};
const good: Application = { basis: 'CRIMINAL_CASE', items: [item], officers, reason: '侦查盗窃案', instrument: notice };
const withNotice = (change: Partial<LegalInstrument>): Partial<Application> => ({ instrument: { ...notice, ...change } });
const card = 'ef'.repeat(32);
/** Officers who show a copy of their cards, as an urgent application has to. */
const shown = officers.map((officer) => ({ ...officer, cardSha256: card }));
const auxiliary = { name: '陆辅(示例)', unit: '示例分局', idKind: 'WORK' as const, idNumber: '900101', auxiliary: true as const };
const visitor = { name: '示例访客', idNumber: '示例-000101', statement: '在东门丢失一个背包' };
const scope = (from: string, to: string, cameras = ['sh-yf-gate']) => ({
  cameras,
  from: `2026-03-01T${from}:00.000Z`,
  to: `2026-03-01T${to}:00.000Z`,
});

describe('application', () => {
  let policy: Policy;
  before(async () => {
    policy = await loadPolicy(shipped);
  });
  const planFor = ({ items, basis }: Application): Plan => makePlan(policy.decide(aQuestion('user:sh.lu', items, basis)), items, policy);
  const codes = (change: Partial<Application>, planChange: Partial<Plan> = {}): string[] => {
    const application = { ...good, ...change };
    return judgeApplication(application, { ...planFor(application), ...planChange }, policy.law, now).map(
      (fault) => `${fault.code} ${fault.where}`,
    );
  };
  const long = {
    items: [anItem('sh-yf-gate', 5)],
    ...withNotice({ covers: [{ ...notice.covers[0]!, from: '2026-03-01T00:00:00.000Z' }] }),
  };

  // prettier-ignore
  const table: [string, () => Partial<Application>, string[]][] = [
    ['a whole application', () => ({}), []],
    ['no instrument', () => ({ instrument: undefined }), ['NO_INSTRUMENT instrument']],
    ['no scan', () => withNotice({ scanSha256: '' }), ['INSTRUMENT_UNREADABLE instrument.scanSha256']],
    ['a scan hash in capitals', () => withNotice({ scanSha256: 'AB'.repeat(32) }), ['INSTRUMENT_UNREADABLE instrument.scanSha256']],
    ['no number', () => withNotice({ number: ' ' }), ['INSTRUMENT_UNREADABLE instrument.number']],
    ['no issuer', () => withNotice({ issuer: '' }), ['INSTRUMENT_UNREADABLE instrument.issuer']],
    ['a day that is none', () => withNotice({ issuedOn: '2026-02-30' }), ['INSTRUMENT_UNREADABLE instrument.issuedOn']],
    ['a day to come', () => withNotice({ issuedOn: '2026-03-03' }), ['INSTRUMENT_UNREADABLE instrument.issuedOn']],
    ['issued today, as the day is counted there', () => withNotice({ issuedOn: '2026-03-02' }), []],
    ['no seal', () => withNotice({ sealPresent: false }), ['SEAL_MISSING instrument.sealPresent']],
    ['the paper of another organ', () => withNotice({ type: 'COURT_ORDER' }), ['POWER_NOT_SHOWN instrument.type']],
    ['a court with a police notice', () => ({ basis: 'COURT' }), ['POWER_NOT_SHOWN instrument.type']],
    ['a court with its order', () => ({ basis: 'COURT', ...withNotice({ type: 'COURT_ORDER' }) }), []],
    ['a camera that the paper does not name', () => ({ items: [anItem('sh-yf-school', 1, 2)] }), ['OUT_OF_SCOPE_CAMERA items[0].camera']],
    ['a paper that names nothing', () => withNotice({ covers: [] }), ['OUT_OF_SCOPE_CAMERA items[0].camera']],
    ['a minute too early', () => withNotice({ covers: [scope('02:01', '06:00')] }), ['OUT_OF_SCOPE_TIME items[0]']],
    ['a minute too late', () => withNotice({ covers: [scope('02:00', '03:59')] }), ['OUT_OF_SCOPE_TIME items[0]']],
    ['exactly what the paper names', () => withNotice({ covers: [scope('02:00', '04:00')] }), []],
    ['two scopes that touch', () => withNotice({ covers: [scope('03:00', '04:00'), scope('02:00', '03:00')] }), []],
    ['two scopes with a minute between', () => withNotice({ covers: [scope('02:00', '03:00'), scope('03:01', '04:00')] }), ['OUT_OF_SCOPE_TIME items[0]']],
    ['the time of another camera', () => withNotice({ covers: [scope('02:00', '03:00'), scope('02:00', '06:00', ['sh-yf-street'])] }), ['OUT_OF_SCOPE_TIME items[0]']],
    ['a scope written in local time', () => withNotice({ covers: [{ cameras: ['sh-yf-gate'], from: '2026-03-01T10:00:00+08:00', to: '2026-03-01T12:00:00+08:00' }] }), []],
    ['a scope that cannot be read', () => withNotice({ covers: [{ cameras: ['sh-yf-gate'], from: 'always', to: 'ever' }] }), ['OUT_OF_SCOPE_TIME items[0]']],
    ['a scope that ends before it starts', () => withNotice({ covers: [scope('06:00', '02:00')] }), ['OUT_OF_SCOPE_TIME items[0]']],
    ['one of two items outside', () => ({ items: [item, anItem('sh-yf-street', 1, 7)] }), ['OUT_OF_SCOPE_TIME items[1]']],
    ['one officer', () => ({ officers: officers.slice(1) }), ['OFFICER_COUNT officers']],
    ['one officer twice', () => ({ officers: [officers[0]!, { ...officers[0]!, name: '陆三(示例)' }] }), ['OFFICER_COUNT officers']],
    ['one number in two spellings', () => ({ officers: [officers[0]!, { ...officers[0]!, idNumber: ' ９００００１ ' }] }), ['OFFICER_COUNT officers']],
    ['one number under two kinds of paper', () => ({ officers: [officers[0]!, { ...officers[0]!, idKind: 'WORK' as const }] }), []],
    ['an officer without number', () => ({ officers: [officers[0]!, { ...officers[1]!, idNumber: '' }] }), ['OFFICER_COUNT officers']],
    ['nobody', () => ({ officers: [] }), ['OFFICER_COUNT officers']],
    ['no approver on the notice', () => withNotice({ approverName: undefined }), []],
    ['past its deadline', () => withNotice({ provideBy: '2026-03-01T12:00:00.000Z' }), []],
    ['long, without a word why', () => long, ['necessity-missing necessity']],
    ['long, with blanks for a reason', () => ({ ...long, necessity: '  ' }), ['necessity-missing necessity']],
    ['long, with its necessity', () => ({ ...long, necessity: '追踪嫌疑人往返路线' }), []],
    ['all wrong at once', () => ({
      items: [anItem('sh-yf-school', 5)], officers: [], ...withNotice({ sealPresent: false, scanSha256: 'x', type: 'COURT_ORDER' }),
    }), [
      'INSTRUMENT_UNREADABLE instrument.scanSha256', 'SEAL_MISSING instrument.sealPresent', 'POWER_NOT_SHOWN instrument.type',
      'OUT_OF_SCOPE_CAMERA items[0].camera', 'OFFICER_COUNT officers', 'necessity-missing necessity',
    ]],
  ];
  for (const [name, change, expected] of table)
    it(`${name}: ${expected.join(', ') || 'nothing to correct'}`, () => assert.deepEqual(codes(change()), expected));

  // What differs from tier to tier, and what matters of their own kind show. Each by the terms of the shipped rows.
  const askers = {
    1: ['user:sh.lu', 'sh-yf-gate', 'user:sh.xu', 'user:sh.fang'],
    2: ['user:cd.tang.investigator', 'cd-jx-gate', 'user:cd.mi.reception', 'user:cd.sang.staff'],
    3: ['user:gl.wei.investigator', 'gl-yx-gate', 'user:gl.zhan.reception', 'user:gl.qu.staff'],
  } as const;
  const inTier = (tier: keyof typeof askers, change: Partial<Application>): string[] => {
    const [officer, camera, reception, staff] = askers[tier];
    const items = [anItem(camera, 1, 2)];
    const application = { ...good, items, instrument: { ...notice, covers: [scope('02:00', '06:00', [camera])] }, ...change };
    const { basis, purpose } = application;
    const who = basis === 'CITIZEN_VIEW' ? reception : basis === 'INTERNAL_SECURITY' ? staff : officer;
    const decision = policy.decide(aQuestion(who, items, basis, { ...(purpose && { purpose }) }));
    return judgeApplication(application, makePlan(decision, items, policy), policy.law, now).map((fault) => `${fault.code} ${fault.where}`);
  };
  const none = { instrument: undefined, officers: [] };
  const seen = { ...none, basis: 'CITIZEN_VIEW' as const, visitor };
  const ofOwn = { ...none, basis: 'INTERNAL_SECURITY' as const, ticket: 'T-2026-7' };
  const inDanger = { basis: 'EMERGENCY_RESCUE' as const, officers: officers.slice(1) };
  const recorded = { officers: [officers[0]!, auxiliary], recordingReference: 'ZF-2026-7' };
  const tooFew = ['OFFICER_COUNT officers'];
  // prettier-ignore
  const kinds: [string, Partial<Application>, Record<keyof typeof askers, string[]>][] = [
    ['ADMIN_URGENT, recorded: one officer, an auxiliary', { ...recorded, basis: 'ADMIN_URGENT', officers: [shown[0]!, { ...auxiliary, cardSha256: card }] }, { 1: tooFew, 2: tooFew, 3: [] }],
    ['ADMIN_URGENT without a copy of any card', { basis: 'ADMIN_URGENT' }, { 1: ['card-copy-missing officers[0].cardSha256', 'card-copy-missing officers[1].cardSha256'], 2: ['card-copy-missing officers[0].cardSha256', 'card-copy-missing officers[1].cardSha256'], 3: ['card-copy-missing officers[0].cardSha256', 'card-copy-missing officers[1].cardSha256'] }],
    ['ADMIN_URGENT with one copy that is no hash', { basis: 'ADMIN_URGENT', officers: [shown[0]!, { ...shown[1]!, cardSha256: 'EF'.repeat(32) }] }, { 1: ['card-copy-missing officers[1].cardSha256'], 2: ['card-copy-missing officers[1].cardSha256'], 3: ['card-copy-missing officers[1].cardSha256'] }],
    ['ADMIN_URGENT for a publication: the copies are wanted all the same', { basis: 'ADMIN_URGENT', purpose: 'publication' }, { 1: ['card-copy-missing officers[0].cardSha256', 'card-copy-missing officers[1].cardSha256'], 2: ['card-copy-missing officers[0].cardSha256', 'card-copy-missing officers[1].cardSha256'], 3: ['card-copy-missing officers[0].cardSha256', 'card-copy-missing officers[1].cardSha256'] }],
    ['ADMIN_URGENT with the copies', { basis: 'ADMIN_URGENT', officers: shown }, { 1: [], 2: [], 3: [] }],
    ['an emergency without a paper', { ...inDanger, instrument: undefined }, { 1: [], 2: [], 3: [] }],
    ['an emergency without a paper and without an officer', { ...inDanger, instrument: undefined, officers: [] }, { 1: tooFew, 2: tooFew, 3: tooFew }],
    ['an emergency with a paper that is faulty: told at once', { ...inDanger, ...withNotice({ sealPresent: false, covers: [] }) }, { 1: ['SEAL_MISSING instrument.sealPresent', 'OUT_OF_SCOPE_CAMERA items[0].camera'], 2: ['SEAL_MISSING instrument.sealPresent', 'OUT_OF_SCOPE_CAMERA items[0].camera'], 3: ['SEAL_MISSING instrument.sealPresent', 'OUT_OF_SCOPE_CAMERA items[0].camera'] }],
    ['an emergency to be published: its paper comes first', { ...inDanger, instrument: undefined, purpose: 'publication' }, { 1: ['NO_INSTRUMENT instrument'], 2: ['NO_INSTRUMENT instrument'], 3: ['NO_INSTRUMENT instrument'] }],
    ['a citizen who says who they are and what it concerns', seen, { 1: [], 2: [], 3: [] }],
    ['a citizen of whom nothing is said', { ...seen, visitor: undefined }, { 1: ['visitor-missing visitor'], 2: ['visitor-missing visitor'], 3: ['visitor-missing visitor'] }],
    ['a citizen with blanks for a statement', { ...seen, visitor: { ...visitor, statement: '  ' } }, { 1: ['visitor-missing visitor'], 2: ['visitor-missing visitor'], 3: ['visitor-missing visitor'] }],
    ['a citizen without a number', { ...seen, visitor: { ...visitor, idNumber: '' } }, { 1: ['visitor-missing visitor'], 2: ['visitor-missing visitor'], 3: ['visitor-missing visitor'] }],
    ['the unit’s own ticket', ofOwn, { 1: [], 2: [], 3: [] }],
    ['no ticket', { ...ofOwn, ticket: undefined }, { 1: ['ticket-missing ticket'], 2: ['ticket-missing ticket'], 3: ['ticket-missing ticket'] }],
    ['a ticket of blanks', { ...ofOwn, ticket: ' ' }, { 1: ['ticket-missing ticket'], 2: ['ticket-missing ticket'], 3: ['ticket-missing ticket'] }],
    ['CRIMINAL_CASE, recorded: the exception is of administrative cases alone', { ...recorded, basis: 'CRIMINAL_CASE' }, { 1: tooFew, 2: tooFew, 3: tooFew }],
  ];
  for (const [name, change, expected] of kinds)
    for (const tier of [1, 2, 3] as const)
      it(`${name}, tier ${tier}: ${expected[tier].join(', ') || 'nothing to correct'}`, () => assert.deepEqual(inTier(tier, change), expected[tier]));

  // ADMIN 52, under the rows of ADMIN_CASE, which the role public-order has.
  const publicOrder = { 1: ['user:sh.pan', 'sh-yf-gate'], 3: ['user:gl.nong.public-order', 'gl-yx-gate'] } as const;
  const inCase = (tier: keyof typeof publicOrder, change: Partial<Application>): string[] => {
    const [who, camera] = publicOrder[tier];
    const items = [anItem(camera, 1, 2)];
    const application = { ...good, basis: 'ADMIN_CASE' as const, items, instrument: { ...notice, covers: [scope('02:00', '06:00', [camera])] }, ...change };
    const plan = makePlan(policy.decide(aQuestion(who, items, 'ADMIN_CASE')), items, policy);
    return judgeApplication(application, plan, policy.law, now).map((fault) => `${fault.code} ${fault.where}`);
  };
  // prettier-ignore
  const exception: [string, Partial<Application>, tier1: string[], tier3: string[]][] = [
    ['two officers', {}, [], []],
    ['one officer, an auxiliary and the reference of the recording', recorded, tooFew, []],
    ['the same with the auxiliary named first', { ...recorded, officers: [auxiliary, officers[0]!] }, tooFew, []],
    ['one officer and an auxiliary without a recording', { ...recorded, recordingReference: undefined }, tooFew, tooFew],
    ['one officer and an auxiliary with blanks for a recording', { ...recorded, recordingReference: '  ' }, tooFew, tooFew],
    ['one officer and a recording without an auxiliary', { ...recorded, officers: officers.slice(1) }, tooFew, tooFew],
    ['an auxiliary alone, recorded: none is an officer', { ...recorded, officers: [auxiliary] }, tooFew, tooFew],
    ['two auxiliaries, recorded', { ...recorded, officers: [auxiliary, { ...auxiliary, idNumber: '900102' }] }, tooFew, tooFew],
    ['an officer without number and an auxiliary, recorded', { ...recorded, officers: [{ ...officers[0]!, idNumber: ' ' }, auxiliary] }, tooFew, tooFew],
    ['an officer and an auxiliary without unit, recorded', { ...recorded, officers: [officers[0]!, { ...auxiliary, unit: '' }] }, tooFew, tooFew],
    ['two officers and an auxiliary', { officers: [...officers, auxiliary] }, [], []],
  ];
  for (const [name, change, tier1, tier3] of exception) {
    it(`${name}, tier 1: ${tier1.join(', ') || 'nothing to correct'}`, () => assert.deepEqual(inCase(1, change), tier1));
    it(`${name}, tier 3: ${tier3.join(', ') || 'nothing to correct'}`, () => assert.deepEqual(inCase(3, change), tier3));
  }
  it('says that one officer would do where one would, and not where two are needed', () => {
    const items = [anItem('gl-yx-gate', 1, 2)];
    const told = (basis: 'ADMIN_CASE' | 'CRIMINAL_CASE') => {
      const application = { ...good, basis, items, officers: [], instrument: { ...notice, covers: [scope('02:00', '06:00', ['gl-yx-gate'])] } };
      const who = basis === 'ADMIN_CASE' ? 'user:gl.nong.public-order' : 'user:gl.wei.investigator';
      return judgeApplication(application, makePlan(policy.decide(aQuestion(who, items, basis)), items, policy), policy.law, now)[0]!.detail;
    };
    assert.match(told('ADMIN_CASE'), /or one with an auxiliary, and the reference of the full recording/);
    assert.doesNotMatch(told('CRIMINAL_CASE'), /auxiliary/);
  });

  // By the day as it is counted there: the clock stands at eight in the morning of the second.
  // prettier-ignore
  const cards: [string, string | undefined, string[]][] = [
    ['no day on the card', undefined, []],
    ['a card until today', '2026-03-02', []],
    ['a card until tomorrow', '2026-03-03', []],
    ['a card until yesterday', '2026-03-01', ['ID_EXPIRED officers[1].idValidUntil']],
    ['a card of long ago', '1999-12-31', ['ID_EXPIRED officers[1].idValidUntil']],
  ];
  for (const [name, idValidUntil, expected] of cards)
    it(`${name}: ${expected.join(', ') || 'nothing to correct'}`, () => assert.deepEqual(codes({ officers: [officers[0]!, { ...officers[1]!, ...(idValidUntil && { idValidUntil }) }] }), expected));

  it('more cameras than the plan allows', () => {
    const items = [item, anItem('sh-yf-street', 1, 2)];
    assert.deepEqual(codes({ items }, { cameras: 1 }), ['cameras-too-many items']);
    assert.deepEqual(codes({ items: [item, item] }, { cameras: 1 }), []);
  });

  const approval = { kind: 'COUNTY_HEAD', issuer: '示例县公安局', scanSha256: 'cd'.repeat(32) } as const;
  const beside: Plan['papers'] = ['notice', 'approval'];
  const approvals: [string, Plan['papers'], Partial<Application>, string[]][] = [
    ['no approval, where none is asked for', ['notice'], {}, []],
    ['no approval, where one is', beside, {}, ['POWER_NOT_SHOWN instrument.approval']],
    ['an approval', beside, withNotice({ approval }), []],
    ['the certificate of the unit', beside, withNotice({ approval: { ...approval, kind: 'UNIT_CERTIFICATE' } }), []],
    [
      'an approval without its scan',
      beside,
      withNotice({ approval: { ...approval, scanSha256: '' } }),
      ['INSTRUMENT_UNREADABLE instrument.approval.scanSha256'],
    ],
    [
      'an approval whose scan hash is too short',
      beside,
      withNotice({ approval: { ...approval, scanSha256: 'cd'.repeat(31) } }),
      ['INSTRUMENT_UNREADABLE instrument.approval.scanSha256'],
    ],
    [
      'an approval that nobody issued',
      beside,
      withNotice({ approval: { ...approval, issuer: ' ' } }),
      ['INSTRUMENT_UNREADABLE instrument.approval.issuer'],
    ],
    ['a faulty approval that nobody asked for', ['notice'], withNotice({ approval: { ...approval, scanSha256: '' } }), []],
    ['neither notice nor approval', beside, { instrument: undefined }, ['NO_INSTRUMENT instrument']],
    [
      'no approval and no seal: both are told',
      beside,
      withNotice({ sealPresent: false }),
      ['SEAL_MISSING instrument.sealPresent', 'POWER_NOT_SHOWN instrument.approval'],
    ],
  ];
  for (const [name, papers, change, expected] of approvals)
    it(`${name}: ${expected.join(', ') || 'nothing to correct'}`, () => assert.deepEqual(codes(change, { papers }), expected));

  it('a plan that needs no instrument asks for none', () => assert.deepEqual(codes({ instrument: undefined }, { papers: [] }), []));

  it('a foreign body is told so and nothing else', () => {
    const faults = judgeApplication({ ...good, basis: 'FOREIGN', officers: [] }, planFor(good), policy.law, now);
    assert.deepEqual(
      faults.map((fault) => fault.code),
      ['FOREIGN_REQUEST'],
    );
  });
});
