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
