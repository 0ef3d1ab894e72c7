// Local times of a zone → instants and back, by the tables of zones that Node brings. ZoneMinder writes local times without a zone.

/** How long a summer time lasts that a guess must not fall into. */
const day = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Null for a zone that nobody knows. */
function formatOf(zone: string): Intl.DateTimeFormat | null {
  const known = formats.get(zone);
  if (known) return known;
  try {
    const numeric = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
    const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', ...numeric });
    // The names come from outside, and Node takes each in many spellings.
    if (formats.size > 100) formats.clear();
    formats.set(zone, format);
    return format;
  } catch {
    return null;
  }
}

export const isZone = (zone: string): boolean => zone.length <= 64 && formatOf(zone) !== null;

/** Milliseconds since 1970 → `2026-03-01 10:00:00`, as a wall clock of the zone shows it. Throws a RangeError for an unknown zone. */
export function toLocal(ms: number, zone: string): string {
  const format = formatOf(zone);
  if (!format) throw new RangeError('unknown zone');
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')}`;
}

const asIfUtc = (local: string): number => Date.parse(`${local.replace(' ', 'T')}Z`);

/** How far the wall is before UTC at an instant, milliseconds. */
export const offsetAt = (ms: number, zone: string): number => asIfUtc(toLocal(ms, zone)) - Math.floor(ms / 1000) * 1000;

/**
 * `2026-03-01 10:00:00` → every instant at which the wall shows that, the earliest first: two where a summer time ends, none that is real
 * where one begins (then the one at which the wall would have shown it). Null for what is no such text.
 */
export function fromLocal(local: string, zone: string): [number, ...number[]] | null {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(local)) return null;
  const guess = asIfUtc(local);
  // 30 February: the language would read 2 March.
  if (Number.isNaN(guess) || new Date(guess).toISOString().slice(0, 19) !== local.replace(' ', 'T')) return null;
  const before = guess - offsetAt(guess - day, zone);
  const after = guess - offsetAt(guess + day, zone);
  const real = [before, after].filter((ms, at, all) => all.indexOf(ms) === at && toLocal(ms, zone) === local).sort((a, b) => a - b);
  return [real[0] ?? before, ...real.slice(1)];
}
