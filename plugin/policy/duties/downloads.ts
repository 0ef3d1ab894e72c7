// `downloads:2`: how many times the released package may be fetched.
import { readWhole, type DutyCraft } from './reading.js';

export const downloads: DutyCraft<'downloads'> = {
  read(text) {
    const most = readWhole(text, 1, 99);
    return most === null ? { wanted: 'downloads:N with N from 1 to 99' } : { kind: 'downloads', most };
  },
  write: ({ most }) => `${most}`,
  stricter: (a, b) => (a.most <= b.most ? a : b),
  apply: (draft, { most }) => ({ ...draft, downloads: most }),
  of: ({ downloads }) => (downloads === undefined ? null : { kind: 'downloads', most: downloads }),
};
