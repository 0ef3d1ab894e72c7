// `instrument:notice`: a legal instrument must be shown (F2).
import type { DutyCraft } from './reading.js';

export const instrument: DutyCraft<'instrument'> = {
  read: (text) => (text === 'notice' ? { kind: 'instrument', need: text } : { wanted: 'instrument:notice' }),
  stricter: (a) => a,
  apply: (draft, { need }) => ({ ...draft, instrument: need }),
};
