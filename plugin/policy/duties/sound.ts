// `sound:muted`: what people are shown has no sound: viewing copies, plays, streams. Without the word copies have that of the original, which keeps
// it either way.
import { copySounds } from '../../domain/duty.js';
import { isOneOf, later, type DutyCraft } from './reading.js';

/** Sound is kept where nothing is said: a word for it would promise more than it asks. */
const words = copySounds.filter((it) => it !== 'kept');

export const sound: DutyCraft<'sound'> = {
  read: (text) => (isOneOf(words, text) ? { kind: 'sound', copies: text } : { wanted: `sound:${words.join(' or sound:')}` }),
  write: ({ copies }) => copies,
  stricter: (a, b) => ({ kind: 'sound', copies: later(copySounds, a.copies, b.copies) }),
  apply: (draft, { copies }) => ({ ...draft, sound: copies }),
  of: ({ sound: copies }) => (copies && copies !== 'kept' ? { kind: 'sound', copies } : null),
};
