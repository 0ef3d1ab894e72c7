// Rows of an examination: what a step found, or what went wrong in it and what to do then.
import { Problem } from '../../plugin/domain/problem.js';
import type { ProbeRow } from '../../plugin/domain/vms.js';
import { asProblem } from './soap.js';

export type Told = Omit<ProbeRow, 'what'>;
export const ok = (detail: string): Told => ({ verdict: 'ok', detail });
export const warn = (detail: string): Told => ({ verdict: 'warn', detail });
export const no = (detail: string): Told => ({ verdict: 'no', detail });
export const leftOut = (detail: string): Told => ({ verdict: 'left-out', detail });

/** What an owner can do, by what went wrong. */
const advice: Partial<Record<Problem['code'], string>> = {
  'vms-unreachable': 'check address, port, packet filter and certificate from this machine',
  'vms-refused': 'check user, password, whether the account is locked, and whether it may use ONVIF',
  'vms-fault': 'the transcript has its answer: send it to us',
  'footage-missing': 'name a camera that has recorded (--camera)',
  'wrong-footage': 'do not use this recorder before its maker has mended that; send us the transcript',
  'codec-unsupported': 'set the camera to H.264, H.265 or JPEG for what is still to be recorded',
};

/** The rows, and how one is added: by a step that tells, or by what it threw. Resolves what the step found, null where it failed. */
export interface Rows {
  add(what: string, told: Told): void;
  step<T>(what: string, work: () => Promise<{ told: Told; found: T }>): Promise<T | null>;
}

export function makeRows(rows: ProbeRow[], signal: AbortSignal, deadline: AbortSignal): Rows {
  let over: string | null = null;
  const add: Rows['add'] = (what, { verdict, detail }) => void rows.push({ what, verdict, detail });
  const fail = (thrown: unknown): Told => {
    signal.throwIfAborted();
    if (deadline.aborted) {
      over = 'the minute that all of this may take was over';
      return no(`it did not come to an end: ${over}`);
    }
    const { code, detail } = Problem.from(asProblem(thrown));
    if (code === 'vms-refused') over = 'the login was refused, and to try it again could lock the account';
    return no(`${code}: ${detail}${advice[code] ? ` Do: ${advice[code]}.` : ''}`);
  };
  const step: Rows['step'] = async (what, work) => {
    if (over !== null) {
      add(what, leftOut(over));
      return null;
    }
    try {
      const { told, found } = await work();
      add(what, told);
      return found;
    } catch (thrown) {
      add(what, fail(thrown));
      return null;
    }
  };
  return { add, step };
}
