// Sealed footage for a person who has to look: one part, or what a narrowed plan leaves of it, marked, as a stream that is never a file. Recorded before the first byte.
import type { Viewing } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { unsettled } from '../domain/drawing.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Tools } from '../media/find-ffmpeg.js';
import { streamMarked } from '../media/stream-marked.js';
import { openWork } from '../media/work-folder.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import { hiddenFor } from './areas.js';
import { judgeCount } from './may-watch.js';
import { keepJudging } from './keep-judging.js';
import { listParts } from './list-parts.js';
import { openSealed } from './open-sealed.js';
import type { Requests } from './requests.js';
import type { Screens } from './screens.js';
import { beginOf, endOf, judgeAsked, judgeStillAsked, stretchesOf, type Stretch } from './stretches.js';

interface Parts {
  requests: Requests;
  objects: Objects;
  tools: Tools;
  workFolder: string;
  screens: Screens;
  now: () => Date;
  /** The one in force: its standing areas are hidden. */
  readonly policy: Policy;
}

export interface Look {
  camera: string;
  /** As coverage.json counts them; left out: the first in time. */
  part?: number | undefined;
  /** Which of the stretches that a narrowed plan leaves of this part, from 1; left out: the first. */
  stretch?: number | undefined;
  /** Why this person may look now. Throws the Problem that says why not. */
  judge(state: RequestState): Promise<Viewing>;
  /** Is the session still alive, the account open? Throws the Problem that says why not. */
  still(): Promise<void>;
}

/**
 * Gives the stream once its first bytes are there: what fails before is a Problem and no byte, what fails later is thrown while it is read, and
 * whoever passes it on breaks off: also a refusal, for it is judged again while it lasts. The reader must read it to its end or return it; then, and when `signal` tells it, ffmpeg is dead and nothing
 * is left in the clear. Problems: what `judge` throws, `view-refused`, `request-unknown`, `state-conflict`, `camera-unknown`, `not-found`, `render-failed`,
 * `object-corrupt`, `journal-unwritable`.
 */
export async function inspect(
  parts: Parts,
  person: Person,
  requestId: string,
  look: Look,
  signal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  // Judged before the line as well: who may not look does not wait, and ends nobody's stream.
  await look.judge(parts.requests.state(requestId));
  const screen = await parts.screens.enter(person.pseudonym, signal);
  try {
    const seen = await record(parts, person, requestId, look);
    const judgeAgain = async (): Promise<void> => {
      await look.still();
      const state = parts.requests.state(requestId);
      await look.judge(state);
      await judgeStillAsked(parts.objects, state, look.camera, seen.found);
    };
    return await begun(show(parts, person, requestId, seen, { ...screen, judgeAgain }));
  } catch (thrown) {
    screen.leave();
    // Whoever ended it says why; what it broke on the way is of no interest.
    throw screen.signal.reason instanceof Problem ? screen.signal.reason : thrown;
  }
}

/** What is shown, and of which camera. */
interface Found {
  found: Stretch;
  camera: string;
}

/** Judged and recorded in one turn. */
function record({ requests, objects }: Parts, person: Person, requestId: string, look: Look): Promise<Found> {
  return requests.take(requestId, async ({ state, append }) => {
    const why = await look.judge(state);
    if (state.tracks.custody !== 'sealed')
      throw new Problem('state-conflict', `The footage of ${requestId} is not sealed yet; there is nothing to see.`);
    const found = await find(objects, state, look);
    const span = spanOf(found);
    judgeHidden(state, look.camera, why);
    if (why === 'view') judgeCount(state, look.camera, span.from);
    await append({ event: 'footage-viewed', by: person.pseudonym, data: { camera: look.camera, ...span, why } });
    return { found, camera: look.camera };
  });
}

/** Who does not review sees nothing that the plan wants hidden. Problem `areas-missing`. */
function judgeHidden(state: RequestState, camera: string, why: Viewing): void {
  if (why !== 'review' && unsettled(state).includes(camera))
    throw new Problem('areas-missing', `Nobody drew yet what is masked of ${camera}, which the plan of ${state.requestId} wants, and agreed to it.`);
}

/** Problems: `camera-unknown`, `not-found`, `view-refused` (sealed, and not asked for any more), `object-corrupt`. */
async function find(objects: Objects, state: RequestState, { camera, part, stretch = 1 }: Look): Promise<Stretch> {
  const take = state.takes.find((it) => it.camera === camera);
  if (!take) throw new Problem('camera-unknown', `Request ${state.requestId} has no footage of ${camera}.`);
  judgeAsked(state, camera);
  const sealed = await listParts(objects, take);
  if (sealed.length === 0 || (part !== undefined && !sealed.some((it) => it.part.facts.part === part)))
    throw new Problem('not-found', `The footage of ${camera} has parts 1 to ${sealed.length}, and no part ${part ?? 1}.`);
  const stretches = await stretchesOf(objects, state, take);
  const number = part ?? stretches[0]?.part.facts.part;
  const ofPart = stretches.filter((it) => it.part.facts.part === number);
  if (ofPart.length === 0)
    throw new Problem('view-refused', `The plan of ${state.requestId} was narrowed and leaves this footage of ${camera} out.`);
  const found = ofPart[stretch - 1];
  if (!found) throw new Problem('not-found', `Part ${number} of ${camera} has stretches 1 to ${ofPart.length}, and no stretch ${stretch}.`);
  return found;
}

/** From the first frame shown to the end of the last, told to the millisecond and no shorter than it is. */
const spanOf = (stretch: Stretch): { from: string; to: string } => ({
  from: new Date(Math.floor(beginOf(stretch) / 1000)).toISOString(),
  to: new Date(Math.ceil(endOf(stretch) / 1000)).toISOString(),
});

async function* show(
  parts: Parts,
  person: Person,
  requestId: string,
  { found, camera }: Found,
  { signal, leave, judgeAgain }: { signal: AbortSignal; leave(): void; judgeAgain(): Promise<void> },
): AsyncGenerator<Buffer> {
  const { objects, tools, workFolder, now } = parts;
  const { part, times, object, from, to } = found;
  try {
    const work = await openWork(workFolder);
    try {
      const input = await openSealed(objects, object, part.facts, work.folder, signal);
      const text = { requestId, unit: person.unit, officers: [person.name] };
      const bounds = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
      const areas = await hiddenFor(parts, parts.requests.state(requestId), camera);
      const shown = { input, workFolder: work.folder, part: part.facts, times, marks: ['text', 'clock'] as const, text, areas, ...bounds };
      yield* keepJudging(streamMarked(tools, shown, signal), now, judgeAgain);
    } finally {
      await work.wipe();
    }
  } finally {
    leave();
  }
}

/** The same stream, its first piece made already. A generator that never began would not run its `finally`. */
async function begun(stream: AsyncGenerator<Buffer>): Promise<AsyncIterable<Buffer>> {
  let first: IteratorResult<Buffer> | null = await stream.next();
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const step = first ?? (await stream.next());
        first = null;
        return step;
      },
      return: async () => {
        await stream.return(undefined);
        return { done: true, value: undefined };
      },
    }),
  };
}
