// Short ways to ask the policy something in a test.
import type { Basis } from '../../plugin/domain/basis.js';
import type { Question } from '../../plugin/domain/decision.js';
import type { Item } from '../../plugin/domain/export-request.js';

const midnight = Date.parse('2026-03-01T00:00:00.000Z');

/** So many hours of one camera, from the given hour of a fixed day. */
export const anItem = (camera: string, hours = 1, fromHour = 0): Item => ({
  camera,
  from: new Date(midnight + fromHour * 3_600_000).toISOString(),
  to: new Date(midnight + (fromHour + hours) * 3_600_000).toISOString(),
});

export const aQuestion = (
  user: string,
  items: readonly Item[],
  basis: Basis | '-' = 'CRIMINAL_CASE',
  more: Partial<Question> = {},
): Question => ({
  user: user as Question['user'],
  act: 'request',
  basis,
  items,
  late: false,
  ...more,
});
