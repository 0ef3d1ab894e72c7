// Papers that a city asks beside the notice, over the real API: Chongqing's rows as they are shipped.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { ApprovalPaper } from '../../plugin/domain/legal-instrument.js';
import { aGate, anApplication, uploadScan, type TestGate } from '../support/gate.js';
import { aPng, pngChunk } from '../support/papers.js';
import { problemOf } from '../support/walk.js';

const officer = 'user:cq.qin.investigator';
const items = [{ camera: 'cq-ly-street', from: '2026-03-01T02:00:01.000Z', to: '2026-03-01T02:00:04.000Z' }];
const anotherScan = aPng({ width: 2, picture: [pngChunk('IDAT', deflateSync(Buffer.of(0, 1, 2)))] });
const scanSha256 = createHash('sha256').update(anotherScan).digest('hex');
const certificate: ApprovalPaper = { kind: 'UNIT_CERTIFICATE', issuer: '示例分局', scanSha256 };

describe('papers beside the notice', () => {
  let gate: TestGate;
  const { instrument } = anApplication({ items });
  const apply = async (approval: unknown): Promise<{ instrument: { approval?: ApprovalPaper }; plan: { papers: string[] } }> =>
    (await gate.withScan(officer)).post('/api/v1/requests', { ...anApplication({ items }), instrument: { ...instrument, approval } });
  before(async () => {
    gate = await aGate({ cameras: ['cq-ly-street'] });
    await uploadScan(await gate.as(officer), anotherScan);
  });
  after(() => gate.close());

  const refused: readonly (readonly [what: string, approval: unknown, code: string, faults: readonly string[]])[] = [
    ['none', undefined, 'request-returned', ['POWER_NOT_SHOWN instrument.approval']],
    ['one without its scan', { ...certificate, scanSha256: '' }, 'request-returned', ['INSTRUMENT_UNREADABLE instrument.approval.scanSha256']],
    ['one whose scan is not named', { kind: 'COUNTY_HEAD', issuer: '示例分局' }, 'request-returned', ['INSTRUMENT_UNREADABLE instrument.approval.scanSha256']],
    ['one of another kind', { ...certificate, kind: 'LETTER' }, 'body-malformed', []],
    ['one that nobody issued', { ...certificate, issuer: ' ' }, 'body-malformed', []],
    ['one with a word more', { ...certificate, note: 'x' }, 'body-malformed', []],
    ['a sentence in its place', '已批准', 'body-malformed', []],
  ];
  for (const [what, approval, code, faults] of refused)
    it(`${what}: ${faults.join(', ') || code}`, async () => {
      const problem = await problemOf(apply(approval));
      assert.equal(problem?.code, code, problem?.message);
      if (faults.length > 0) assert.deepEqual(problem.faults?.map((fault) => `${fault.code} ${fault.where}`), faults);
    });

  for (const approval of [certificate, { ...certificate, kind: 'COUNTY_HEAD' as const }])
    it(`${approval.kind}: held, and shown with the application`, async () => {
      const view = await apply(approval);
      assert.deepEqual([view.plan.papers, view.instrument.approval], [['notice', 'approval'], approval]);
    });
});
