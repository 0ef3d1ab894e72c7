// The application: what is asked for, on which ground, by whom.
import type { Basis } from './basis.js';
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
}

/** One camera over one span. */
export interface Item extends Span {
  camera: string;
  /** `recorder`: the times are those that the recorder shows, read off a screen or a picture. Left out: true (Beijing) time. */
  basis?: 'recorder';
}

export interface Application {
  basis: Basis;
  items: readonly Item[];
  officers: readonly Officer[];
  /** 事由 (799 art 16(2)(3)). */
  reason: string;
  caseNumber?: string;
  /** Why so long: asked for above the soft limit. */
  necessity?: string;
  instrument?: LegalInstrument;
  /** For whom a clerk types it in; without it the person signed in is the applicant. */
  applicant?: UserId;
}

/** `EG-310000-SZX01-2026-000123`: city, site, year, number. Unique in one gate. */
export type RequestId = string;
