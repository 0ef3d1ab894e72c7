// `deliver:view`: what leaves. Without the word the whole package does; `copy`: the marked and masked copy without the original; `view`:
// nothing, it is only seen. The order of `deliveries` is the strictness.
import { deliveries } from '../../domain/duty.js';
import { isOneOf, later, type DutyCraft } from './reading.js';

/** The whole package is what leaves where nothing is said: a word for it would promise more than it asks. */
const words = deliveries.filter((it) => it !== 'package');

export const deliver: DutyCraft<'deliver'> = {
  read: (text) => (isOneOf(words, text) ? { kind: 'deliver', what: text } : { wanted: `deliver: and one of ${words.join(', ')}` }),
  write: ({ what }) => what,
  stricter: (a, b) => ({ kind: 'deliver', what: later(deliveries, a.what, b.what) }),
  apply: (draft, { what }) => ({ ...draft, deliver: what }),
  of: ({ deliver: what }) => (what && what !== 'package' ? { kind: 'deliver', what } : null),
};
