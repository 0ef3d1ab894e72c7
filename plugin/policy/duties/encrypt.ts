// `encrypt:required`: is what leaves encrypted? The order of `encryptions` is the strictness.
import { encryptions } from '../../domain/duty.js';
import { isOneOf, later, type DutyCraft } from './reading.js';

export const encrypt: DutyCraft<'encrypt'> = {
  read: (text) =>
    isOneOf(encryptions, text) ? { kind: 'encrypt', need: text } : { wanted: `encrypt: and one of ${encryptions.join(', ')}` },
  write: ({ need }) => need,
  stricter: (a, b) => ({ kind: 'encrypt', need: later(encryptions, a.need, b.need) }),
  apply: (draft, { need }) => ({ ...draft, encrypt: need }),
  of: ({ encrypt: need }) => (need && need !== 'none' ? { kind: 'encrypt', need } : null),
};
