// 紧急: somebody asks by telephone. They are called back on a published number; the footage is preserved at once and, once agreed to, seen;
// no file leaves before the paper came and somebody accepted it.
import { judgeCallBack, judgeKept, judgeParty } from '../domain/approval.js';
import type { Form } from '../domain/export-request.js';
import { isHurried, kindOf } from '../domain/kind.js';
import type { LegalInstrument } from '../domain/legal-instrument.js';
import { awaitsPaper, type RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Instant } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import { judgeApplication } from '../policy/application.js';
import type { Store } from '../store/store.js';
import { missingScans, tidy } from './admit.js';
import { nameOfficers, type OfficerParts } from './name-officers.js';
import { expectNotNamed } from './named.js';
import type { Requests, Turn } from './requests.js';
import { applicationOf } from './revealed.js';
import { bindScans } from './scans.js';

interface Parts {
  readonly policy: Policy;
  requests: Requests;
  store: Store;
  now: () => Date;
}

/** By one of the custodian's own reviewers. Problems: `not-permitted`, `own-request`, `state-conflict`, `directory-unknown`. */
export async function recordCallBack(
  parts: Parts,
  person: Person,
  requestId: string,
  { directory, confirmed }: { directory: string; confirmed: boolean },
): Promise<RequestState> {
  return parts.requests.take(requestId, async (turn) => {
    judgeStaff(parts.policy, turn.state, person);
    judgeParty(turn.state, person.pseudonym);
    await expectNotNamed(parts.store, turn.state, person.user);
    const { city, basis } = turn.state.requested;
    if (!isHurried(basis)) throw new Problem('state-conflict', `Request ${requestId} is not made in a hurry; nobody is called back for it.`);
    const entry = parts.policy.directory.get(directory);
    if (!entry || (entry.city !== '*' && entry.city !== city)) {
      const known = [...parts.policy.directory.values()].filter((it) => it.city === '*' || it.city === city).map(({ id }) => id);
      throw new Problem(
        'directory-unknown',
        `directory.csv lists no ${directory.slice(0, 40)} for ${city}; right is one of: ${known.join(', ')}.`,
      );
    }
    await turn.append({ event: 'call-back-made', by: person.pseudonym, data: { directory, confirmed } });
    return turn.state;
  });
}

/**
 * The paper of an emergency, by who applied, or by a clerk who then does not accept it.
 * Problems: `not-permitted`, `state-conflict`, `officer-unknown`, `request-returned` with every fault of the form.
 */
export async function servePaper(
  parts: Parts & OfficerParts,
  person: Person,
  requestId: string,
  paper: { instrument: LegalInstrument; officers?: Form['officers'] | undefined },
): Promise<RequestState> {
  const { policy, store } = parts;
  return parts.requests.take(requestId, async (turn) => {
    const { state } = turn;
    const isParty = [state.requested.applicant, state.requested.enteredBy].includes(person.pseudonym);
    if (!isParty) judgeStaff(policy, state, person);
    judgeAwaits(state);
    judgeKept(state);
    const form = await applicationOf(state, store);
    if (!form) throw new Problem('state-conflict', `The application of ${requestId} was erased; no paper can be put to it.`);
    const applicant = await store.people.userOf(state.requested.applicant);
    const { basis, site } = state.requested;
    const officers = paper.officers && (await nameOfficers(parts, paper.officers, { applicant: applicant ?? person.user, basis, site }));
    const application = tidy({ ...form, items: state.plan!.items, instrument: paper.instrument, ...(officers && { officers }) });
    const people = applicant ? [applicant, person.user] : [person.user];
    const faults = [
      ...judgeApplication(application, state.plan!, policy.law, parts.now()),
      ...(await missingScans(store, people, application)),
    ];
    if (faults.length > 0)
      throw new Problem('request-returned', 'The paper is not taken; mend the named places and serve it again.', { requestId, faults });
    const { type, scanSha256, provideBy = null } = application.instrument!;
    await bindScans(store, requestId, [scanSha256]);
    const commitment = await store.personal.conceal('application', { ...application, items: form.items });
    await turn.append({
      event: 'paper-served',
      by: person.pseudonym,
      data: { instrument: { type, scanSha256, provideBy }, application: commitment },
    });
    return turn.state;
  });
}

/**
 * By one of the custodian's reviewers who neither applied nor served it. `servedAt` names the paper that they looked at: another one may have
 * been served meanwhile. Problems: `not-permitted`, `own-request`, `paper-missing`, `state-conflict`.
 */
export async function acceptPaper(parts: Parts, person: Person, requestId: string, servedAt: Instant): Promise<RequestState> {
  return parts.requests.take(requestId, async (turn) => {
    const { state } = turn;
    judgeStaff(parts.policy, state, person);
    judgeParty(state, person.pseudonym);
    await expectNotNamed(parts.store, state, person.user);
    judgeAwaits(state);
    judgeKept(state);
    judgeCallBack(state);
    if (!state.paper) throw new Problem('paper-missing', `No paper was served for ${requestId} yet.`);
    if (state.paper.servedBy === person.pseudonym)
      throw new Problem('own-request', 'Who served the paper does not accept it; somebody else compares it with the form.');
    if (servedAt !== state.paper.servedAt)
      throw new Problem('state-conflict', `Another paper was served at ${state.paper.servedAt}; look at that one before you accept it.`);
    await turn.append({ event: 'paper-accepted', by: person.pseudonym, data: { scanSha256: state.instrument!.scanSha256 } });
    return turn.state;
  });
}

/** An emergency of which no paper comes ends with an explanation; the footage stays sealed until it expires. */
export async function closeEmergency(parts: Parts, person: Person, requestId: string, explanation: string): Promise<RequestState> {
  return parts.requests.take(requestId, async (turn: Turn) => {
    judgeStaff(parts.policy, turn.state, person);
    judgeParty(turn.state, person.pseudonym);
    await expectNotNamed(parts.store, turn.state, person.user);
    judgeAwaits(turn.state);
    const commitment = await parts.store.personal.conceal('explanation', explanation);
    await turn.append({ event: 'request-closed', by: person.pseudonym, data: { explanation: commitment } });
    return turn.state;
  });
}

function judgeStaff(policy: Policy, { requested: { site } }: RequestState, { user }: Person): void {
  if (!policy.allows(user, 'review', 'request:*', site))
    throw new Problem('not-permitted', `No policy row lets ${user} review requests at ${site}.`);
}

function judgeAwaits(state: RequestState): void {
  const isOpen = state.tracks.approval === 'held' || state.tracks.approval === 'granted';
  if (kindOf(state.requested) !== 'emergency' || !isOpen || !awaitsPaper(state))
    throw new Problem('state-conflict', `Request ${state.requestId} is ${state.state} and waits for no paper.`);
}
