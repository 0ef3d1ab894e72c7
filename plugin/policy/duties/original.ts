// `original:with`: how the untouched recording leaves. The order of `originals` is the strictness.
import { originals } from '../../domain/duty.js';
import { isOneOf, later, type DutyCraft } from './reading.js';

export const original: DutyCraft<'original'> = {
  read: (text) =>
    isOneOf(originals, text) ? { kind: 'original', delivery: text } : { wanted: `original: and one of ${originals.join(', ')}` },
  write: ({ delivery }) => delivery,
  stricter: (a, b) => ({ kind: 'original', delivery: later(originals, a.delivery, b.delivery) }),
  apply: (draft, { delivery }) => ({ ...draft, original: delivery }),
  of: (draft) => (draft.original ? { kind: 'original', delivery: draft.original } : null),
};
