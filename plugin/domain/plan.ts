// A decision applied to an application: plain data that says what must happen. Recorded before anything does; never changed.
import type { CopySound, Deliver, Effort, Encryption, Execution, Mark, Masking, Original, Paper, Working } from './duty.js';
import type { Fact } from './decision.js';
import type { Item } from './export-request.js';
import type { RoleName } from './subject.js';
import type { Tier } from './camera.js';

/** One voice that must be given: a step of policies/steps.csv and the role that fills it. */
export interface Step {
  step: string;
  role: RoleName;
}

/** The step of steps.csv that the duty `privacy-review:officer` asks for. */
export const privacyStep = 'privacy-officer';
/** The step whose holder `execute:dual-not-manager` keeps from executing. */
export const managerStep = 'site-security-manager';

export interface Plan {
  version: 1;
  /** 1 for the first plan of a request. */
  number: number;
  /** Digest of the plan that this one replaces; null for the first. */
  replaces: string | null;
  city: string;
  site: string;
  tier: Tier;
  items: readonly Item[];
  facts: readonly Fact[];
  /** In the order of policies/steps.csv. */
  steps: readonly Step[];
  /** Steps whose holders see the footage, marked, before they agree. */
  inspect: readonly string[];
  privacyReview: 'officer' | 'none';
  officers: number;
  /** In administrative cases one officer with an auxiliary will do where the whole act is recorded (ADMIN 52). */
  orRecorded: boolean;
  /** Empty where none is asked for. */
  papers: readonly Paper[];
  span: { softHours: number; hardHours: number };
  cameras: number;
  execute: Execution;
  marks: readonly Mark[];
  masks: readonly Masking[];
  /** Of whatever people are shown; the original is not touched. */
  sound: CopySound;
  /** With which viewing copies are encoded. */
  encode: Effort;
  /** Made only where the original leaves in the package: a working copy is as good as it. */
  working: Working;
  deliver: Deliver;
  original: Original;
  encrypt: Encryption | 'none';
  /** How many times the released package may be fetched. */
  downloads: number;
  /** Hours after the release until the link ends. */
  expiresHours: number;
  /** Days after receipt until the gate's export copy is to be destroyed; null: the policy names none. */
  retainDays: number | null;
  /** Hours after an emergency within which its paper has to come; null where the paper comes first. */
  paperHours: number | null;
  /** Years for which the access register is kept. */
  registerYears: number;
  /** Hours from the application to the first voice and to the release; null: none. Past them the request escalates. */
  sla: { verifyHours: number; totalHours: number } | null;
  /** How many of the released are drawn for review afterwards, and how long the reviewer has. */
  reviewAfter: { percent: number; days: number } | null;
  policyVersion: string;
}
