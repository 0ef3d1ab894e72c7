// `working:mp4`: beside originals that ordinary tools do not open lie working copies in MP4. Without the word there are none.
import { workings } from '../../domain/duty.js';
import { isOneOf, later, type DutyCraft } from './reading.js';

/** None where nothing is said: a word for it would promise more than it asks. */
const words = workings.filter((it) => it !== 'none');

export const working: DutyCraft<'working'> = {
  read: (text) => (isOneOf(words, text) ? { kind: 'working', form: text } : { wanted: `working:${words.join(' or working:')}` }),
  write: ({ form }) => form,
  stricter: (a, b) => ({ kind: 'working', form: later(workings, a.form, b.form) }),
  apply: (draft, { form }) => ({ ...draft, working: form }),
  of: ({ working: form }) => (form && form !== 'none' ? { kind: 'working', form } : null),
};
