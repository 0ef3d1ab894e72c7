// What people try with a request and may not, by how far it has come: who, what, and the code that they get.
import type { UserId } from '../../plugin/domain/subject.js';
import { noPaper } from '../support/walk.js';
import { chengdu, shanghai, type City } from './cities.js';
import { hour, iso } from './forms.js';
import type { Refusal } from './stage.js';
import type { Matter } from './tally.js';

export type Trespass = (matter: Matter) => { by: UserId } & Refusal;

export const elsewhere = (city: City): City => (city === shanghai ? chengdu : shanghai);
const approve = { verdict: 'approve' };
const narrow = (matter: Matter, from: number, to: number): object => {
  const [{ camera, from: start, to: end }] = matter.form.items as [Matter['form']['items'][number]];
  return { verdict: 'narrow', items: [{ camera, from: iso(Date.parse(start) + from), to: iso(Date.parse(end) + to) }] };
};
const first = ({ form }: Matter): string => form.items[0]!.camera;

/** Of an ordinary request that waits for its clerk, applied for by the investigator's or the constable's own hand. */
export const whileHeld: readonly Trespass[] = [
  (m) => ({ by: m.applicant, act: 'review', at: 'reviews', body: approve, code: 'own-request' }),
  ({ city }) => ({ by: city.head, act: 'review', at: 'reviews', body: approve, code: 'not-your-step' }),
  ({ city }) => ({ by: elsewhere(city).clerk, act: 'review', at: 'reviews', body: approve, code: 'not-your-step' }),
  ({ city }) => ({ by: city.guard, act: 'review', at: 'reviews', body: { verdict: 'return', code: 'DUPLICATE' }, code: 'not-your-step' }),
  ({ city }) => ({ by: city.clerk, act: 'review', at: 'reviews', body: { ...approve, planDigest: `sha256:${'0'.repeat(64)}` }, code: 'plan-changed' }),
  (m) => ({ by: m.city.clerk, act: 'review', at: 'reviews', body: narrow(m, -1000, 0), code: 'scope-wider' }),
  (m) => ({ by: m.city.clerk, act: 'review', at: 'reviews', body: { verdict: 'narrow', items: m.form.items }, code: 'scope-same' }),
  (m) => ({ by: m.city.clerk, act: 'review', at: 'reviews', body: narrow(m, 5000, 0), code: 'span-invalid' }),
  ({ city }) => ({ by: city.executors[0], act: 'release', at: 'release', body: {}, code: 'state-conflict' }),
  ({ city }) => ({ by: city.clerk, act: 'release', at: 'release', body: {}, code: 'not-permitted' }),
  (m) => ({ by: m.applicant, act: 'export', at: 'transfers', body: {}, code: 'state-conflict' }),
  ({ city }) => ({ by: city.clerk, act: 'export', at: 'transfers', body: {}, code: 'not-permitted' }),
  ({ city }) => ({ by: city.clerk, act: 'request', at: 'withdrawal', body: {}, code: 'not-permitted' }),
  (m) => ({ by: m.city.clerk, act: 'inspect', at: `stream?camera=${first(m)}`, code: 'view-refused' }),
  (m) => ({ by: m.applicant, act: 'inspect', at: `stream?camera=${first(m)}`, code: 'own-request' }),
  (m) => ({ by: m.city.clerk, act: 'inspect', at: `frame?camera=${first(m)}&edge=first`, code: 'not-permitted' }),
  (m) => ({ by: m.city.executors[1], act: 'inspect', at: 'times', body: { camera: first(m), first: iso(0), last: iso(1000) }, code: 'camera-unknown' }),
  (m) => ({ by: m.applicant, act: 'inspect', at: 'hold', body: { reason: '示例' }, code: 'not-permitted' }),
  ({ city }) => ({ by: city.manager, act: 'inspect', at: 'hold', body: { reason: '示例', until: iso(hour) }, code: 'span-invalid' }),
  ({ city }) => ({ by: city.clerk, act: 'inspect', at: 'hold/lifting', body: {}, code: 'state-conflict' }),
  ({ city }) => ({ by: city.privacy, act: 'destroy', at: 'erasures', body: { field: 'unit' }, code: 'retention-running' }),
  ({ city }) => ({ by: city.clerk, act: 'destroy', at: 'erasures', body: { field: 'application' }, code: 'not-permitted' }),
  (m) => ({ by: m.applicant, act: 'request', at: 'paper', body: { instrument: m.form.instrument }, code: 'state-conflict' }),
  ({ city }) => ({ by: city.manager, act: 'review', at: 'paper/acceptance', body: { servedAt: noPaper }, code: 'state-conflict' }),
  ({ city }) => ({ by: city.duty, act: 'review', at: 'closing', body: { explanation: '示例' }, code: 'state-conflict' }),
  ({ city }) => ({ by: city.clerk, act: 'manage', at: 'glass', body: { reason: 'life-in-danger' }, code: 'not-permitted' }),
  ({ city }) => ({ by: city.auditor, act: 'inspect', at: 'after-review', body: { finding: 'in-order' }, code: 'state-conflict' }),
  ({ city }) => ({ by: city.clerk, act: 'inspect', at: 'after-review', body: { finding: 'in-order' }, code: 'not-permitted' }),
  ({ city }) => ({ by: city.duty, act: 'review', at: 'call-backs', body: { directory: city.callBack, confirmed: true }, code: 'state-conflict' }),
  ({ city }) => ({ by: city.executors[0], act: 'review', at: 'call-backs', body: { directory: city.callBack, confirmed: true }, code: 'not-permitted' }),
];

/** The clerk has agreed; others have not. */
export const onceSpoken: readonly Trespass[] = [
  ({ city }) => ({ by: city.clerk, act: 'review', at: 'reviews', body: approve, code: 'already-voted' }),
  ({ city }) => ({ by: city.duty, act: 'review', at: 'reviews', body: approve, code: 'not-your-step' }),
];

export const oncePackaged: readonly Trespass[] = [
  ({ city }) => ({ by: city.clerk, act: 'review', at: 'reviews', body: approve, code: 'state-conflict' }),
  (m) => ({ by: m.applicant, act: 'release', at: 'release', body: {}, code: 'not-permitted' }),
  (m) => ({ by: m.city.privacy, act: 'inspect', at: `stream?camera=${first(m)}`, code: 'view-refused' }),
  (m) => ({ by: m.applicant, act: 'inspect', at: `stream?camera=${first(m)}`, code: 'view-refused' }),
  ({ city }) => ({ by: city.executors[0], act: 'export', at: 'transfers', body: {}, code: 'not-permitted' }),
];

/** By the one who asked for the release of two. */
export const whileAsked: readonly Trespass[] = [
  ({ city }) => ({ by: city.executors[0], act: 'release', at: 'release', body: {}, code: 'executor-barred' }),
];

export const onceReleased: readonly Trespass[] = [
  (m) => ({ by: m.applicant, act: 'request', at: 'withdrawal', body: {}, code: 'state-conflict' }),
  ({ city }) => ({ by: city.executors[1], act: 'release', at: 'release', body: {}, code: 'state-conflict' }),
  ({ city }) => ({ by: city.manager, act: 'export', at: 'transfers', body: {}, code: 'not-permitted' }),
  (m) => ({ by: m.applicant, act: 'inspect', at: 'after-review', body: { finding: 'in-order' }, code: 'not-permitted' }),
];
