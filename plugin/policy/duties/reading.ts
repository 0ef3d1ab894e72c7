// How a duty word is read, and the shapes that several words share: `kind:value`, numbers in bounds, hours, lists.
import type { DutyKind, DutyOf } from '../../domain/duty.js';
import type { Execution, Mark, Original } from '../../domain/duty.js';

/** What a plan gathers from duties before it is whole. */
export interface PlanDraft {
  /** Names of steps.csv, in no order yet. */
  steps?: readonly string[];
  officers?: number;
  instrument?: 'notice';
  span?: { softHours: number; hardHours: number };
  cameras?: number;
  execute?: Execution;
  marks?: readonly Mark[];
  original?: Original;
  downloads?: number;
  expiresHours?: number;
}

/** Not a duty: what would have been right. */
export interface Misread {
  wanted: string;
}

/** One kind of duty, in three pure functions. */
export interface DutyCraft<K extends DutyKind> {
  /** The text behind `kind:` → the duty. */
  read(text: string): DutyOf<K> | Misread;
  /** Commutative, associative, idempotent: the order of rows never matters. */
  stricter(a: DutyOf<K>, b: DutyOf<K>): DutyOf<K>;
  apply(draft: PlanDraft, duty: DutyOf<K>): PlanDraft;
}

/** A whole number without sign or leading zero, inside the bounds; null otherwise. */
export function readWhole(text: string, least: number, most: number): number | null {
  const value = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : null;
}

/** `72h` → 72. At most a year. */
export const readHours = (text: string): number | null => (text.endsWith('h') ? readWhole(text.slice(0, -1), 1, 8784) : null);

/** `a+b` → its parts, each once, none empty; null otherwise. */
export function readSum(text: string): string[] | null {
  const parts = text.split('+');
  return parts.every((part) => part !== '') && new Set(parts).size === parts.length ? parts : null;
}

export const isOneOf = <T extends string>(list: readonly T[], text: string): text is T => (list as readonly string[]).includes(text);

/** The member of an ordered list that stands further back. */
export const later = <T>(list: readonly T[], a: T, b: T): T => (list.indexOf(a) >= list.indexOf(b) ? a : b);
