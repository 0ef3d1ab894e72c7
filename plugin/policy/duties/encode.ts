// `encode:quality`: what the encoder takes for viewing copies. The order of `efforts` is the strictness: of two the better picture stands. Where no
// row says anything it is `balance`; a row that says `speed`, where no other says more, takes less.
import { efforts } from '../../domain/duty.js';
import { isOneOf, later, type DutyCraft } from './reading.js';

export const encode: DutyCraft<'encode'> = {
  read: (text) => (isOneOf(efforts, text) ? { kind: 'encode', effort: text } : { wanted: `encode: and one of ${efforts.join(', ')}` }),
  write: ({ effort }) => effort,
  stricter: (a, b) => ({ kind: 'encode', effort: later(efforts, a.effort, b.effort) }),
  apply: (draft, { effort }) => ({ ...draft, encode: effort }),
  of: ({ encode: effort }) => (effort ? { kind: 'encode', effort } : null),
};
