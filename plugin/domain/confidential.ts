// Bases whose very existence is nobody's news: of such a request nothing is told, neither in the gate nor outward.
import type { Basis } from './basis.js';

const confidentialBases: readonly Basis[] = ['STATE_SECURITY', 'SUPERVISION'];

export const isConfidential = (basis: Basis): boolean => confidentialBases.includes(basis);
