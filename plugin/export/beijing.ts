// Beijing time, by which registers are kept and people count months: eight hours before UTC, without summer time.
import type { Instant } from '../domain/span.js';

const shifted = (instant: Instant): string => new Date(Date.parse(instant) + 8 * 3_600_000).toISOString();

/** `2026-03`. */
export const monthOf = (instant: Instant): string => shifted(instant).slice(0, 7);

/** `2026-03-01 10:00:04`. */
export const inBeijing = (instant: Instant): string => shifted(instant).slice(0, 19).replace('T', ' ');

export const isMonth = (text: string): boolean => /^20\d\d-(0[1-9]|1[0-2])$/.test(text);
