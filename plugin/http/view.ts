// A request as people see it: names instead of pseudonyms, one word for where it stands, and what it waits for.
import type { Basis } from '../domain/basis.js';
import { nextStep } from '../domain/approval.js';
import { drawingsOf, undrawn } from '../domain/drawing.js';
import { dueTimes, glassEndsAt, paperDueAt } from '../domain/due-times.js';
import { isConfidential, kindOf } from '../domain/kind.js';
import { unconfirmed, type RequestState, type State } from '../domain/lifecycle.js';
import type { RequestRow } from '../store/requests.js';
import type { Store } from '../store/store.js';
import { warnOfNumber } from '../papers/instrument-number.js';
import { keptInRegister } from '../export/erase.js';
import { countOf } from '../export/deliver.js';
import { originalDue } from '../export/destroy.js';
import { expiresAt } from '../export/expire.js';
import { copiesDueAt } from '../export/keeping-times.js';
import type { Policy } from '../policy/load.js';
import type { MonthIndex } from '../export/month-index.js';
import { fulfilmentOf } from '../export/gap-report.js';
import { handoverNumber, isSigned } from '../export/handover.js';
import type { PeopleParts } from '../export/people.js';
import { makeNames } from '../export/register-row.js';
import { applicationOf, erasedWord, namesOf, textOf, unitOf } from '../export/revealed.js';

interface ViewParts {
  store: Store;
  people: Pick<PeopleParts, 'roll'>;
  months: MonthIndex;
  readonly policy: Policy;
  gateCode: string;
}

export async function viewOf(state: RequestState, { store, people, months, policy, gateCode }: ViewParts) {
  const namedOf = makeNames({ store, people });
  const named: Record<string, { name: string; unit: string }> = {};
  const nameOf = async (person: string | null) => {
    if (person === null) return null;
    const { user, name, unit } = await namedOf(person);
    named[user ?? person] = { name, unit };
    return user ?? person;
  };
  const application = await applicationOf(state, store);
  const explained = state.words.find(({ field }) => field === 'explanation');
  const waits = state.tracks.approval === 'held' ? nextStep(state) : null;
  const view = {
    requestId: state.requestId,
    state: state.state,
    ...state.tracks,
    kind: kindOf(state.requested),
    confidential: isConfidential(state.requested.basis),
    basis: state.requested.basis,
    purpose: state.requested.purpose ?? 'evidence',
    city: state.requested.city,
    site: state.requested.site,
    items: state.requested.items,
    unit: await unitOf(state, store),
    applicant: await nameOf(state.requested.applicant),
    enteredBy: await nameOf(state.requested.enteredBy),
    requestedAt: state.requestedAt,
    reason: application?.reason ?? erasedWord,
    necessity: application?.necessity ?? null,
    visitor: application?.visitor ?? null,
    ticket: application?.ticket ?? null,
    recordingReference: application?.recordingReference ?? null,
    caseNumber: application?.caseNumber ?? null,
    instrument: application?.instrument ?? null,
    numberWarning: application?.instrument ? warnOfNumber(application.instrument.number) : null,
    officers: application?.officers ?? [],
    late: state.late,
    plan: state.plan,
    planDigest: state.planDigest,
    sla: dueTimes(state),
    slaMissed: state.slaMissed,
    waitsFor: waits,
    waitsForRoom: state.waitsFor,
    voices: await Promise.all(
      state.voices.map(async ({ step, by, at, standsInFor }) => ({
        step,
        at,
        by: await nameOf(by),
        standsInFor: await nameOf(standsInFor),
      })),
    ),
    granted: state.plan?.items ?? [],
    grantedAt: state.grantedAt,
    endedAt: state.endedAt,
    callBacks: await Promise.all(state.callBacks.map(async (call) => ({ ...call, by: await nameOf(call.by) }))),
    paper: state.paper && { ...state.paper, servedBy: await nameOf(state.paper.servedBy) },
    paperDueAt: paperDueAt(state),
    paperOverdue: state.paperOverdue,
    glass: state.glass && { ...state.glass, askedBy: await nameOf(state.glass.askedBy), endsAt: glassEndsAt(state) },
    hold: state.hold && {
      until: state.hold.until,
      at: state.hold.at,
      by: await nameOf(state.hold.by),
      reason: await textOf(state, state.hold.reason, store),
    },
    explanation: explained ? await textOf(state, explained.commitment, store) : null,
    footageExpiresAt: expiresAt(state),
    keeping: {
      closedAt: state.closed?.at ?? null,
      copiesDueAt: copiesDueAt(state),
      copiesDestroyedAt: state.copiesDestroyed?.at ?? null,
      originalDueAt: originalDue(policy, state),
      destructionAskedBy: await nameOf(state.destructionAsked?.by ?? null),
      destroyedAt: (state.destroyed ?? state.foundDestroyed)?.at ?? null,
    },
    keptUntil: keptInRegister(months, state),
    views: state.views.length,
    denied: state.denied,
    returned: state.returned && {
      ...state.returned,
      ...(state.returned.standsInFor && { standsInFor: await nameOf(state.returned.standsInFor) }),
    },
    attempts: state.attempts,
    lastFailure: state.lastFailure,
    footage: state.takes.map(({ camera, state: take, doubt, parts, frames, bytes }) => ({
      camera,
      state: take,
      doubt,
      parts,
      frames,
      bytes,
    })),
    areas: await Promise.all(drawingsOf(state).map(async ({ camera, count, by, at }) => ({ camera, count, at, by: await nameOf(by) }))),
    areasMissing: undrawn(state),
    missing: state.missing,
    fulfilment: fulfilmentOf(state),
    timesUnconfirmed: unconfirmed(state),
    manifestSha256: state.package?.manifest ?? null,
    releaseAskedBy: await nameOf(state.releaseAskedBy),
    release: state.release && {
      at: state.release.at,
      expiresAt: state.release.expiresAt,
      downloads: state.release.downloads,
      fetched: countOf(state, 'whole') + countOf(state, 'copies'),
      ...(state.release.originalsFor !== undefined && {
        originalsFor: await nameOf(state.release.originalsFor),
        originalsFetched: countOf(state, 'originals'),
      }),
      executors: await Promise.all(state.release.executors.map(nameOf)),
    },
    receivedAt: state.receivedAt,
    transfers: await Promise.all(
      state.transfers.map(async ({ by, receipt, ...it }) => ({ ...it, by: await nameOf(by), receipt: receipt && { ...receipt, by: await nameOf(receipt.by) } })),
    ),
    handovers: await Promise.all(
      state.handovers.map(async ({ by, receivers, signatures, ...it }) => ({
        ...it,
        number: handoverNumber(state, it.handover, gateCode),
        by: await nameOf(by),
        name: (await namedOf(by)).name,
        receivers: await namesOf(state, receivers, store),
        signatures: await Promise.all(signatures.map(async (signed) => ({ ...signed, by: await nameOf(signed.by) }))),
        signed: isSigned(state, { ...it, by, receivers, signatures }),
      })),
    ),
    afterReview: state.draw && {
      percent: state.draw.percent,
      drawn: state.draw.drawn,
      dueAt: state.draw.dueAt,
      overdue: state.reviewOverdue,
      finding: state.reviewedAfter?.finding ?? null,
      by: await nameOf(state.reviewedAfter?.by ?? null),
      at: state.reviewedAfter?.at ?? null,
    },
  };
  return { ...view, people: named };
}

/** One line of a list. */
export const summaryOf = (row: RequestRow, state: RequestState) => ({
  requestId: row.id,
  state: row.state as State,
  city: row.city,
  site: row.site,
  basis: row.basis as Basis,
  requestedAt: row.requested_at,
  provideBy: row.provide_by,
  waitsForStep: row.waits_for_step,
  voices: state.voices.length,
  steps: state.plan?.steps.length ?? 0,
  dueAt: state.endedAt === null && state.release === null ? (dueTimes(state)?.releaseBy ?? null) : null,
  late: row.late === 1,
  applicant: row.applicant,
});
