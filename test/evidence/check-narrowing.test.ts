// Packages of which less was granted than asked for: sound ones verify; a gate that delivered otherwise than it recorded is told so.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { canonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { sha256Hex } from '../../plugin/domain/formats/digest.js';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import type { Item } from '../../plugin/domain/export-request.js';
import type { Plan } from '../../plugin/domain/plan.js';
import { checkItems } from '../../plugin/evidence/check-narrowing.js';
import type { Manifest } from '../../plugin/evidence/manifest-schema.js';
import { manifestSchema } from '../../plugin/evidence/manifest-schema.js';
import { contentsOf, makeManifest } from '../../plugin/evidence/manifest.js';
import { Broken } from '../../plugin/evidence/package-fault.js';
import type { PlanLine } from '../../plugin/evidence/read-history.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { asThePageSays, verifyByPage } from '../support/evidence/by-page.js';
import { makeTempFolder, zipOf } from '../support/evidence/bytes.js';
import { publicPem } from '../support/evidence/keys.js';
import { aNarrowedPlan, aPaper, aPlan, aSealedPackage, contents, gateKey, manifestParts, narrowedContents, narrowing, requestId, type Content, type Twist } from '../support/evidence/sealed-package.js';

const digestOf = (plan: Plan): string => `sha256:${sha256Hex(canonicalJson(plan))}`;
const within = (from: string, to: string, camera = 'cam-1'): Item => ({ camera, from: `2026-03-01T02:${from}.000Z`, to: `2026-03-01T02:${to}.000Z` });
const [fileOf, original] = [(list: Content[], name: string) => list.find((it) => it.path === name)!, contents()];

describe('a narrowed package', () => {
  let root: string;
  before(() => void (root = makeTempFolder()));
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  async function verdict(twist: Twist, files = narrowedContents()) {
    const file = path.join(root, 'package.zip');
    const bytes = await zipOf(aSealedPackage(twist, files));
    fs.writeFileSync(file, bytes);
    const found = await verifyPackage(file, publicPem(gateKey));
    assert.deepEqual(await verifyByPage(bytes, publicPem(gateKey)), asThePageSays(found), 'the page judges alike');
    return found;
  }
  const altered = (alter: (manifest: Manifest) => Partial<Manifest>): Twist => ({ ...narrowing(), alter: (manifest) => ({ ...manifest, ...alter(manifest) }) });

  it('verifies', async () => assert.deepEqual(await verdict(narrowing()), { intact: true, requestId, files: 5, entries: 12, keyId: keyIdOf(gateKey), algorithm: 'Ed25519', contents: contentsOf(narrowedContents()), timeStamp: null }));

  it('keeps the originals of a camera of which all was granted', async () => {
    const plan: Plan = { ...aNarrowedPlan, items: [aPlan.items[0]!, within('00:10', '00:20', '大门-2')] };
    const planDigest = digestOf(plan);
    const twist: Twist = {
      then: [['plan-narrowed', { plan, planDigest, rows: [], step: 'evidence-clerk' }, 'p-1']],
      parts: {
        plan, planDigest, narrowed: { asked: aPlan.items, granted: plan.items },
        cameras: ['cam-1', '大门-2'].map((camera, at) => ({ ...manifestParts(requestId, []).cameras[0]!, camera, asked: [{ from: plan.items[at]!.from, to: plan.items[at]!.to, basis: 'beijing' }] })),
      },
    };
    const found = await verdict(twist, original.filter(({ path: name }) => name.includes('cam-1')));
    assert.ok(found.intact, JSON.stringify(found));
    const [other] = narrowedContents();
    const wrong = await verdict(twist, [...original.filter(({ path: name }) => name.includes('cam-1')), { ...other!, path: 'original/大门-2/01.mp4', role: 'original', sealedParent: undefined, reason: undefined, recipe: undefined }]);
    assert.deepEqual(wrong, { intact: false, fault: { code: 'manifest-changed', where: 'manifest.json#/files/4' } });
  });

  const manifests: [what: string, twist: Twist, where: string, files?: Content[]][] = [
    ['that does not say so', altered(() => ({ narrowed: undefined })), 'narrowed'],
    ['that says more was asked for than was', altered(({ narrowed }) => ({ narrowed: { ...narrowed!, asked: [...narrowed!.asked, within('05:00', '06:00')] } })), 'narrowed'],
    ['that says more was granted than was', altered(({ narrowed }) => ({ narrowed: { ...narrowed!, granted: narrowed!.asked } })), 'narrowed'],
    ['with a camera that was left out', altered(({ cameras }) => ({ cameras: [...cameras, { ...cameras[0]!, camera: '大门-2' }] })), 'cameras/1'],
    ['with a camera told twice', altered(({ cameras }) => ({ cameras: [cameras[0]!, cameras[0]!] })), 'cameras/1'],
    ['with a longer span than was granted', altered(({ cameras }) => ({ cameras: [{ ...cameras[0]!, asked: [{ ...within('00:00', '00:59'), camera: undefined, basis: 'beijing' } as never] }] })), 'cameras/0'],
    ['with the span by the other clock', altered(({ cameras }) => ({ cameras: [{ ...cameras[0]!, asked: [{ ...cameras[0]!.asked[0]!, basis: 'recorder' }] }] })), 'cameras/0'],
    ['with the original after all', narrowing(), 'files/3', [...narrowedContents().map((it): Content => ({ ...it, sealedParent: it.sealedParent && { ...it.sealedParent, path: `sealed/${it.sealedParent.path}` } })), fileOf(original, 'original/cam-1/02.mp4')]],
    ['with a file of a camera that was left out', narrowing(), 'files/5', [...narrowedContents(), { ...narrowedContents()[2]!, path: 'excerpt/cam-2/coverage.json' }].toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((it) => it.path === 'excerpt/cam-2/coverage.json' ? { ...it, path: 'viewing/cam-2/coverage.json' } : it)],
  ];
  for (const [what, twist, where, files] of manifests)
    it(`${what}: manifest-changed at ${where}`, async () => {
      const found = await verdict(twist, files);
      // Members of a shape that is not known are told for the whole manifest.
      assert.ok(!found.intact && found.fault.code === 'manifest-changed', JSON.stringify(found));
      assert.ok(['manifest.json', `manifest.json#/${where}`].includes(found.fault.where), found.fault.where);
    });

  it('is no name for one of which all was granted', async () => {
    const says = await verdict({ parts: { narrowed: { asked: aPlan.items, granted: aPlan.items } } }, original);
    assert.deepEqual(says, { intact: false, fault: { code: 'manifest-changed', where: 'manifest.json#/narrowed' } });
    const [excerpt] = narrowedContents();
    const holds = await verdict({}, [excerpt!, ...original.filter(({ path: name }) => !name.includes('cam-1'))]);
    assert.deepEqual(holds, { intact: false, fault: { code: 'manifest-changed', where: 'manifest.json#/files/0' } });
  });

  const misfits: [what: string, change: (list: Content[]) => Content[]][] = [
    ['an excerpt of nothing', (list) => list.map((it) => ({ ...it, sealedParent: undefined, reason: it.parent === undefined ? undefined : it.reason }))],
    ['an excerpt without its recipe', (list) => list.map((it) => ({ ...it, recipe: undefined }))],
    ['a sealed parent that is here', (list) => [...list, fileOf(original, 'original/cam-1/01.mp4')]],
    ['footage that calls itself the page', (list) => list.map((it) => (it.role === 'units' ? { ...it, role: 'verifier', sealedParent: undefined, reason: undefined } : it))],
    ['a page that calls itself footage', (list) => list.map((it) => (it.role === 'verifier' ? { ...it, role: 'viewing' } : it))],
    ['a page that was made from footage', (list) => list.map((it) => (it.role === 'verifier' ? { ...it, parent: 'excerpt/cam-1/01.mp4', reason: 'viewing' } : it))],
    ['footage that calls itself a paper', (list) => list.map((it) => (it.role === 'units' ? { ...it, role: 'document', sealedParent: undefined, reason: undefined } : it))],
    ['a paper that was made from footage', (list) => [...list, { ...aPaper(), parent: 'excerpt/cam-1/01.mp4', reason: 'viewing' }]],
    ['an excerpt that tells what a copy lacks', (list) => list.map((it) => (it.role === 'excerpt' ? { ...it, undecoded: 1 } : it))],
    ['a copy that lacks nothing, and says so', (list) => list.map((it) => (it.role === 'viewing' ? { ...it, undecoded: 0 } : it))],
    ['an excerpt that was not made of less', (list) => list.map((it) => (it.role === 'excerpt' ? { ...it, reason: 'viewing' } : it))],
    ['a list of an excerpt without a reason', (list) => list.map((it) => (it.role === 'units' ? { ...it, reason: undefined } : it))],
    ['a copy without a reason', (list) => list.map((it) => (it.role === 'viewing' ? { ...it, reason: undefined } : it))],
    ['a copy for less than was sealed', (list) => list.map((it) => (it.role === 'viewing' ? { ...it, reason: 'narrowed' } : it))],
    ['a copy for a reason that nobody knows', (list) => list.map((it) => (it.role === 'viewing' ? { ...it, reason: 'published' as never } : it))],
    ['a working copy for another reason', (list) => list.map((it) => (it.role === 'viewing' ? { ...it, role: 'working' } : it))],
    ['a viewing copy to be worked on', (list) => list.map((it) => (it.role === 'viewing' ? { ...it, reason: 'working' } : it))],
    ['a page with a reason', (list) => list.map((it) => (it.role === 'verifier' ? { ...it, reason: 'viewing' } : it))],
    ['two parents', (list) => list.map((it) => (it.role === 'units' ? { ...it, parent: 'excerpt/cam-1/01.mp4' } : it))],
  ];
  for (const [what, change] of misfits)
    it(`is not made of ${what}`, () =>
      assert.throws(() => makeManifest({ ...manifestParts(requestId, change(narrowedContents())), ...narrowing().parts }), { name: 'Problem', code: 'internal' }));

  it('has a manifest of the known shape', () =>
    assert.ok(manifestSchema.safeParse(makeManifest({ ...manifestParts(requestId, narrowedContents()), ...narrowing().parts })).success));
});

describe('the items of a history’s plans', () => {
  const asked = aPlan.items as never;
  const line = (event: PlanLine['event'], items: readonly Item[], by = event === 'plan-narrowed' ? 'p-1' : 'gate'): PlanLine =>
    ({ line: 1, isGranted: false, event, by, planDigest: '', plan: { number: 1, replaces: null, items } }) as never;
  const held = line('export-held', aPlan.items);
  const narrowed = line('plan-narrowed', [within('00:10', '00:20')]);
  const table: [what: string, plans: PlanLine[], isSound: boolean][] = [
    ['as asked', [held], true],
    ['as asked, and a stricter policy', [held, line('plan-replaced', aPlan.items)], true],
    ['narrowed by a person', [held, narrowed], true],
    ['narrowed twice', [held, narrowed, line('plan-narrowed', [within('00:12', '00:15'), within('00:16', '00:17')])], true],
    ['narrowed, then a stricter policy', [held, narrowed, line('plan-replaced', [within('00:10', '00:20')])], true],
    ['narrowed by the gate', [held, line('plan-narrowed', [within('00:10', '00:20')], 'gate')], false],
    ['held for less than was asked', [line('export-held', [within('00:10', '00:20')])], false],
    ['a stricter policy that leaves something out', [held, line('plan-replaced', aPlan.items.slice(0, 1))], false],
    ['a stricter policy that takes it all back', [held, narrowed, line('plan-replaced', aPlan.items)], false],
    ['narrowed to more', [held, line('plan-narrowed', [within('00:10', '01:01')])], false],
    ['narrowed to another camera', [held, line('plan-narrowed', [within('00:10', '00:20', 'cam-3')])], false],
    ['narrowed by another clock', [held, line('plan-narrowed', [{ ...within('00:10', '00:20'), basis: 'recorder' }])], false],
    ['narrowed to a span of nothing', [held, line('plan-narrowed', [within('00:20', '00:20')])], false],
    ['widened again', [held, narrowed, line('plan-narrowed', [within('00:10', '00:21')])], false],
  ];
  for (const [what, plans, isSound] of table)
    it(`${what}: ${isSound ? 'sound' : 'entry-changed'}`, () => {
      const check = () => checkItems({ lines: [], held: null, asked, plans, sealed: null, drawings: new Map(), commitments: new Set() });
      if (isSound) check();
      else assert.throws(check, (thrown) => thrown instanceof Broken && thrown.code === 'entry-changed');
    });
});
