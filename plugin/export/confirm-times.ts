// Times that no recorder proved (a vendor's playback, a replay without its time extension), or that a clock in the wrong zone may have
// moved by hours: a person looks at the first and the last frame, reads the clock in the picture, and says what it shows. Until then
// nothing is made of the footage.
import { judgeParty, unseenEdges } from '../domain/approval.js';
import type { RequestEvents } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import { parseInstant, type Instant } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import { findEdges } from './find-edges.js';
import type { Requests } from './requests.js';
import { judgeAsked } from './stretches.js';

interface Parts {
  policy: Policy;
  requests: Requests;
  objects: Objects;
}

/**
 * `shown`: what the clock in the picture says, as the person read it.
 * Problems: `request-unknown`, `not-permitted`, `own-request`, `state-conflict`, `camera-unknown`, `view-refused`, `object-corrupt`,
 * `span-invalid`.
 */
export async function confirmTimes(
  parts: Parts,
  person: Person,
  requestId: string,
  camera: string,
  shown: { first: Instant; last: Instant },
): Promise<RequestState> {
  return parts.requests.take(requestId, async (turn) => {
    const take = doubtedTake(parts.policy, turn.state, person, camera);
    judgeAsked(turn.state, camera);
    const { first, last } = await findEdges(parts.objects, take);
    const unseen = unseenEdges(turn.state, camera, person.pseudonym);
    if (unseen.length > 0)
      throw new Problem(
        'state-conflict',
        `Whoever confirms the times has seen both frames; the ${unseen.join(' and the ')} one was not shown to this person.`,
      );
    const told = { first: parseInstant(shown.first), last: parseInstant(shown.last) };
    if (told.last < told.first) throw new Problem('span-invalid', 'The last frame cannot show an earlier time than the first.');
    await turn.append({
      event: 'times-confirmed',
      by: person.pseudonym,
      data: {
        camera,
        first: { asserted: parseInstant(first.part.firstFrame), shown: told.first },
        last: { asserted: parseInstant(last.part.lastFrame), shown: told.last },
      },
    });
    return turn.state;
  });
}

/** The camera's footage, where its times want confirming and this person is one who executes. */
export function doubtedTake(policy: Policy, state: RequestState, person: Person, camera: string): RequestEvents['footage-sealed'] {
  const { site } = state.requested;
  if (!policy.allows(person.user, 'execute', 'request:*', site))
    throw new Problem('not-permitted', `No policy row lets ${person.user} execute at ${site}.`);
  judgeParty(state, person.pseudonym);
  const take = state.takes.find((it) => it.camera === camera && it.doubt !== null);
  if (!take) throw new Problem('camera-unknown', `Request ${state.requestId} has no footage of ${camera} whose times want confirming.`);
  if (state.tracks.approval !== 'granted' || state.tracks.custody !== 'sealed' || state.tracks.delivery !== 'none')
    throw new Problem(
      'state-conflict',
      `Request ${state.requestId} is ${state.state}; times are confirmed when it is granted and sealed, before anything is made of it.`,
    );
  return take;
}
