// `original:with`: how the untouched recording leaves. The order of `originals` is the strictness; only `with` is kept today, and a
// word that nothing keeps would be a promise broken in silence.
import { originals } from '../../domain/duty.js';
import { later, type DutyCraft } from './reading.js';

export const original: DutyCraft<'original'> = {
  read: (text) =>
    text === 'with'
      ? { kind: 'original', delivery: text }
      : { wanted: 'original:with (apart and court come with a later version; a duty that is not kept must not load)' },
  stricter: (a, b) => ({ kind: 'original', delivery: later(originals, a.delivery, b.delivery) }),
  apply: (draft, { delivery }) => ({ ...draft, original: delivery }),
};
