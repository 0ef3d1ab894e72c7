// The paper that an organ serves (调取证据通知书 and its kin). Theirs, not ours: we check that it covers what is asked.
import type { Instant, Span } from './span.js';

export const instrumentTypes = [
  'RETRIEVAL_NOTICE',
  'PROCURATORATE_CERTIFICATE',
  'COURT_ORDER',
  'SUPERVISION_NOTICE',
  'STATE_SECURITY_PAPER',
  'STATUTORY_POWER_PAPER',
] as const;
export type InstrumentType = (typeof instrumentTypes)[number];

/** What some cities ask beside the notice: the approval of a county-level head of the organ, or the unit's certificate. */
export const approvalKinds = ['COUNTY_HEAD', 'UNIT_CERTIFICATE'] as const;
export type ApprovalKind = (typeof approvalKinds)[number];

export interface ApprovalPaper {
  kind: ApprovalKind;
  issuer: string;
  /** SHA-256 of the scan, hex. */
  scanSha256: string;
}

export interface LegalInstrument {
  type: InstrumentType;
  /** 调证法律文书编号. */
  number: string;
  issuer: string;
  sealPresent: boolean;
  /** `YYYY-MM-DD`. */
  issuedOn: string;
  /** 提供时限. Past it the request is late: flagged and escalated, never bounced. */
  provideBy?: Instant;
  /** 调取证据: the evidence in the paper's own words. */
  describes?: string;
  /** The same as cameras and times: the cameras and times that the paper names. A request must lie inside. */
  covers: readonly { cameras: readonly string[]; from: Instant; to: Instant }[];
  /** May be missing: 批准人 usually stays on the stub (law.md section 4). */
  approverName?: string;
  /** SHA-256 of the scan or e-sealed file, hex. */
  scanSha256: string;
  /** Asked for where the plan's `papers` name it. */
  approval?: ApprovalPaper;
}

export const coveredSpans = (instrument: LegalInstrument, camera: string): Span[] =>
  instrument.covers.filter((scope) => scope.cameras.includes(camera)).map(({ from, to }) => ({ from, to }));
