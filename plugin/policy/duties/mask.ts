// `mask:faces+plates+names`: what the copies that leave must hide (799 art 22 where footage is published).
import { maskings } from '../../domain/duty.js';
import { eitherOf, readWords, type DutyCraft } from './reading.js';

export const mask: DutyCraft<'mask'> = {
  read(text) {
    const asked = readWords(maskings, text);
    return asked ? { kind: 'mask', of: asked } : { wanted: `mask: and ${maskings.join('+')}, or some of them` };
  },
  write: (duty) => duty.of.join('+'),
  stricter: (a, b) => ({ kind: 'mask', of: eitherOf(maskings, a.of, b.of) }),
  apply: (draft, duty) => ({ ...draft, masks: duty.of }),
  of: ({ masks }) => (masks?.length ? { kind: 'mask', of: masks } : null),
};
