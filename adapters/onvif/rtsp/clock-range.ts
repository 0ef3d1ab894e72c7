// Absolute times in RTSP (RFC 2326 section 3.7): `20260301T020000.25Z`, no dashes, no colons.

/** An instant of ISO 8601, up to microseconds, → UTC as RTSP writes it. */
export const clockText = (instant: string): string => instant.replace(/[-:]/g, '');

/** Microseconds since 1970 → an instant that `clockText` takes: milliseconds, and microseconds where they are needed. */
export function instantOf(utcMicros: number): string {
  const text = new Date(Math.floor(utcMicros / 1000)).toISOString();
  const beyond = ((utcMicros % 1000) + 1000) % 1000;
  return beyond === 0 ? text : text.replace('Z', `${String(beyond).padStart(3, '0')}Z`);
}

/**
 * The start that a `Range` header of an answer tells, microseconds since 1970. Answers come in whole seconds, or with nine digits of
 * rounding noise. Null for what is no clock range.
 */
export function clockStart(range: string | null): number | null {
  const parts = /^\s*clock\s*=\s*(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z/i.exec(range ?? '');
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second) * 1000 + Math.round(Number(`0.${parts[7] ?? '0'}`) * 1e6);
}
