// May they, on what terms: the answer of the policy, with its reasons.
import type { Basis } from './basis.js';
import type { Duty } from './duty.js';
import type { Purpose } from './kind.js';
import type { Item } from './export-request.js';
import type { Tier } from './camera.js';
import type { UserId } from './subject.js';

export const acts = [
  'live',
  'view',
  'still',
  'search',
  'request',
  'preserve',
  'inspect',
  'review',
  'execute',
  'release',
  'export',
  'handover',
  'destroy',
  'read-journal',
  'edit-policy',
  'manage',
] as const;
export type Act = (typeof acts)[number];

/** What a row's `when` may name. */
export const facts = ['sensitive', 'over-soft', 'over-hard', 'late'] as const;
export type Fact = (typeof facts)[number];

/** Why, from a closed list. */
export const reasons = ['row-allows', 'row-denies', 'no-row-allows', 'basis-foreign', 'policy-failed'] as const;
export type Reason = (typeof reasons)[number];

/** A policy row that matched: where it stands and what it says, for `explain` and for the record. */
export interface MatchedRow {
  /** `tier-1.csv:12`. */
  source: string;
  /** The row as written, without surplus blanks. */
  text: string;
  effect: 'allow' | 'deny';
  duties: readonly Duty[];
}

/** One question to the policy about footage. */
export interface Question {
  user: UserId;
  act: Act;
  basis: Basis | '-';
  purpose?: Purpose;
  items: readonly Item[];
  /** Is the instrument's 提供时限 past? */
  late: boolean;
}

export interface Decision {
  verdict: 'allow' | 'deny';
  reasons: readonly Reason[];
  /** Every matching row of every camera asked for, each once, in the order of its source. */
  rows: readonly MatchedRow[];
  facts: readonly Fact[];
  /** The strictest of each kind. Empty on a deny. */
  duties: readonly Duty[];
  tier: Tier;
  city: string;
  site: string;
  /** `sha256:…` of all policy files in canonical form. */
  policyVersion: string;
}
