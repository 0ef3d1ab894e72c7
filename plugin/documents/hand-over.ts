// What the papers of a package tell of it: plain values, read from the record by whoever makes the package. Words are Chinese, times UTC.
import type { Artifact } from '../domain/artifact.js';
import type { Instant } from '../domain/span.js';
import type { RequestId } from '../domain/export-request.js';

export interface ClockRead {
  measuredAt: Instant;
  offsetMs: number;
  uncertaintyMs: number;
}

export interface HandOverCamera {
  camera: string;
  name: string;
  asked: readonly { from: Instant; to: Instant; basis: 'beijing' | 'recorder' }[];
  state: 'complete' | 'complete-with-holes' | 'partial' | 'no-data';
  /** By the recorder's clock. */
  firstFrame: string | null;
  lastFrame: string | null;
  holes: readonly { from: Instant; to: Instant; expected: boolean | null }[];
  preRollMs: number;
  clock: { before: ClockRead; after: ClockRead | null } | null;
  times: 'proven' | 'asserted' | null;
  rung: string | null;
  transcriptSha256: string | null;
  width: number | null;
  height: number | null;
  codec: string | null;
  audio: string | null;
  /** When what came was sealed; null where nothing came. */
  sealedAt: Instant | null;
}

export type HandOverFile = Pick<Artifact, 'path' | 'role' | 'bytes' | 'sha256' | 'sm3' | 'parent' | 'sealedParent' | 'recipe'>;

export interface HandOver {
  requestId: RequestId;
  packageId: string;
  caseNumber: string | null;
  reason: string;
  basis: string;
  instrument: { type: string; number: string; issuer: string; issuedOn: string; provideBy: Instant | null; scanSha256: string } | null;
  requestingUnit: string;
  /** ID numbers masked. */
  officers: readonly { name: string; unit: string; idKind: string; idNumber: string }[];
  /** Whose footage it is: city, site and its id. */
  custodian: string;
  /** Declared retention of the video system, days. */
  retentionDays: number;
  approvals: readonly { step: string; person: string; at: Instant }[];
  /** Of the recording that was made while evidence was collected, as the application names it (INT 111(2)). */
  recordingReference: string | null;
  requestedAt: Instant;
  /** Of the pull that was sealed. */
  pullStartedAt: Instant | null;
  cameras: readonly HandOverCamera[];
  /** All of the package but its papers. */
  files: readonly HandOverFile[];
  /** Where is the original, whole or as an excerpt: in this package, in another that is handed over apart, with the custodian alone? */
  original: 'here' | 'excerpt' | 'apart' | 'kept';
  /** Of the package, as a receiver keeps it. */
  fileName: string;
  /** Days until the export copy is destroyed; null where none is named. */
  retainDays: number | null;
  planDigest: string;
  policyVersion: string;
  method: { exportgate: string; node: string; ffmpeg: string };
  log: { origin: string; vkey: string };
  /** By which signatures are made. */
  algorithm: string;
  isStamped: boolean;
}
