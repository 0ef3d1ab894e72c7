// What of a camera's sealed footage is still asked for: whole parts, or, once the plan was narrowed, the stretches of them that it names.
import type { Edge, RequestEvents } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Objects } from '../store/objects.js';
import { askedSpans } from './asked-spans.js';
import { readSealedJson, type CameraIndex } from './custody.js';
import { isLess } from './cut-camera.js';
import { pulledUnder } from './device-span.js';
import { listParts, type SealedPart } from './list-parts.js';

/** Left out: from the part's beginning, to its end. Microseconds by the recorder's clock. */
export interface Stretch extends SealedPart {
  from?: number;
  to?: number;
}

/** Problem `view-refused`: nobody looks at a camera that the plan leaves out, though it was sealed before. */
export function judgeAsked({ plan, requestId }: RequestState, camera: string): void {
  if (!plan!.items.some((item) => item.camera === camera))
    throw new Problem('view-refused', `The plan of ${requestId} was narrowed and leaves ${camera} out.`);
}

/** In order of time. Problem `object-corrupt`. */
export async function stretchesOf(objects: Objects, state: RequestState, take: RequestEvents['footage-sealed']): Promise<Stretch[]> {
  const sealed = await listParts(objects, take);
  const granted = askedSpans(state.plan!.items, take.camera);
  // As it is delivered: uncut where nothing was left out, also where a recorder sent a frame too many.
  if (!isLess(granted, askedSpans(state.requested.items, take.camera))) return sealed;
  const { coverage } = await readSealedJson<CameraIndex>(objects, take.index);
  const stretches = granted.flatMap((asked) => {
    const { source, deviceSpan } = pulledUnder(coverage, asked);
    if (deviceSpan === null) return [];
    const [from, to] = [Date.parse(deviceSpan.from) * 1000, Date.parse(deviceSpan.to) * 1000];
    const mine = new Set(source.parts.map(({ facts }) => facts.part));
    return sealed.filter(({ part: { facts } }) => mine.has(facts.part)).flatMap((part) => cut(part, from, to));
  });
  return stretches.sort((a, b) => beginOf(a) - beginOf(b));
}

/** Narrowed while it is shown? Problems: `view-refused`, `object-corrupt`. */
export async function judgeStillAsked(objects: Objects, state: RequestState, camera: string, shown: Stretch): Promise<void> {
  judgeAsked(state, camera);
  const left = await stretchesOf(objects, state, state.takes.find((it) => it.camera === camera)!);
  const isLeft = left.some((it) => it.object === shown.object && beginOf(it) <= beginOf(shown) && endOf(it) >= endOf(shown));
  if (!isLeft) throw new Problem('view-refused', `The plan of ${state.requestId} was narrowed and leaves out some of what is shown.`);
}

function cut(sealed: SealedPart, from: number, to: number): Stretch[] {
  const { firstUtcMicros, lastUtcMicros } = sealed.part.facts;
  if (firstUtcMicros >= to || lastUtcMicros < from) return [];
  return [{ ...sealed, ...(from > firstUtcMicros && { from }), ...(to <= lastUtcMicros && { to }) }];
}

/** Problem `view-refused`: nothing of what is asked for still was ever there. */
export function edgesOf(stretches: readonly Stretch[]): Record<Edge, Stretch> {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!first || !last) throw new Problem('view-refused', 'The recorder had nothing of what the narrowed plan names; there is no frame to see.');
  return { first, last };
}

export const beginOf = ({ part: { facts }, from }: Stretch): number => from ?? facts.firstUtcMicros;
export const endOf = ({ part: { facts }, to }: Stretch): number => to ?? facts.firstUtcMicros + facts.durationMicros;
