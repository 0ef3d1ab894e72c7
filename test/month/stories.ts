// How requests go, from the counter to their end. A story does some acts and says after how many minutes it goes on; others act meanwhile.
import type { Basis, ReturnCode } from '../../plugin/domain/basis.js';
import type { Application, Item } from '../../plugin/domain/export-request.js';
import type { UserId } from '../../plugin/domain/subject.js';
import { scanSha256 } from '../support/gate.js';
import { noPaper } from '../support/walk.js';
import { administrators, chengdu, holderOf, qinhuangdao, shanghai, type City, type Step } from './cities.js';
import { aForm, aPlainForm, aVisitor, hour, silence, span } from './forms.js';
import type { Stage } from './stage.js';
import type { Matter } from './tally.js';
import { elsewhere, onceReleased, oncePackaged, onceSpoken, whileAsked, whileHeld, type Trespass } from './trespasses.js';

export type Story = (stage: Stage, city: City) => AsyncGenerator<number, void, void>;

/** Of the last two days, and not of the last hour. */
export const recently = ({ clock, chance }: Stage, camera: string, seconds = 1): Item =>
  span(camera, clock.at - chance.between(2 * hour, 40 * hour), seconds);

const aPause = ({ chance }: Stage): number => chance.between(1, 6);

/** Each kind of trespass comes in turn, so that none is left to chance. */
const turns = new Map<readonly Trespass[], number>();
async function trespass(stage: Stage, matter: Matter, list: readonly Trespass[], times = 1): Promise<void> {
  for (let done = 0; done < times; done++) {
    const turn = turns.get(list) ?? 0;
    turns.set(list, turn + 1);
    const { by, ...refusal } = list[turn % list.length]!(matter);
    await stage.refuse(matter, by, refusal);
  }
}

/** Everybody agrees in turn. */
async function* agreed(stage: Stage, matter: Matter): AsyncGenerator<number, void, void> {
  for (let step = stage.stepOf(matter); step; step = stage.stepOf(matter)) {
    const holder = holderOf(matter.city, step);
    if (step === 'privacy-officer' && matter.form.purpose === 'publication') {
      await stage.refuse(matter, holder, { act: 'review', at: 'reviews', body: { verdict: 'approve' }, code: 'areas-missing' });
      for (const camera of new Set(matter.form.items.map((item) => item.camera))) await stage.draw(matter, holder, camera);
    }
    await stage.agree(matter, holder);
    yield aPause(stage);
  }
}

async function* released(stage: Stage, matter: Matter): AsyncGenerator<number, void, void> {
  const { hands, executors: [one, other] } = matter.city;
  if (hands === 2 || matter.form.purpose === 'publication') {
    await stage.askRelease(matter, one);
    yield aPause(stage);
    await trespass(stage, matter, whileAsked);
    await stage.release(matter, other, one);
  } else await stage.release(matter, stage.chance.one([one, other]));
  yield aPause(stage);
}

const caseBases: readonly Basis[] = ['CRIMINAL_CASE', 'PRE_FILING', 'PROCURATORATE', 'COURT', 'COUNTER_TERROR', 'OTHER_ADMIN_ORGAN'];

interface Course {
  basis?: Basis;
  /** By the constable, who may ask in public-order matters. */
  publicOrder?: boolean;
  cameras?: 1 | 2;
  school?: boolean;
  /** By the duty manager, whose step an ordinary request has not. */
  typedIn?: boolean;
  narrowed?: boolean;
  standIn?: boolean;
  watched?: boolean;
  heldMeanwhile?: boolean;
  trespasses?: number;
  /** How often it is fetched; more than the plan allows are refused. */
  fetches?: number;
  /** What becomes of what the applicant fetched first, or the executor second. */
  receipt?: 'confirmed' | 'refused' | 'medium';
  /** Asked for once more when the release has ended. */
  tooLate?: boolean;
  reviewed?: boolean;
}

/** From the counter to `held`. */
async function applied(stage: Stage, city: City, course: Course, change: Partial<Application> = {}): Promise<Matter> {
  const { publicOrder, cameras = 1, school, typedIn } = course;
  const applicant = publicOrder ? city.constable : city.investigator;
  const basis = publicOrder ? 'ADMIN_CASE' : (course.basis ?? stage.chance.one(caseBases));
  const seconds = course.narrowed ? 2 : stage.chance.between(1, 2);
  const head = recently(stage, school ? city.school.camera : city.street.camera, seconds);
  const items = cameras === 2 ? [head, { ...head, camera: city.gate.camera }] : [head];
  const steps = school && city !== qinhuangdao ? withPrivacy(city.ordinary) : city.ordinary;
  return stage.apply(city, { applicant, ...(typedIn && { typist: city.duty }), steps }, aForm(city, stage.number(), stage.clock.at, items, { basis, ...change }), { state: 'held' });
}

const order: readonly Step[] = ['evidence-clerk', 'site-security-manager', 'privacy-officer', 'unit-head', 'duty-manager'];
export const withPrivacy = (steps: readonly Step[]): Step[] => order.filter((step) => steps.includes(step) || step === 'privacy-officer');

/** The way of most: agreed to, packaged, released, fetched. */
export const ordinary = (course: Course = {}): Story =>
  async function* (stage, city) {
    const matter = await applied(stage, city, course);
    yield aPause(stage);
    if (course.heldMeanwhile) {
      await stage.hold(matter, city.manager);
      await stage.refuse(matter, city.privacy, { act: 'destroy', at: 'erasures', body: { field: 'unit' }, code: 'footage-held' });
    }
    await trespass(stage, matter, whileHeld, course.trespasses ?? 0);
    for (let step = stage.stepOf(matter); step; step = stage.stepOf(matter)) {
      const holder = holderOf(city, step);
      if (step === 'privacy-officer' && course.watched) await stage.watch(matter, holder, matter.granted?.[0] ?? matter.form.items[0]!, 'review');
      if (step === 'site-security-manager' && course.school && city === qinhuangdao) yield* lookedAt(stage, matter, holder);
      // The manager is on leave, and the duty manager stands in.
      if (step === 'site-security-manager' && course.standIn) {
        const end = await stage.delegate(city, holder, city.duty, 'role:site-security-manager', 8);
        await stage.agree(matter, city.duty, { standsInFor: holder });
        await end();
      } else if (step === 'site-security-manager' && course.narrowed) {
        const [{ camera, from }] = matter.form.items as [Item];
        await stage.agree(matter, holder, { items: [span(camera, Date.parse(from), 1)] });
      } else await stage.agree(matter, holder);
      yield aPause(stage);
      if (course.trespasses && matter.voices.length === 1) await trespass(stage, matter, onceSpoken);
    }
    await stage.packaged(matter);
    if (course.trespasses) await trespass(stage, matter, oncePackaged);
    if (course.heldMeanwhile) await stage.lift(matter, city.clerk);
    yield* released(stage, matter);
    if (course.trespasses) await trespass(stage, matter, onceReleased);
    const { fetches = 1 } = course;
    for (let fetched = 0; fetched < fetches; fetched++) {
      if (fetched < city.downloads) await signedFor(stage, matter, course, fetched);
      else await stage.refuse(matter, matter.applicant, { act: 'export', at: 'transfers', body: {}, code: 'release-expired' });
      yield aPause(stage);
    }
    if (course.reviewed) {
      // Of Shanghai's steps one is held by somebody who reviews afterwards elsewhere.
      if (city === shanghai) await stage.refuse(matter, city.head, { act: 'inspect', at: 'after-review', body: { finding: 'in-order' }, code: 'reviewer-party' });
      await stage.reviewAfter(matter, city.auditor);
    }
    if (!course.tooLate) return;
    yield city.releaseHours * 60 + 1;
    await stage.refuse(matter, matter.applicant, { act: 'export', at: 'transfers', body: {}, code: 'release-expired' });
  };

/** The second time an executor fetches it, for a medium. */
async function signedFor(stage: Stage, matter: Matter, { receipt }: Course, fetched: number): Promise<void> {
  const { applicant, executors } = matter;
  const by = fetched === 1 ? executors.at(-1)! : applicant;
  const file = await stage.fetch(matter, by);
  if (fetched === 0 && receipt === 'confirmed') await stage.confirm(matter, applicant);
  if (fetched === 0 && receipt === 'refused') await stage.noteRefusal(matter, executors[0]!, file, applicant);
  if (fetched === 1 && receipt === 'medium') await stage.handOver(matter, by, file);
}

/** Where the city asks for it: no voice before both frames of every camera. */
async function* lookedAt(stage: Stage, matter: Matter, by: UserId): AsyncGenerator<number, void, void> {
  await stage.refuse(matter, by, { act: 'review', at: 'reviews', body: { verdict: 'approve' }, code: 'not-inspected' });
  for (const { camera } of matter.form.items)
    for (const edge of ['first', 'last'] as const) {
      await stage.look(matter, by, camera, edge);
      yield 1;
    }
}

// ——— in a hurry ———

/** By fax, with copies of the cards: called back before anybody agrees. */
export const urgent: Story = async function* (stage, city) {
  const form = aForm(city, stage.number(), stage.clock.at, [recently(stage, city.street.camera)], { basis: 'ADMIN_URGENT' });
  // Tier 3 takes one officer with an auxiliary, where the whole act is recorded (ADMIN 52).
  const officers = form.officers.map((officer, at) => ({ ...officer, cardSha256: scanSha256, ...(at === 1 && city === qinhuangdao && { auxiliary: true as const }) }));
  const recording = city === qinhuangdao ? { recordingReference: `示例执法记录${stage.number()}` } : {};
  const matter = await stage.apply(city, { applicant: city.constable, steps: ['duty-manager'] }, { ...form, officers, ...recording }, { state: 'held' });
  yield 1;
  await stage.refuse(matter, city.duty, { act: 'review', at: 'reviews', body: { verdict: 'approve' }, code: 'call-back-missing' });
  await stage.callBack(matter, city.clerk);
  yield 2;
  yield* agreed(stage, matter);
  await stage.packaged(matter);
  yield* released(stage, matter);
  await stage.fetch(matter, matter.applicant);
};

/** By telephone; the clerk types it in. */
async function* rescue(stage: Stage, city: City): AsyncGenerator<number, Matter, void> {
  const { instrument, officers: [one], ...form } = aForm(city, stage.number(), stage.clock.at, [recently(stage, city.gate.camera)], { basis: 'EMERGENCY_RESCUE' });
  if (!instrument || !one) throw new Error('The form has a paper, and officers.');
  const matter = await stage.apply(city, { applicant: city.investigator, typist: city.clerk, steps: city.rescue }, { ...form, officers: [one] }, { state: 'held' });
  yield 1;
  await stage.refuse(matter, city.clerk, { act: 'review', at: 'call-backs', body: { directory: city.callBack, confirmed: true }, code: 'own-request' });
  await stage.refuse(matter, city.manager, { act: 'review', at: 'call-backs', body: { directory: elsewhere(city).callBack, confirmed: true }, code: 'directory-unknown' });
  await stage.callBack(matter, city.manager, false);
  const step = stage.stepOf(matter)!;
  await stage.refuse(matter, holderOf(city, step), { act: 'review', at: 'reviews', body: { verdict: 'approve' }, code: 'call-back-missing' });
  await stage.callBack(matter, city.manager);
  yield 2;
  return matter;
}

export const rescueWithPaper: Story = async function* (stage, city) {
  const matter = yield* rescue(stage, city);
  yield* agreed(stage, matter);
  matter.state = 'awaiting-paper';
  await stage.watch(matter, matter.applicant, matter.form.items[0]!, 'emergency');
  await stage.refuse(matter, city.manager, { act: 'review', at: 'paper/acceptance', body: { servedAt: noPaper }, code: 'paper-missing' });
  yield stage.chance.between(2, 8) * 60;
  const { instrument, officers } = aForm(city, stage.number(), stage.clock.at, matter.form.items, { basis: 'EMERGENCY_RESCUE' });
  await stage.refuse(matter, matter.applicant, { act: 'request', at: 'paper', body: { instrument: { ...instrument!, sealPresent: false } }, code: 'request-returned' });
  await stage.servePaper(matter, matter.applicant, { instrument: instrument!, officers });
  yield aPause(stage);
  await stage.refuse(matter, city.clerk, { act: 'review', at: 'paper/acceptance', body: { servedAt: noPaper }, code: 'own-request' });
  await stage.acceptPaper(matter, city.manager);
  await stage.packaged(matter);
  yield* released(stage, matter);
  await stage.fetch(matter, matter.applicant);
};

/** No paper came: its time passes, and somebody explains. */
export const rescueClosed: Story = async function* (stage, city) {
  const matter = yield* rescue(stage, city);
  yield* agreed(stage, matter);
  matter.state = 'awaiting-paper';
  await stage.watch(matter, matter.applicant, matter.form.items[0]!, 'emergency');
  yield city.paperHours * 60 + 30;
  await stage.close(matter, city.manager);
};

/** Agreed to, and its paper is still awaited when the month ends. */
export const rescueOpen: Story = async function* (stage, city) {
  const matter = yield* rescue(stage, city);
  yield* agreed(stage, matter);
  matter.state = 'awaiting-paper';
};

// ——— only seen ———

export const citizen: Story = async function* (stage, city) {
  const number = stage.number();
  const items = [recently(stage, city.street.camera)];
  const matter = await stage.apply(city, { applicant: city.reception, steps: city.viewing }, aPlainForm(number, items, { visitor: aVisitor(number) }), { state: 'held' });
  yield aPause(stage);
  await stage.refuse(matter, city.reception, { act: 'inspect', at: `stream?camera=${items[0]!.camera}`, code: 'view-refused' });
  yield* agreed(stage, matter);
  matter.state = 'viewable';
  for (let seen = 0; seen < city.seen.citizen; seen++) {
    await stage.watch(matter, city.reception, items[0]!, 'view');
    yield aPause(stage);
  }
  await stage.refuse(matter, city.reception, { act: 'inspect', at: `stream?camera=${items[0]!.camera}`, code: 'view-refused' });
  await stage.refuse(matter, city.executors[0], { act: 'release', at: 'release', body: {}, code: 'state-conflict' });
};

/** Under a ticket; once its hours are over nobody sees it any more. */
export const internal: Story = async function* (stage, city) {
  const items = [recently(stage, city.gate.camera)];
  const form = aPlainForm(stage.number(), items, { basis: 'INTERNAL_SECURITY', ticket: `示例工单-${stage.number()}` });
  const matter = await stage.apply(city, { applicant: city.guard, steps: city.internal }, form, { state: 'held' });
  yield aPause(stage);
  yield* agreed(stage, matter);
  matter.state = 'viewable';
  await stage.watch(matter, city.guard, items[0]!, 'view');
  await stage.refuse(matter, city.reception, { act: 'inspect', at: `stream?camera=${items[0]!.camera}`, code: 'view-refused' });
  yield city.seen.guardHours * 60 + 5;
  await stage.refuse(matter, city.guard, { act: 'inspect', at: `stream?camera=${items[0]!.camera}`, code: 'view-refused' });
};

/** Masked: nobody agrees for the privacy officer before it was drawn. */
export const publication: Story = async function* (stage, city) {
  const form = aForm(city, stage.number(), stage.clock.at, [recently(stage, city.street.camera)], { purpose: 'publication' });
  const matter = await stage.apply(city, { applicant: city.investigator, steps: city.publication }, form, { state: 'held' });
  yield aPause(stage);
  yield* agreed(stage, matter);
  await stage.packaged(matter);
  yield* released(stage, matter);
};

// ——— ended without a grant ———

/** By the holder of the nth step, or by who stands in for them. */
export const givenBack = (code: ReturnCode, step: 0 | 1, byStandIn = false): Story =>
  async function* (stage, city) {
    const matter = await applied(stage, city, {});
    yield aPause(stage);
    if (step === 1) await stage.agree(matter, city.clerk);
    yield aPause(stage);
    const holder = holderOf(city, stage.stepOf(matter)!);
    if (!byStandIn) return stage.giveBack(matter, holder, code);
    const end = await stage.delegate(city, holder, city.duty, step === 1 ? 'role:site-security-manager' : 'role:evidence-clerk', 8);
    await stage.giveBack(matter, city.duty, code, holder);
    await end();
  };

export const withdrawn = (when: 'held' | 'packaged' | 'asked' | 'typed in', hold = false): Story =>
  async function* (stage, city) {
    const matter = await applied(stage, city, { typedIn: when === 'typed in' });
    yield aPause(stage);
    if (hold) await stage.hold(matter, city.manager);
    if (when === 'packaged' || when === 'asked') {
      yield* agreed(stage, matter);
      await stage.packaged(matter);
      if (when === 'asked' && city.hands === 2) await stage.askRelease(matter, city.executors[1]);
    }
    await stage.withdraw(matter, when === 'typed in' ? city.duty : matter.applicant);
    await stage.refuse(matter, city.manager, { act: 'review', at: 'reviews', body: { verdict: 'approve' }, code: 'state-conflict' });
  };

/** Of a day on which nothing was recorded. */
export const nothingThere: Story = async function* (stage, city) {
  const items = [span(city.street.camera, silence.from.getTime() + stage.chance.between(1, 20) * hour, 2)];
  const form = aForm(city, stage.number(), stage.clock.at, items);
  await stage.apply(city, { applicant: city.investigator, steps: city.ordinary }, form, { state: 'not-available' });
  yield 1;
};

/** Longer than the quota has room for: nothing is pulled, and it waits. */
export const noRoom = (isWithdrawn: boolean): Story =>
  async function* (stage, city) {
    const hours = { [shanghai.code]: 5, [chengdu.code]: 9, [qinhuangdao.code]: 25 }[city.code]!;
    const items = [span(city.street.camera, stage.clock.at - 40 * hour, hours * 3600)];
    const form = aForm(city, stage.number(), stage.clock.at, items, { necessity: '示例:逐段核实行动轨迹' });
    const steps = city === chengdu ? withPrivacy(city.ordinary) : city.ordinary;
    const matter = await stage.apply(city, { applicant: city.investigator, steps }, form, { state: 'preserve-queued' });
    yield 60;
    if (isWithdrawn) await stage.withdraw(matter);
  };

// ——— glass, secrets, and what stays open ———

/** Two administrators open it to the officer's eye; voices are still asked for. */
export const glass = (reason: 'life-in-danger' | 'approvers-unreachable' | 'procedure-down', goesOn: boolean): Story =>
  async function* (stage, city) {
    const matter = await applied(stage, city, {});
    yield 1;
    await stage.refuse(matter, city.auditor, { act: 'manage', at: 'glass', body: { reason }, code: 'not-permitted' });
    await stage.breakGlass(matter, administrators, reason);
    await stage.watch(matter, matter.applicant, matter.form.items[0]!, 'emergency');
    await stage.refuse(matter, city.executors[0], { act: 'release', at: 'release', body: {}, code: 'state-conflict' });
    yield 30;
    if (!goesOn) return stage.giveBack(matter, city.clerk, 'POWER_NOT_SHOWN');
    yield* agreed(stage, matter);
    await stage.packaged(matter);
    yield* released(stage, matter);
  };

/** A stranger hears of it what is heard of a number that does not exist; the register of secrets hears the rest. */
export const secret = (basis: 'STATE_SECURITY' | 'SUPERVISION', isReleased: boolean): Story =>
  async function* (stage, city) {
    const matter = await applied(stage, city, { basis });
    yield aPause(stage);
    const told = 'request-unknown';
    await stage.refuse(matter, city.guard, { act: 'review', at: 'reviews', body: { verdict: 'approve' }, code: 'not-permitted', told });
    await stage.refuse(matter, city.constable, { act: 'export', at: 'transfers', body: {}, code: 'not-permitted', told });
    await stage.refuse(matter, matter.applicant, { act: 'review', at: 'reviews', body: { verdict: 'approve' }, code: 'own-request' });
    if (!isReleased) return;
    yield* agreed(stage, matter);
    await stage.packaged(matter);
    yield* released(stage, matter);
    await stage.fetch(matter, matter.applicant);
  };

/** Still under way when the month is over. */
export const leftOpen = (at: 'held' | 'packaged' | 'asked'): Story =>
  async function* (stage, city) {
    const matter = await applied(stage, city, { cameras: 2 });
    yield aPause(stage);
    if (at === 'held') return stage.agree(matter, city.clerk);
    yield* agreed(stage, matter);
    await stage.packaged(matter);
    if (at === 'asked' && city.hands === 2) await stage.askRelease(matter, city.executors[0]);
  };
