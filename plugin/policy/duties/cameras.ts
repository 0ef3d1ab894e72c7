// `cameras:8`: so many cameras, at most, in one application.
import { readWhole, type DutyCraft } from './reading.js';

export const cameras: DutyCraft<'cameras'> = {
  read(text) {
    const most = readWhole(text, 1, 64);
    return most === null ? { wanted: 'cameras:N with N from 1 to 64' } : { kind: 'cameras', most };
  },
  write: ({ most }) => `${most}`,
  stricter: (a, b) => (a.most <= b.most ? a : b),
  apply: (draft, { most }) => ({ ...draft, cameras: most }),
  of: ({ cameras }) => (cameras === undefined ? null : { kind: 'cameras', most: cameras }),
};
