// Rows and holdings as they come out of the files, for tests below the files.
import type { Holding } from '../../plugin/policy/people.js';
import type { PolicyRow } from '../../plugin/policy/rows.js';

export const aRow = (changes: Partial<PolicyRow> = {}): PolicyRow => ({
  source: 'tier-1.csv:1',
  text: '',
  duties: [],
  role: 'role:a',
  place: 'tier-1',
  object: 'camera:*',
  act: 'request',
  basis: 'ordinary',
  when: '*',
  effect: 'allow',
  ...changes,
});

export const aHolding = (user: string, role: string, place: string): Holding => ({
  user: user as Holding['user'],
  role: role as Holding['role'],
  place,
});
