// What kind of matter an application is: its basis, and what the footage is wanted for, decide which rules of its own it has.
import type { Basis } from './basis.js';

/** What the footage is wanted for. `publication`: it will be shown to the public (799 art 22). */
export const purposes = ['evidence', 'publication'] as const;
export type Purpose = (typeof purposes)[number];

export const kinds = ['ordinary', 'urgent', 'emergency', 'citizen-view', 'internal', 'publication', 'foreign'] as const;
export type Kind = (typeof kinds)[number];

const byBasis: Partial<Record<Basis, Kind>> = {
  ADMIN_URGENT: 'urgent',
  EMERGENCY_RESCUE: 'emergency',
  CITIZEN_VIEW: 'citizen-view',
  INTERNAL_SECURITY: 'internal',
  FOREIGN: 'foreign',
};

/** A foreign body is foreign whatever it wants the footage for; nothing that may only be seen is published. */
export function kindOf({ basis, purpose }: { basis: Basis; purpose?: Purpose | undefined }): Kind {
  const kind = byBasis[basis] ?? 'ordinary';
  return purpose === 'publication' && kind !== 'foreign' && kind !== 'citizen-view' && kind !== 'internal' ? 'publication' : kind;
}

/** Asked for in a hurry, whatever for: who asks is called back first, and shows their card from afar (ADMIN 28(3)). */
export const isHurried = (basis: Basis): boolean => basis === 'ADMIN_URGENT' || basis === 'EMERGENCY_RESCUE';

/** Matters of which lists, counts and notices say nothing (law.md section 4: strict secrecy, confidential). */
export const isConfidential = (basis: Basis): boolean => basis === 'STATE_SECURITY' || basis === 'SUPERVISION';
