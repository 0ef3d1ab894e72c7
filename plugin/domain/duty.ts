// What an allow is worth only with: the closed list of duty words, as data.

/** Who executes. The order is the strictness: `single` (not the applicant) < `dual-not-manager` (two people, neither the
 *  applicant nor the holder of the site-security-manager step) < `dual` (two people, neither held any step). */
export const executions = ['single', 'dual-not-manager', 'dual'] as const;
export type Execution = (typeof executions)[number];

/** How the original leaves: in the package < apart, to a named receiver < to a court or procuratorate only. */
export const originals = ['with', 'apart', 'court'] as const;
export type Original = (typeof originals)[number];

export const marks = ['text', 'clock', 'tile'] as const;
export type Mark = (typeof marks)[number];

/** Is there sound in what people are shown? The order is the strictness. The original keeps its own. */
export const copySounds = ['kept', 'muted'] as const;
export type CopySound = (typeof copySounds)[number];

/** What the encoder takes for viewing copies: quick, and more lost; or time, and less lost. The order is the strictness. */
export const efforts = ['speed', 'balance', 'quality'] as const;
export type Effort = (typeof efforts)[number];

/** In which form working copies lie beside originals that ordinary tools do not open. The order is the strictness. */
export const workings = ['none', 'mp4'] as const;
export type Working = (typeof workings)[number];

/** Papers to be shown: the organ's instrument; the approval of a county-level head, or the unit's certificate, beside it. */
export const papers = ['notice', 'approval'] as const;
export type Paper = (typeof papers)[number];

/** What a masked copy hides. */
export const maskings = ['faces', 'plates', 'names'] as const;
export type Masking = (typeof maskings)[number];

/** Is the delivery encrypted? The order is the strictness. */
export const encryptions = ['recommended', 'required'] as const;
export type Encryption = (typeof encryptions)[number];

/** What leaves. The order is the strictness: the package with the original < the marked and masked copy alone < nothing, it is only seen. */
export const deliveries = ['package', 'copy', 'view'] as const;
export type Deliver = (typeof deliveries)[number];

export type Duty =
  | { kind: 'approve'; steps: readonly string[] }
  | { kind: 'officers'; least: number; orRecorded: boolean }
  | { kind: 'instrument'; papers: readonly Paper[] }
  | { kind: 'span'; softHours: number; hardHours: number }
  | { kind: 'cameras'; most: number }
  | { kind: 'privacy-review'; by: 'officer' }
  | { kind: 'mask'; of: readonly Masking[] }
  | { kind: 'mark'; marks: readonly Mark[] }
  | { kind: 'sound'; copies: CopySound }
  | { kind: 'encode'; effort: Effort }
  | { kind: 'working'; form: Working }
  | { kind: 'original'; delivery: Original }
  | { kind: 'deliver'; what: Deliver }
  | { kind: 'encrypt'; need: Encryption }
  | { kind: 'downloads'; most: number }
  | { kind: 'expires'; hours: number }
  | { kind: 'retain'; days: number }
  | { kind: 'register'; years: number }
  | { kind: 'sla'; verifyHours: number; totalHours: number }
  | { kind: 'paper'; hours: number }
  | { kind: 'execute'; by: Execution }
  | { kind: 'review-after'; percent: number; days: number }
  | { kind: 'inspect'; steps: readonly string[] };

export type DutyKind = Duty['kind'];
export type DutyOf<K extends DutyKind> = Extract<Duty, { kind: K }>;
