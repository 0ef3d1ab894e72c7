// Random duties of each kind, made as words, so that they are duties that a file can hold.
import fc from 'fast-check';
import { copySounds, deliveries, efforts, encryptions, executions, marks, maskings, originals, workings, type Duty, type DutyKind } from '../../plugin/domain/duty.js';
import { dutyKinds } from '../../plugin/policy/duties/index.js';
import { readDuty } from '../../plugin/policy/strictest.js';

const whole = (most: number) => fc.integer({ min: 1, max: most });
const some = (words: readonly string[]) => fc.shuffledSubarray([...words], { minLength: 1 }).map((list) => list.join('+'));
/** Two numbers, the second not under the first. */
const rising = fc.tuple(whole(99), fc.nat(99)).map(([first, more]) => [first, first + more] as const);
const steps = ['evidence-clerk', 'site-security-manager', 'privacy-officer', 'unit-head', 'duty-manager'];

const values: Record<DutyKind, fc.Arbitrary<string>> = {
  approve: some(steps),
  officers: fc.tuple(whole(9), fc.constantFrom('', '/recorded')).map((parts) => parts.join('')),
  instrument: fc.constantFrom('notice', 'notice+approval', 'approval+notice'),
  span: rising.map(([soft, hard]) => `${soft}h/${hard}h`),
  cameras: whole(64).map(String),
  'privacy-review': fc.constant('officer'),
  mask: some(maskings),
  mark: some(marks),
  sound: fc.constantFrom(...copySounds.filter((it) => it !== 'kept')),
  encode: fc.constantFrom(...efforts),
  working: fc.constantFrom(...workings.filter((it) => it !== 'none')),
  deliver: fc.constantFrom(...deliveries.filter((it) => it !== 'package')),
  original: fc.constantFrom(...originals),
  encrypt: fc.constantFrom(...encryptions),
  downloads: whole(99).map(String),
  expires: whole(8784).map((hours) => `${hours}h`),
  retain: whole(3660).map((days) => `${days}d`),
  register: whole(30).map((years) => `${years}y`),
  sla: rising.map(([verify, total]) => `${verify}h/${total}h`),
  paper: whole(8784).map((hours) => `${hours}h`),
  execute: fc.constantFrom(...executions),
  'review-after': fc.tuple(whole(100), whole(366)).map(([percent, days]) => `${percent}%/${days}d`),
  inspect: some(steps),
};

export const dutyOf = (kind: DutyKind): fc.Arbitrary<Duty> =>
  values[kind].map((value) => {
    const duty = readDuty(`${kind}:${value}`);
    if ('wanted' in duty) throw new Error(`${kind}:${value} is no duty; ${duty.wanted}`);
    return duty;
  });

export const anyDuty: fc.Arbitrary<Duty> = fc.constantFrom(...dutyKinds).chain(dutyOf);

/** Duties that a plan can be made of: those kinds that it cannot do without, and some of the others. */
export const wholeDuties: fc.Arbitrary<Duty[]> = fc
  .tuple(
    fc.tuple(...(['approve', 'span', 'cameras', 'execute', 'mark', 'original', 'downloads', 'expires'] as const).map(dutyOf)),
    fc.array(anyDuty, { maxLength: 10 }),
  )
  .map(([needed, more]) => [...needed, ...more]);
