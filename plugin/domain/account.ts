// The account of a person: whom it is for, the card that was seen, and when it ends.
import type { IdKind } from './export-request.js';
import type { Instant } from './span.js';
import type { Subject } from './subject.js';

/** The card that an administrator saw before inviting. */
export interface Card {
  idKind: IdKind;
  idNumber: string;
  /** SHA-256 of a scan that is kept elsewhere, hex. */
  sha256: string | null;
}

/** Same kind and number, however its letters, widths and spaces were typed. */
export const isSameCard = (a: Pick<Card, 'idKind' | 'idNumber'>, b: Pick<Card, 'idKind' | 'idNumber'>): boolean =>
  a.idKind === b.idKind && bare(a.idNumber) === bare(b.idNumber);

const bare = (number: string): string => number.normalize('NFKC').replaceAll(/\s/gu, '').toUpperCase();

/** What an invitation promises, and the account then has. */
export interface AccountTerms extends Subject {
  /** Null for the custodian's own staff, who are known there. */
  card: Card | null;
  expiresAt: Instant;
}
