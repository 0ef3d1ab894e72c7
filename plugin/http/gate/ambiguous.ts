// The two ways in which a request cannot be read: by its address, by its body.
import { Problem } from '../../domain/problem.js';

export type Refuse = (detail: string) => Problem;

/** The address has more than one reading. */
export const ambiguous: Refuse = (detail) => new Problem('path-ambiguous', detail);
/** The body has more than one reading, or none. */
export const malformed: Refuse = (detail) => new Problem('body-malformed', detail);
