// What a kind of matter asks for whatever the rows say: the floor of the kind. A row may add to it; none can take from it.
import type { Duty } from '../domain/duty.js';
import type { Kind } from '../domain/kind.js';

const none: readonly Duty[] = [];
/** Nothing leaves: it is seen, marked, at the custodian's (799 art 21; law.md section 4). */
const onlySeen: readonly Duty[] = [{ kind: 'deliver', what: 'view' }];

export const kindDuties: Readonly<Record<Kind, readonly Duty[]>> = {
  ordinary: none,
  urgent: none,
  /** View first, a file after the paper; the longest that any tier waits for it. */
  emergency: [{ kind: 'paper', hours: 72 }],
  'citizen-view': onlySeen,
  internal: onlySeen,
  /** 799 art 22: faces, plates and names masked, no original; the privacy officer agrees, and a second person signs. */
  publication: [
    { kind: 'privacy-review', by: 'officer' },
    { kind: 'mask', of: ['faces', 'plates', 'names'] },
    { kind: 'deliver', what: 'copy' },
    { kind: 'execute', by: 'dual-not-manager' },
  ],
  foreign: none,
};
