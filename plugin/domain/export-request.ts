// The application: what is asked for, on which ground, by whom.
import type { Basis } from './basis.js';
import type { Purpose } from './kind.js';
import type { LegalInstrument } from './legal-instrument.js';
import type { Span } from './span.js';
import type { UserId } from './subject.js';

export const idKinds = ['POLICE', 'WORK', 'ENFORCEMENT'] as const;
export type IdKind = (typeof idKinds)[number];

export interface Officer {
  name: string;
  unit: string;
  idKind: IdKind;
  idNumber: string;
  /** `YYYY-MM-DD`, as the card shows it. */
  idValidUntil?: string;
  /** SHA-256 of the copy of the card, hex. */
  cardSha256?: string;
  /** 警务辅助人员: accompanies, and counts for no officer. */
  auxiliary?: true;
}

/** An officer as typed from the card. `unit`, left out behind the first: the first one's, for both of a case come from one unit as a rule. */
export type TypedOfficer = Omit<Officer, 'unit'> & Partial<Pick<Officer, 'unit'>>;

/** An officer who has an account: name, unit and card are those that an administrator saw before inviting. */
export interface KnownOfficer extends Pick<Officer, 'idValidUntil' | 'cardSha256' | 'auxiliary'> {
  user: UserId;
}

/** A citizen at the counter (799 art 21): who asks to see, and why it concerns them. */
export interface Visitor {
  name: string;
  idNumber: string;
  /** What was lost, or what the footage has to do with them. */
  statement: string;
}

/** One camera over one span. */
export interface Item extends Span {
  camera: string;
  /** `recorder`: the times are those that the recorder shows, read off a screen or a picture. Left out: true (Beijing) time. */
  basis?: 'recorder';
}

export interface Application {
  basis: Basis;
  /** Left out: evidence. */
  purpose?: Purpose;
  items: readonly Item[];
  officers: readonly Officer[];
  /** 事由 (799 art 16(2)(3)). */
  reason: string;
  caseNumber?: string;
  /** Why so long: asked for above the soft limit. */
  necessity?: string;
  instrument?: LegalInstrument;
  /** Where one officer came with an auxiliary: the reference of the full audio-video recording (ADMIN 52). */
  recordingReference?: string;
  /** CITIZEN_VIEW. */
  visitor?: Visitor;
  /** INTERNAL_SECURITY: number of the unit's own ticket. */
  ticket?: string;
  /** For whom a clerk types it in; without it the person signed in is the applicant. */
  applicant?: UserId;
}

/** The application as it is filled in: an officer may be named by account, and of a later one the unit left out. */
export interface Form extends Omit<Application, 'officers'> {
  officers: readonly (TypedOfficer | KnownOfficer)[];
}

/** `EG-310000-SZX01-2026-000123`: city, site, year, number. Unique in one gate. */
export type RequestId = string;
