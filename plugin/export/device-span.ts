// Where a granted span lies by the recorder's clock: as far from what was asked as the pull found that clock to be.
import { Problem } from '../domain/problem.js';
import { contains, type Span } from '../domain/span.js';
import { inFull, type AskedSpan } from './asked-spans.js';
import type { Coverage, CoverageSpan } from './custody.js';

/** The line of coverage that a granted span was pulled under. Null `deviceSpan`: it gave nothing. Problem `internal`: under none. */
export function pulledUnder({ camera, spans }: Coverage, granted: AskedSpan): { source: CoverageSpan; deviceSpan: Span | null } {
  const asked = inFull(granted);
  const source = spans.find((span) => span.asked.basis === asked.basis && contains(span.asked, asked));
  if (!source) throw new Problem('internal', `What is granted of ${camera} lies in nothing that was asked of it.`);
  if (source.deviceSpan === null) return { source, deviceSpan: null };
  return { source, deviceSpan: shift(asked, Date.parse(source.deviceSpan.from) - Date.parse(source.asked.from)) };
}

const shift = ({ from, to }: Span, ms: number): Span => ({ from: shifted(from, ms), to: shifted(to, ms) });
const shifted = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();
