// Durations as people write them: `15m` → milliseconds. A bare number is refused: seconds and minutes look alike.

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const durationPattern = /^(\d{1,6})(ms|s|m|h|d)$/;

/** `15m` → 900000; null where the text is not a duration. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = durationPattern.exec(text) ?? [];
  return count === undefined ? null : Number(count) * units[unit as keyof typeof units];
}
