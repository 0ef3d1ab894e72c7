// What is masked of a camera, drawn by who looks at it before they agree: seen first as it will be, then sealed, then recorded. Until the entry stands,
// the list is nobody's.
import { drawingsOf, judgeDraw } from '../domain/drawing.js';
import { judgeKept } from '../domain/approval.js';
import type { RequestEvents } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { faultsOfAreas, type MaskArea } from '../domain/mask-area.js';
import { Problem } from '../domain/problem.js';
import { keyOf } from '../domain/request-key.js';
import { parseInstant, type Instant } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import type { Tools } from '../media/find-ffmpeg.js';
import { renderStill } from '../media/still.js';
import { openWork } from '../media/work-folder.js';
import type { Objects } from '../store/objects.js';
import { readDrawing, standingAreas, writeDrawing, type DrawnAreas } from './areas.js';
import { sealBytes } from './custody.js';
import { openSealed } from './open-sealed.js';
import type { Requests } from './requests.js';
import { turnOf, type StandInParts } from './stand-in.js';
import { beginOf, endOf, judgeAsked, stretchesOf, type Stretch } from './stretches.js';

interface Parts extends StandInParts {
  requests: Requests;
  objects: Objects;
}

interface PreviewParts extends Parts {
  tools: Tools;
  workFolder: string;
}

export interface Drawn {
  areas: readonly MaskArea[];
  /** Why nothing is hidden; with an empty list alone. */
  reason?: string | undefined;
}

/** In the one spelling of times, or refused with every fault. Problems: `areas-invalid`, `span-invalid`. */
function judged({ areas, reason }: Drawn): Drawn {
  const spelt = areas.map(({ shape, style, span, hides, reason: why }): MaskArea => ({
    ...{ shape, style },
    ...(span && { span: { from: parseInstant(span.from), to: parseInstant(span.to) } }),
    ...{ hides, reason: why },
  }));
  const faults = faultsOfAreas(spelt);
  if (faults.length > 0) throw new Problem('areas-invalid', `${faults.length} fault(s); nothing was drawn.`, { faults });
  if ((reason !== undefined) !== (areas.length === 0))
    throw new Problem('areas-invalid', 'An empty list says with a reason why there is nothing to hide; the areas of any other say it themselves.');
  return { areas: spelt, ...(reason !== undefined && { reason }) };
}

/** The camera's footage, where this person draws on it now. */
async function takeToDraw(parts: StandInParts, state: RequestState, person: Person, camera: string): Promise<RequestEvents['footage-sealed']> {
  const { requestId, tracks } = state;
  if (tracks.approval !== 'held') throw new Problem('state-conflict', `Request ${requestId} is ${state.state}; nothing is drawn on it.`);
  const { step } = await turnOf(parts, state, person, parts.policy);
  judgeKept(state);
  if (tracks.custody !== 'sealed') throw new Problem('state-conflict', `The footage of ${requestId} is not sealed yet; there is nothing to draw on.`);
  const take = state.takes.find((it) => it.camera === camera);
  if (!take) throw new Problem('camera-unknown', `Request ${requestId} has no footage of ${camera.slice(0, 64)}.`);
  judgeAsked(state, camera);
  judgeDraw(state, step, camera);
  return take;
}

/**
 * The whole list of a camera, which replaces the one before. Problems: `request-unknown`, those of `turnOf`, `state-conflict`, `camera-unknown`,
 * `view-refused`, `areas-invalid`, `span-invalid`, `disk-full`, `journal-unwritable`.
 */
export async function draw(parts: Parts, person: Person, requestId: string, camera: string, given: Drawn): Promise<RequestState> {
  return parts.requests.take(requestId, async (turn) => {
    // Who may not draw is told that, and nothing about their list.
    await takeToDraw(parts, turn.state, person, camera);
    const drawn: DrawnAreas = { version: 1, camera, ...judged(given) };
    const index = await sealBytes(parts.objects.under(keyOf(requestId, 'original')), writeDrawing(drawn));
    try {
      await turn.append({ event: 'areas-drawn', by: person.pseudonym, data: { camera, count: drawn.areas.length, index } });
    } catch (thrown) {
      // An entry that was written all the same names it: then it stays.
      if (!turn.state.drawings.some((it) => it.index.object === index.object)) await parts.objects.remove(index.object).catch(() => undefined);
      throw thrown;
    }
    return turn.state;
  });
}

/** What was drawn last for each camera of this request. Problem `object-corrupt`. */
export async function drawnOf(objects: Objects, state: RequestState) {
  return Promise.all(
    drawingsOf(state).map(async (drawing) => {
      const { camera } = drawing;
      const { areas, reason } = await readDrawing(objects, drawing);
      return { camera, areas, ...(reason !== undefined && { reason }), by: drawing.by, at: drawing.at, sha256: drawing.index.sha256 };
    }),
  );
}

/** The piece of footage that shows this moment, else the last one before it, else the first. */
const shownAt = (stretches: readonly Stretch[], micros: number): Stretch | undefined =>
  stretches.findLast((it) => beginOf(it) <= micros) ?? stretches[0];

/**
 * One marked picture with these areas burned in: as the copies will be. By the recorder's clock; left out: the first. Recorded before it is shown, as a
 * viewing: with areas over it, it is no look at the frame. Problems as of `draw`, `render-failed`, `object-corrupt`.
 */
export async function previewAreas(parts: PreviewParts, person: Person, requestId: string, camera: string, given: Drawn, at?: Instant): Promise<Buffer> {
  const { areas } = judged(given);
  const wanted = at === undefined ? undefined : Date.parse(parseInstant(at)) * 1000;
  const { found, moment } = await parts.requests.take(requestId, async ({ state, append }) => {
    const take = await takeToDraw(parts, state, person, camera);
    const stretches = await stretchesOf(parts.objects, state, take);
    const stretch = shownAt(stretches, wanted ?? -Infinity);
    if (!stretch) throw new Problem('view-refused', 'The recorder had nothing of what the plan names; there is no picture to see.');
    const [begin, end] = [beginOf(stretch), endOf(stretch)];
    const micros = Math.min(Math.max(wanted ?? begin, begin), end - 1);
    const from = new Date(Math.floor(micros / 1000));
    const data = { camera, from: from.toISOString(), to: new Date(from.getTime() + 1).toISOString(), why: 'review' as const };
    await append({ event: 'footage-viewed', by: person.pseudonym, data });
    return { found: stretch, moment: micros };
  });
  const work = await openWork(parts.workFolder);
  try {
    const input = await openSealed(parts.objects, found.object, found.part.facts, work.folder);
    return await renderStill(parts.tools, {
      ...{ input, workFolder: work.folder, part: found.part.facts, times: found.times, marks: ['text', 'clock'] },
      // The last frame that begins at this moment or before it.
      ...{ edge: 'last', from: found.from, to: moment + 1 },
      text: { requestId, unit: person.unit, officers: [person.name] },
      areas: [...standingAreas(parts, camera), ...areas],
    });
  } finally {
    await work.wipe();
  }
}
