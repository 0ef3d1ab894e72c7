// What an allow is worth only with: the closed list of duty words, as data.

/** Who executes. The order is the strictness: `single` (not the applicant) < `dual-not-manager` (two people, neither the
 *  applicant nor the holder of the site-security-manager step) < `dual` (two people, neither held any step). */
export const executions = ['single', 'dual-not-manager', 'dual'] as const;
export type Execution = (typeof executions)[number];

/** How the original leaves: in the package < apart, to a named receiver < to a court or procuratorate only. */
export const originals = ['with', 'apart', 'court'] as const;
export type Original = (typeof originals)[number];

export const marks = ['text', 'clock'] as const;
export type Mark = (typeof marks)[number];

export type Duty =
  | { kind: 'approve'; steps: readonly string[] }
  | { kind: 'officers'; least: number }
  | { kind: 'instrument'; need: 'notice' }
  | { kind: 'span'; softHours: number; hardHours: number }
  | { kind: 'cameras'; most: number }
  | { kind: 'execute'; by: Execution }
  | { kind: 'mark'; marks: readonly Mark[] }
  | { kind: 'original'; delivery: Original }
  | { kind: 'downloads'; most: number }
  | { kind: 'expires'; hours: number };

export type DutyKind = Duty['kind'];
export type DutyOf<K extends DutyKind> = Extract<Duty, { kind: K }>;
