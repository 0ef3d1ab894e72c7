// One marked frame of sealed footage for a person who has to look: whose voice comes next where the plan wants a look before it, and
// whoever confirms times that no recorder proved.
import { judgeKept } from '../domain/approval.js';
import type { Edge, RequestEvents } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Tools } from '../media/find-ffmpeg.js';
import { renderStill } from '../media/still.js';
import { openWork } from '../media/work-folder.js';
import type { Objects } from '../store/objects.js';
import { hiddenFor } from './areas.js';
import { doubtedTake } from './confirm-times.js';
import { expectNotNamed } from './named.js';
import { openSealed } from './open-sealed.js';
import type { Requests } from './requests.js';
import { turnOf, type StandInParts } from './stand-in.js';
import { edgesOf, judgeAsked, stretchesOf, type Stretch } from './stretches.js';

interface Parts extends StandInParts {
  requests: Requests;
  objects: Objects;
  tools: Tools;
  workFolder: string;
}

/**
 * JPEG; recorded before it is shown. Problems: `request-unknown`, `not-permitted`, `own-request`, `already-voted`, `not-your-step`,
 * `state-conflict`, `camera-unknown`, `view-refused`, `render-failed`, `object-corrupt`.
 */
export async function showFrame(parts: Parts, person: Person, requestId: string, camera: string, edge: Edge): Promise<Buffer> {
  const found = await parts.requests.take(requestId, async ({ state, append }): Promise<Stretch> => {
    const isHeld = state.tracks.approval === 'held';
    const take = isHeld ? await takeToAgreeTo(parts, state, person, camera) : doubtedTake(parts.policy, state, person, camera);
    judgeAsked(state, camera);
    await expectNotNamed(parts.store, state, person.user);
    const at = edgesOf(await stretchesOf(parts.objects, state, take));
    await append({ event: 'frame-inspected', by: person.pseudonym, data: { camera, edge } });
    return at[edge];
  });
  const work = await openWork(parts.workFolder);
  try {
    const input = await openSealed(parts.objects, found.object, found.part.facts, work.folder);
    return await renderStill(parts.tools, {
      input,
      workFolder: work.folder,
      part: found.part.facts,
      edge,
      from: found.from,
      to: found.to,
      times: found.times,
      areas: await hiddenFor(parts, parts.requests.state(requestId), camera),
      marks: ['text', 'clock'],
      text: { requestId, unit: person.unit, officers: [person.name] },
    });
  } finally {
    await work.wipe();
  }
}

/** The camera's footage, where it is this person's turn and the plan has them look first. */
async function takeToAgreeTo(
  parts: StandInParts,
  state: RequestState,
  person: Person,
  camera: string,
): Promise<RequestEvents['footage-sealed']> {
  const { step } = (await turnOf(parts, state, person, parts.policy)).step;
  judgeKept(state);
  if (!state.plan!.inspect.includes(step))
    throw new Problem('not-permitted', `The plan of ${state.requestId} lets nobody see the footage for step ${step}.`);
  if (state.tracks.custody !== 'sealed')
    throw new Problem('state-conflict', `The footage of ${state.requestId} is not sealed yet; there is nothing to see.`);
  const take = state.takes.find((it) => it.camera === camera);
  if (!take) throw new Problem('camera-unknown', `Request ${state.requestId} has no footage of ${camera}.`);
  return take;
}
