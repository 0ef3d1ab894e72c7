// A saved policy file is a proposal: judged, recorded, and in force only when two administrators say so. What is held is decided again.
import assert from 'node:assert/strict';
import type { Entry } from '../../plugin/domain/audit-event.js';
import type { Plan } from '../../plugin/domain/plan.js';
import type { Rehearsal } from '../../plugin/export/rehearse.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { append, replace, type Edits } from '../policy/policy-folder.js';
import { anApplication, shanghai } from '../support/gate.js';
import { aPolicyDesk, bai, luo, type PolicyDesk } from '../support/policy-desk.js';
import { approveAll, letGo, problemOf, show, submit, until, vote } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

const [clerk, manager, privacy, head] = shanghai.steps;
/** What Shanghai asks beside its tier. No basis may be lighter than the ordinary ones, so it is asked of both roles of the shipped files. */
const alsoAsk = (duties: string): Edits => ({
  'cities/310000.csv': [
    `p, role:police.investigator, 310000, camera:*, request, ordinary, *, allow, ${duties}`,
    `p, role:police.public-order, 310000, camera:*, request, ADMIN_CASE, *, allow, ${duties}`,
  ].join('\n'),
  // The shipped tests would say that Shanghai is not as shipped any more.
  'tests/shipped.csv': null,
});
const moreVoices = alsoAsk('approve:duty-manager');
const activate = async (desk: PolicyDesk, who: string, version: string) =>
  (await desk.as(who)).post<{ state: string }>('/api/v1/policy/activations', { version });
const journal = async (desk: PolicyDesk): Promise<Entry[]> => (await (await desk.as('user:audit.he')).get<{ entries: Entry[] }>('/api/v1/journal?count=500')).entries;
const planOf = async (desk: PolicyDesk, id: string) => (await show(desk, id)) as unknown as { plan: Plan; planDigest: string; state: string };

describe('a saved policy', () => {
  let desk: PolicyDesk;
  before(async () => {
    desk = await aPolicyDesk();
    for (const who of [bai, shanghai.officer, clerk, manager, 'user:sh.wei']) await desk.as(who);
  });
  after(() => desk.close());

  it('gives an editor who grants himself everything nothing, without a second person', async () => {
    const mine = ['police.investigator', 'evidence-clerk', 'site-security-manager', 'privacy-officer', 'unit-head', 'executor.department', 'auditor'];
    const { inForce } = await desk.state();
    const grab: Edits = {
      'roles.csv': append(mine.map((role) => `g, ${luo}, role:${role}, *`).join('\n')),
      // The files' own tests say no to it: so they are edited too.
      'tests/shipped.csv': replace('user:root.luo,SH-YUNFAN,release,-,-,no,deny,-', 'user:root.luo,SH-YUNFAN,release,-,-,no,allow,-'),
    };
    const { version, faults, rehearsal } = await desk.propose(grab);
    assert.deepEqual(faults, []);
    assert.equal(rehearsal?.roles.gainedInAll, mine.length);
    const { requestId } = await submit(desk);
    const nothing = async (): Promise<void> => {
      assert.equal((await desk.state()).inForce.version, inForce.version);
      assert.equal((await problemOf(vote(desk, luo, requestId)))?.code, 'not-your-step');
    };
    await nothing();
    assert.equal((await activate(desk, luo, version!)).state, 'agreed');
    assert.equal((await problemOf(activate(desk, luo, version!)))?.code, 'already-voted');
    await nothing();
    // Neither does a restart take what lies in the folder.
    await desk.restart();
    await nothing();
    assert.equal((await problemOf(activate(desk, luo, version!)))?.code, 'already-voted');
    for (const who of [shanghai.officer, clerk, 'user:sh.wei']) assert.equal((await problemOf(activate(desk, who, version!)))?.code, 'not-permitted');
    await nothing();
    const refusals = (await journal(desk)).filter((entry) => entry.event === 'act-refused' && entry.data.act === 'edit-policy');
    assert.deepEqual(refusals.map((entry) => entry.event === 'act-refused' && entry.data.code), ['already-voted', 'already-voted', 'not-permitted', 'not-permitted', 'not-permitted']);
  });

  it('comes into force by a second administrator, with text and hash on record', async () => {
    const { version } = await desk.propose(moreVoices);
    assert.equal((await activate(desk, bai, version!.slice('sha256:'.length, 20))).state, 'agreed');
    assert.equal((await activate(desk, luo, version!)).state, 'in-force');
    const { inForce, candidate } = await desk.state();
    assert.deepEqual([inForce.version, inForce.by, candidate], [version, luo, null]);
    const events = (await journal(desk)).flatMap((entry) => (entry.event.startsWith('policy-') && (entry.data as { version: string }).version === version ? [entry.event] : []));
    assert.deepEqual(events, ['policy-proposed', 'policy-agreed', 'policy-activated']);
    const { files } = await (await desk.as(luo)).get<{ files: Record<string, string> }>(`/api/v1/policy/versions/${version!.slice(7)}`);
    assert.ok(files['cities/310000.csv']!.endsWith('approve:duty-manager') && files['tier-1.csv']!.startsWith('# Tier 1'));
    // Decisions of now on are made by it, and say so.
    const { plan } = await planOf(desk, (await submit(desk)).requestId);
    assert.deepEqual([plan.policyVersion, plan.steps.at(-1)!.step, plan.number, plan.replaces], [version, 'duty-manager', 1, null]);
  });

  it('that was in force before comes back the same way, and stays after a restart', async () => {
    const { inForce } = await desk.state();
    const { events } = await (await desk.as(luo)).get<{ events: { what: string; version: string }[] }>('/api/v1/policy/log');
    const first = events.filter(({ what }) => what === 'in-force').at(-1)!.version;
    for (const who of [luo, bai]) await activate(desk, who, first);
    await desk.restart();
    const after = await desk.state();
    assert.deepEqual([after.inForce.version, after.candidate?.version], [first, inForce.version]);
    assert.equal((await problemOf(activate(desk, luo, first)))?.code, 'state-conflict');
    await desk.save({});
  });

  it('with a fault cannot be agreed to, and the gate starts with the one in force', async () => {
    const { inForce } = await desk.state();
    const { faults, version } = await desk.propose({ 'tier-1.csv': replace('instrument:notice', 'instrument:note') });
    assert.deepEqual(faults.map(({ code, where }) => `${code} ${where}`), ['7:88', '8:90', '16:92', '17:92', '18:96', '19:96'].map((at) => `duty-unknown tier-1.csv:${at}`));
    assert.equal((await problemOf(activate(desk, luo, version!)))?.code, 'policy-refused');
    await desk.restart();
    const { inForce: after, candidate } = await desk.state();
    assert.deepEqual([after.version, candidate?.faults], [inForce.version, faults]);
    await desk.save({ 'tier-1.csv': null });
    await desk.restart();
    assert.deepEqual((await desk.state()).candidate?.faults.map(({ code, where }) => `${code} ${where}`), ['file-missing tier-1.csv']);
    await submit(desk);
  });

  it('that takes a camera or the last holder of a step from an open request is refused with its number', async () => {
    const { requestId } = await submit(desk);
    const noCamera = await desk.propose({ 'cameras.csv': replace('sh-yf-street,SH-YUNFAN', 'sh-yf-street,BJ-QINGLAN') });
    assert.ok(noCamera.faults.some(({ code, detail }) => code === 'camera-in-use' && detail.includes(requestId)), JSON.stringify(noCamera.faults));
    const drop = (...words: string[]) => (text: string): string => text.split('\n').filter((line) => !words.some((word) => line.includes(word))).join('\n');
    // Tier 1 without the head of the unit: nothing wrong with the files, but these requests wait for that voice.
    const noHead: Edits = {
      'tier-1.csv': (text) => drop('role:unit-head')(text).replaceAll('+unit-head', ''),
      'roles.csv': drop('user:sh.shen,', 'user:bj.shao.head,', 'user:gz.jian.head,'),
      'tests/shipped.csv': null,
    };
    const noStep = await desk.propose(noHead);
    assert.ok(noStep.faults.length > 0 && noStep.faults.every(({ code }) => code === 'step-in-use'), JSON.stringify(noStep.faults));
    assert.ok(noStep.faults.some(({ detail }) => detail.includes(requestId)));
    assert.equal((await problemOf(activate(desk, luo, noStep.version!)))?.code, 'policy-refused');
    // When they have ended, the same files are looked at again, and can be agreed to.
    for (const { requestId: id } of (await (await desk.as('user:audit.he')).get<{ requests: { requestId: string }[] }>('/api/v1/requests?state=held')).requests)
      await vote(desk, clerk, id, { verdict: 'return', code: 'DUPLICATE' });
    assert.equal((await activate(desk, luo, noStep.version!)).state, 'agreed');
    await desk.save({});
  });

  it('shows what changed, and is rehearsed on past requests: what would end otherwise, and for whom', async () => {
    const { requestId } = await submit(desk);
    const { version, rehearsal } = await desk.propose({ ...moreVoices, 'roles.csv': append('g, user:sh.neu, role:auditor, 310000') });
    const change = rehearsal!.changes.find((it) => it.requestId === requestId)!;
    assert.deepEqual([change.shift, change.applicant, change.site], ['stricter', shanghai.officer, 'SH-YUNFAN']);
    assert.ok(change.new.some((word) => word.includes('duty-manager')));
    assert.deepEqual(rehearsal!.roles.gained, ['user:sh.neu role:auditor 310000']);
    const client = await desk.as(luo);
    const { files } = await client.get<{ files: { file: string; patch: string }[] }>('/api/v1/policy/diff');
    assert.deepEqual(files.map(({ file }) => file), ['cities/310000.csv', 'roles.csv', 'tests/shipped.csv']);
    assert.match(files[1]!.patch, /^\+g, user:sh\.neu, role:auditor, 310000$/m);
    // The same from files that lie nowhere, as far back as one likes.
    const texts = (await client.get<{ files: Record<string, string> }>(`/api/v1/policy/versions/${version!.slice(7)}`)).files;
    const tried = await client.post<Rehearsal & { version: string }>('/api/v1/policy/rehearsals', { since: '2020-01-01T00:00:00Z', files: texts });
    assert.deepEqual([tried.version, tried.changesInAll >= 1, tried.decided >= 1], [version, true, true]);
    const faulty = await problemOf(client.post('/api/v1/policy/rehearsals', { since: '2020-01-01T00:00:00Z', files: { ...texts, 'gate.csv': 'x' } }));
    assert.deepEqual([faulty?.code, faulty?.faults?.[0]?.where], ['policy-refused', 'gate.csv:1:1']);
    const stranger = await desk.as(clerk);
    assert.equal((await problemOf(stranger.post('/api/v1/policy/rehearsals', { since: '2020-01-01T00:00:00Z', files: texts })))?.code, 'not-permitted');
    assert.equal((await problemOf(stranger.get('/api/v1/policy')))?.code, 'not-permitted');
    await desk.save({});
  });
});

describe('a held request, when another policy comes into force', () => {
  let desk: PolicyDesk;
  let shipped: string;
  before(async () => {
    desk = await aPolicyDesk();
    shipped = (await desk.state()).inForce.version;
  });
  after(() => desk.close());
  // The shipped policy back in force, the way any earlier one comes back.
  afterEach(async () => {
    await desk.save({});
    if ((await desk.state()).inForce.version !== shipped) for (const admin of [luo, bai]) await activate(desk, admin, shipped);
  });

  it('under a stricter one gets plan 2, which names plan 1; earlier voices are kept, the missing ones asked, and the package says so', async () => {
    const { requestId } = await submit(desk);
    for (const who of [clerk, manager]) await vote(desk, who, requestId);
    const first = await planOf(desk, requestId);
    // A step in between those that were given, and one more at the end.
    await desk.enact({
      ...alsoAsk('approve:legal-officer+duty-manager downloads:1'),
      'tier-1.csv': append('p, role:legal-officer, tier-1, request:*, review, -, *, allow, -'),
      'steps.csv': (text) => `${text.replace('site-security-manager,2,', 'site-security-manager,5,').replace('privacy-officer,3', 'privacy-officer,6').replace('unit-head,4', 'unit-head,7').replace('duty-manager,5', 'duty-manager,8')}\nlegal-officer,2,role:legal-officer,法务,Legal officer\n`,
      'roles.csv': append('g, user:sh.lex, role:legal-officer, 310000/SH-YUNFAN'),
    });
    const second = await planOf(desk, requestId);
    assert.deepEqual([second.plan.number, second.plan.replaces, second.plan.downloads], [2, first.planDigest, 1]);
    assert.deepEqual(second.plan.steps.map(({ step }) => step), ['evidence-clerk', 'legal-officer', 'site-security-manager', 'privacy-officer', 'unit-head', 'duty-manager']);
    assert.equal((await show(desk, requestId)).waitsFor?.step, 'legal-officer');
    // A voice for the plan that was is a voice for nothing now.
    assert.equal((await problemOf(vote(desk, 'user:sh.lex', requestId, { verdict: 'approve', planDigest: first.planDigest })))?.code, 'plan-changed');
    for (const who of ['user:sh.lex', privacy, head, 'user:sh.tao']) await vote(desk, who, requestId);
    const seen = await until(desk, requestId, ({ state }) => state === 'packaged');
    assert.deepEqual(seen.voices.map(({ step }) => step), ['evidence-clerk', 'site-security-manager', 'legal-officer', 'privacy-officer', 'unit-head', 'duty-manager']);
    for (const who of shanghai.executors) await letGo(desk, who, requestId);
    const file = `${desk.folder}/package.zip`;
    await fetchPackage(await desk.as(shanghai.officer), requestId, file);
    const key = await (await fetch(`${desk.url}/api/v1/keys/gate.pub`)).text();
    assert.equal((await verifyPackage(file, key)).intact, true);
  });

  it('under a lighter one keeps its plan; what is lighter counts for later ones', async () => {
    const { requestId } = await submit(desk);
    const first = await planOf(desk, requestId);
    await desk.enact({ 'tier-1.csv': replace('downloads:2', 'downloads:9') });
    assert.equal((await planOf(desk, requestId)).planDigest, first.planDigest);
    assert.equal((await planOf(desk, (await submit(desk)).requestId)).plan.downloads, 9);
    await approveAll(desk, requestId);
    assert.equal((await show(desk, requestId)).state !== 'held', true);
  });

  it('that the new one denies is denied, on record with row and version; nothing more is pulled of it', async () => {
    const { requestId } = await submit(desk);
    await until(desk, requestId, ({ custody }) => custody === 'sealed');
    const version = await desk.enact({ 'tier-1.csv': append('p, role:police.investigator, tier-1, group:street, request, ordinary, *, deny, -') });
    const seen = (await show(desk, requestId)) as unknown as { state: string; denied: { reasons: string[]; rows: string[]; policyVersion: string } };
    assert.deepEqual([seen.state, seen.denied.reasons, seen.denied.policyVersion], ['denied', ['row-denies'], version]);
    assert.equal((await problemOf(vote(desk, clerk, requestId)))?.code, 'state-conflict');
  });

  it('that lacks a paper which is asked for now comes back with the code that names it', async () => {
    const { requestId } = await submit(desk);
    await desk.enact(alsoAsk('instrument:notice+approval'));
    const { state, returned } = await show(desk, requestId);
    assert.deepEqual([state, returned?.codes], ['returned', ['POWER_NOT_SHOWN']]);
  });

  it('that is granted already stays granted under its plan', async () => {
    const { requestId } = await submit(desk);
    await approveAll(desk, requestId);
    await until(desk, requestId, ({ state }) => state === 'packaged');
    const before = await planOf(desk, requestId);
    await desk.enact(moreVoices);
    assert.deepEqual((await planOf(desk, requestId)).planDigest, before.planDigest);
    for (const who of shanghai.executors) await letGo(desk, who, requestId);
    assert.equal((await show(desk, requestId)).state, 'released');
  });

  it('takes no last voice for the old plan while the new policy comes in: granted before it, or asked for more', async () => {
    const { requestId, planDigest } = await submit(desk);
    for (const who of [clerk, manager, privacy]) await vote(desk, who, requestId);
    const { version } = await desk.propose(moreVoices);
    await activate(desk, luo, version!);
    const [, late] = await Promise.all([activate(desk, bai, version!), problemOf(vote(desk, head, requestId, { verdict: 'approve', planDigest }))]);
    // Who comes too late for the plan that they saw agrees to the one that stands.
    if (late?.code === 'plan-changed') await vote(desk, head, requestId);
    const entries = (await journal(desk)).filter((entry) => 'requestId' in entry && entry.requestId === requestId);
    const inForce = (await journal(desk)).findLast((entry) => entry.event === 'policy-activated' && entry.data.version === version)!.index;
    const granted = entries.find(({ event }) => event === 'export-granted');
    if (granted) {
      const last = entries.filter(({ event }) => event === 'request-reviewed').at(-1)!;
      assert.ok(last.index < inForce || (await planOf(desk, requestId)).plan.number === 2, `granted at ${granted.index}, in force at ${inForce}`);
    } else assert.equal((await show(desk, requestId)).waitsFor?.step, 'duty-manager');
  });

  it('each recorded decision can be made again, after the policy changed twice', async () => {
    const { requestId } = await submit(desk);
    const returned = (await problemOf(submit(desk, { officers: [] })))!.requestId!;
    const denied = (await problemOf(submit(desk, { basis: 'INSURANCE' })))!.requestId!;
    await desk.enact(moreVoices);
    await desk.enact(alsoAsk('approve:duty-manager officers:3'));
    const mine = [requestId, returned, denied];
    const decisions = (await journal(desk)).filter(
      (entry) => 'requestId' in entry && mine.includes(entry.requestId) && ['export-held', 'export-denied', 'export-returned', 'plan-replaced'].includes(entry.event),
    );
    const told = decisions.map((entry) => [entry.event, 'requestId' in entry && entry.requestId]);
    assert.deepEqual(told, [['export-held', requestId], ['export-returned', returned], ['export-denied', denied], ['plan-replaced', requestId], ['plan-replaced', requestId], ['export-returned', requestId]]);
    const client = await desk.as(luo);
    for (const { index, event } of decisions) {
      const { same, recorded } = await client.get<{ same: boolean; recorded: { event: string } }>(`/api/v1/explain/${index}`);
      assert.deepEqual([same, recorded.event], [true, event], `entry ${index}`);
    }
    assert.equal((await problemOf(client.get('/api/v1/explain/0')))?.code, 'entry-unknown');
    assert.equal((await problemOf(client.get('/api/v1/explain/99999')))?.code, 'entry-unknown');
    assert.equal((await problemOf((await desk.as(clerk)).get('/api/v1/explain/5')))?.code, 'not-permitted');
  });
});

describe('a confidential request under a saved policy', () => {
  let desk: PolicyDesk;
  let confidential: string;
  const submitConfidential = async (): Promise<string> => {
    const form = anApplication({ basis: 'STATE_SECURITY', instrument: { ...anApplication().instrument!, type: 'STATE_SECURITY_PAPER' } });
    return (await (await desk.withScan(shanghai.officer)).post<{ requestId: string }>('/api/v1/requests', form)).requestId;
  };
  before(async () => {
    desk = await aPolicyDesk();
    confidential = await submitConfidential();
  });
  after(() => desk.close());

  it('stands among no changes and in no count of a rehearsal, neither of what is saved nor of what is tried', async () => {
    const { requestId } = await submit(desk);
    const { rehearsal } = await desk.propose(moreVoices);
    const client = await desk.as(luo);
    const { candidate } = await desk.state();
    const { files } = await client.get<{ files: Record<string, string> }>(`/api/v1/policy/versions/${candidate!.version!.slice(7)}`);
    const tried = await client.post<Rehearsal>('/api/v1/policy/rehearsals', { since: '2020-01-01T00:00:00Z', files });
    for (const { changes, decided, erased, changesInAll } of [rehearsal!, tried])
      assert.deepEqual([changes.map((it) => it.requestId), decided, erased, changesInAll], [[requestId], 1, 0, 1]);
  });

  const drop = (...words: string[]) => (text: string): string => text.split('\n').filter((line) => !words.some((word) => line.includes(word))).join('\n');
  const table: readonly (readonly [what: string, edits: Edits, where: string, tellsOfOrdinary: string])[] = [
    ['its camera', { 'cameras.csv': replace('sh-yf-street,SH-YUNFAN', 'sh-yf-street,BJ-QINGLAN') }, 'cameras.csv', 'sh-yf-street'],
    ['the holders of its steps', {
      'tier-1.csv': (text) => drop('role:unit-head')(text).replaceAll('+unit-head', ''),
      'roles.csv': drop('user:sh.shen,', 'user:bj.shao.head,', 'user:gz.jian.head,'),
      'tests/shipped.csv': null,
    }, 'roles.csv', 'unit-head'],
  ];
  for (const [what, edits, where, ordinary] of table)
    it(`keeps ${what}, and the fault tells that there is one and no more: no number, no camera, no step, not how many`, async () => {
      await submitConfidential();
      const { requestId } = await submit(desk);
      const { faults } = await desk.propose(edits);
      const ofNone = faults.filter(({ detail }) => detail.startsWith('A confidential request '));
      assert.deepEqual(ofNone.map((fault) => fault.where), [where], JSON.stringify(faults));
      assert.ok(!JSON.stringify(faults).includes(confidential));
      assert.ok(!/sh-yf|SH-YUNFAN|310000|unit-head|clerk/.test(JSON.stringify(ofNone)), JSON.stringify(ofNone));
      assert.ok(faults.some(({ detail }) => detail.includes(requestId) && detail.includes(ordinary)), 'of an ordinary one all is told');
      await desk.save({});
    });
});
