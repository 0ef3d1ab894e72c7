// How a duty word is read and written, and the shapes that several words share: numbers in bounds, hours, lists.
import type { DutyKind, DutyOf } from '../../domain/duty.js';
import type { Plan } from '../../domain/plan.js';

/** What a plan gathers from duties before it is whole. `steps` are names of steps.csv, in no order yet. */
export type PlanDraft = { steps?: readonly string[] } & {
  [
    F in
      | 'inspect'
      | 'privacyReview'
      | 'officers'
      | 'orRecorded'
      | 'papers'
      | 'span'
      | 'cameras'
      | 'execute'
      | 'marks'
      | 'masks'
      | 'sound'
      | 'encode'
      | 'working'
      | 'deliver'
      | 'original'
      | 'encrypt'
      | 'downloads'
      | 'expiresHours'
      | 'retainDays'
      | 'registerYears'
      | 'sla'
      | 'paperHours'
      | 'reviewAfter'
  ]?: NonNullable<Plan[F]>;
};

/** Not a duty: what would have been right. */
export interface Misread {
  wanted: string;
}

/** One kind of duty, in pure functions. */
export interface DutyCraft<K extends DutyKind> {
  /** The text behind `kind:` → the duty. */
  read(text: string): DutyOf<K> | Misread;
  /** The way back: what `read` would read as this duty. */
  write(duty: DutyOf<K>): string;
  /** Commutative, associative, idempotent: the order of rows never matters. */
  stricter(a: DutyOf<K>, b: DutyOf<K>): DutyOf<K>;
  apply(draft: PlanDraft, duty: DutyOf<K>): PlanDraft;
  /** The way back: the duty that a plan holds, or null where it holds none of the kind. */
  of(draft: PlanDraft): DutyOf<K> | null;
}

/** A whole number without sign or leading zero, inside the bounds; null otherwise. */
export function readWhole(text: string, least: number, most: number): number | null {
  const value = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : null;
}

/** `72h`, `30d`, `5y`, `10%`: a whole number with its unit, inside the bounds; null otherwise. */
export const readWith = (unit: string, text: string, least: number, most: number): number | null =>
  text.endsWith(unit) ? readWhole(text.slice(0, -unit.length), least, most) : null;

/** `72h` → 72. At most a year. */
export const readHours = (text: string): number | null => readWith('h', text, 1, 8784);

/** `a+b` → its parts, each once, none empty; null otherwise. */
export function readSum(text: string): string[] | null {
  const parts = text.split('+');
  return parts.every((part) => part !== '') && new Set(parts).size === parts.length ? parts : null;
}

/** `a+b` of a closed list → the words, in the order of the list; null otherwise. */
export function readWords<T extends string>(list: readonly T[], text: string): T[] | null {
  const asked = readSum(text);
  return asked?.every((word) => isOneOf(list, word)) ? list.filter((word) => asked.includes(word)) : null;
}

/** The words of either, in the order of the list. */
export const eitherOf = <T>(list: readonly T[], a: readonly T[], b: readonly T[]): T[] =>
  list.filter((word) => a.includes(word) || b.includes(word));

/** The names of either, each once, sorted. */
export const allNames = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])].sort();

export const isOneOf = <T extends string>(list: readonly T[], text: string): text is T => (list as readonly string[]).includes(text);

/** The member of an ordered list that stands further back. */
export const later = <T>(list: readonly T[], a: T, b: T): T => (list.indexOf(a) >= list.indexOf(b) ? a : b);
