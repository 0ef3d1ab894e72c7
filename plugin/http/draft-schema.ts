// The form of a draft as it comes in: any of the application's fields, however unfinished, within the same sizes.
import { z } from 'zod';
import { applicationSchema } from './schemas.js';

const LONGEST_TEXT = 500;
const MOST_ITEMS = 64;
/** instrument › covers › one › cameras › one. */
const DEEPEST = 6;
const fieldName = /^[a-z][A-Za-z0-9]{0,31}$/;
// No control characters and no half characters, as in the form itself.
const oneLine = /^[^\p{Cc}\p{Cs}]*$/u;

type Path = (string | number)[];

/** The first fault, or null: a draft is written by a page, which makes all of them or none. */
function faultOf(value: unknown, path: Path): { path: Path; message: string } | null {
  const fault = (message: string) => ({ path, message });
  if (path.length > DEEPEST) return fault('deeper than any form is');
  if (value === null || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : fault('a number');
  if (typeof value === 'string')
    return value.length <= LONGEST_TEXT && oneLine.test(value) ? null : fault(`one line of at most ${LONGEST_TEXT} characters`);
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value as object);
  if (entries.length > MOST_ITEMS) return fault(`at most ${MOST_ITEMS} of them`);
  for (const [name, deeper] of entries) {
    if (typeof name === 'string' && !fieldName.test(name)) return fault('names of fields have letters and digits');
    const found = faultOf(deeper, [...path, name]);
    if (found) return found;
  }
  return null;
}

const form = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'fields of an application',
  )
  .superRefine((value, context) => {
    const stranger = Object.keys(value).find((name) => !Object.hasOwn(applicationSchema.shape, name));
    if (stranger !== undefined)
      context.addIssue({ code: 'custom', path: [], message: `An application has no field ${stranger.slice(0, 40)}.` });
    const fault = faultOf(value, []);
    if (fault) context.addIssue({ code: 'custom', ...fault });
  });

export const draftSchema = z.strictObject({ form });
export const beginSchema = z.union([draftSchema, z.strictObject({ copyOf: z.string().min(1).max(64) })]);
export const saveSchema = z.strictObject({ version: z.int().positive(), form });
