// `privacy-review:officer`: the privacy officer's step agrees too.
import { privacyStep } from '../../domain/plan.js';
import { allNames, type DutyCraft } from './reading.js';

export const privacyReview: DutyCraft<'privacy-review'> = {
  read: (text) => (text === 'officer' ? { kind: 'privacy-review', by: text } : { wanted: 'privacy-review:officer' }),
  write: ({ by }) => by,
  stricter: (a) => a,
  apply: (draft, { by }) => ({ ...draft, privacyReview: by, steps: allNames(draft.steps ?? [], [privacyStep]) }),
  of: ({ privacyReview }) => (privacyReview === 'officer' ? { kind: 'privacy-review', by: 'officer' } : null),
};
