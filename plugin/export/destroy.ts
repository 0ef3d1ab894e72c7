// The end of what was handed over: its case is reported closed; the gate destroys the export copies when their time is over; two people destroy the sealed
// original (销毁人、监销人), and nobody does alone. Never before it is due, and never under a hold.
import type { Pseudonym } from '../domain/audit-event.js';
import { isConfidential } from '../domain/kind.js';
import type { CopiesDestroyed, RequestState } from '../domain/lifecycle.js';
import type { Log } from '../domain/log.js';
import { Problem } from '../domain/problem.js';
import { keyOf, keyParts } from '../domain/request-key.js';
import type { Instant } from '../domain/span.js';
import type { Person, UserId } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { ClockWatch } from './clock-watch.js';
import { destroyWith, type DestroyParts } from './destroy-with.js';
import { isHeld } from './holds.js';
import { copiesDueAt, DAY_MS, originalDueAt } from './keeping-times.js';
import { mayStill, type MayStillParts } from './may-still.js';
import { expectNotNamed } from './named.js';
import { placeOf } from './place-of.js';
import type { Requests } from './requests.js';
import { sealSums } from './sum-list.js';

interface Parts extends MayStillParts, DestroyParts {
  readonly policy: Policy;
  clock: Pick<ClockWatch, 'judge'>;
}

/** Problems: `request-unknown`, `not-permitted`, `state-conflict`. */
export async function closeCase({ requests }: { requests: Requests }, person: Person, requestId: string): Promise<RequestState> {
  return requests.take(requestId, async (turn) => {
    const { requested, release, closed, tracks } = turn.state;
    // Not by the site's own people, who typed it in or not: what they could destroy at once afterwards is somebody else's evidence.
    if (requested.applicant !== person.pseudonym) throw new Problem('not-permitted', `That the case of ${requestId} is closed is reported by who asked for it.`);
    if (!release && turn.state.state !== 'viewable') throw new Problem('state-conflict', `Request ${requestId} is ${turn.state.state}; nothing of it was handed over.`);
    if (closed) throw new Problem('state-conflict', `The case of ${requestId} was reported closed at ${closed.at}.`);
    if (tracks.custody !== 'sealed') throw new Problem('state-conflict', `The footage of ${requestId} is not sealed here; nothing of it waits for its case.`);
    await turn.append({ event: 'case-closed', by: person.pseudonym, data: {} });
    return turn.state;
  });
}

/** As of now; null for what is not due at all. The site's row of the policy in force. */
export const originalDue = (policy: Policy, state: RequestState): Instant | null => originalDueAt(state, placeOf(policy, state.requested.items[0]!.camera)?.site.retentionDays ?? null);

/** A confidential one is destroyed by those who hand such things over: whoever else may destroy does not know of it. */
export const mayDestroy = (policy: Policy, user: UserId, { requested: { site, basis } }: RequestState): boolean =>
  policy.allows(user, isConfidential(basis) ? 'release' : 'destroy', 'request:*', site);
/** 监销: who looks after the site will do for the second. */
const mayWitness = (policy: Policy, user: UserId, state: RequestState): boolean =>
  mayDestroy(policy, user, state) || (!isConfidential(state.requested.basis) && policy.allows(user, 'inspect', 'request:*', state.requested.site));

/**
 * The first word asks, another person's destroys. Problems: `request-unknown`, `not-permitted`, `own-request`, `footage-held`, `retention-running`,
 * `already-voted`, `state-conflict`, `clock-doubted`, `disk-full`, `journal-unwritable`.
 */
export async function destroyOriginal(parts: Parts, person: Person, requestId: string): Promise<RequestState> {
  const { policy, requests, objects, store, clock, now } = parts;
  const by = person.pseudonym;
  return requests.take(requestId, async (turn) => {
    const { state } = turn;
    const asked = await standingFirst(parts, state);
    const may = asked === null ? mayDestroy : mayWitness;
    if (!may(policy, person.user, state)) throw new Problem('not-permitted', `No policy row lets ${person.user} destroy at ${state.requested.site}.`);
    if ([state.requested.applicant, state.requested.enteredBy].includes(by))
      throw new Problem('own-request', `Who asked for ${requestId} does not destroy it.`);
    await expectNotNamed(store, state, person.user);
    if (state.tracks.custody !== 'sealed') throw new Problem('state-conflict', `The footage of ${requestId} is not sealed here; there is none to destroy.`);
    if (isHeld(state, now())) throw new Problem('footage-held', `A hold stands on ${requestId}; lift it first.`);
    // Set forward, the gate's clock would let go what has to stay.
    await clock.judge();
    const dueAt = originalDue(policy, state);
    if (dueAt === null) throw new Problem('state-conflict', `Request ${requestId} is ${state.state}${state.draw?.drawn ? ', or still to be reviewed' : ''}; its footage is not to be destroyed.`);
    if (Date.parse(dueAt) > now().getTime()) throw new Problem('retention-running', `The sealed original of ${requestId} is kept until ${dueAt}.`);
    if (asked?.by === by) throw new Problem('already-voted', `You asked for the destruction of ${requestId}; a second person confirms it.`);
    if (asked === null) {
      await turn.append({ event: 'destruction-asked', by, data: { dueAt } });
      return turn.state;
    }
    // The list is down before the entry that names it.
    const sums = await sealSums(objects, state, keyParts);
    const data = { askedBy: asked.by, askedAt: asked.at, dueAt, keys: keyParts.map((part) => keyOf(requestId, part)), ...sums };
    await destroyWith(parts, requestId, keyParts, async () => void (await turn.append({ event: 'footage-destroyed', by, data })));
    return turn.state;
  });
}

/** Who asked, while they could do so now: else their word is none any more. */
async function standingFirst(parts: Parts, state: RequestState): Promise<{ by: Pseudonym; at: Instant } | null> {
  const asked = state.destructionAsked;
  return asked && (await mayStill(parts, asked.by, (user) => mayDestroy(parts.policy, user, state))) ? asked : null;
}

interface RoundParts extends DestroyParts {
  readonly policy: Policy;
  log: Log;
  now: () => Date;
}

/** As many days before an original may be destroyed people hear of it. */
const TOLD_DAYS = 7;

/** What the gate does by itself: the copies whose time is over go, and people are told of originals. One that cannot be does not stop the others. */
export async function keepServed(parts: RoundParts): Promise<void> {
  const { requests, log } = parts;
  for (const id of requests.ids())
    await requests
      .take(id, async (turn) => {
        if (turn.state.tracks.custody !== 'sealed' || isHeld(turn.state, parts.now())) return;
        await destroyCopies(parts, turn.state, async (data) => void (await turn.append({ event: 'copies-destroyed', by: 'gate', data })));
        const due = originalDue(parts.policy, turn.state);
        if (due === null || turn.state.destructionNear !== null || parts.now().getTime() < Date.parse(due) - TOLD_DAYS * DAY_MS) return;
        await turn.append({ event: 'destruction-near', by: 'gate', data: { dueAt: due } });
      })
      .catch((cause: unknown) => log('error', { event: 'copies-undestroyed', requestId: id, cause }));
}

async function destroyCopies(parts: RoundParts, state: RequestState, record: (data: CopiesDestroyed) => Promise<void>): Promise<void> {
  const { objects, now } = parts;
  const dueAt = copiesDueAt(state);
  if (dueAt === null || Date.parse(dueAt) > now().getTime()) return;
  const sums = await sealSums(objects, state, ['copies']);
  const keys = [keyOf(state.requestId, 'copies')];
  await destroyWith(parts, state.requestId, ['copies'], () => record({ dueAt, keys, ...sums }));
}
