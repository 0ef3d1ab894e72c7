// A decision applied to an application: plain data that says what must happen. Recorded before anything does; never changed.
import type { Execution, Mark, Original } from './duty.js';
import type { Fact } from './decision.js';
import type { Item } from './export-request.js';
import type { RoleName } from './subject.js';
import type { Tier } from './camera.js';

/** One voice that must be given: a step of policies/steps.csv and the role that fills it. */
export interface Step {
  step: string;
  role: RoleName;
}

export interface Plan {
  version: 1;
  /** 1 for the first plan of a request. */
  number: number;
  city: string;
  site: string;
  tier: Tier;
  items: readonly Item[];
  facts: readonly Fact[];
  /** In the order of policies/steps.csv. */
  steps: readonly Step[];
  officers: number;
  instrument: 'notice' | 'none';
  span: { softHours: number; hardHours: number };
  cameras: number;
  execute: Execution;
  marks: readonly Mark[];
  original: Original;
  /** How many times the released package may be fetched. */
  downloads: number;
  /** Hours after the release until the link ends. */
  expiresHours: number;
  policyVersion: string;
}
