// How long what was handed over stays at the gate: the export copies as the policy says, the sealed original until its case is closed or the site's time
// has passed (courts compare with a backup). Holds win over both.
import { isReviewDue } from '../domain/draw-review.js';
import { bytesIn } from '../domain/byte-ranges.js';
import type { RequestState, Transfer } from '../domain/lifecycle.js';
import type { PackagePart } from '../domain/package-part.js';
import type { Instant } from '../domain/span.js';
import { packagesOf } from './deliver.js';

export const DAY_MS = 86_400_000;

/**
 * Received; failing that, when it first left, or when the release ended; what is only seen: when it was granted; what was made and nobody
 * releases: when it was made. Null: something is still owed for it.
 */
function servedAt(state: RequestState): Instant | null {
  const { release, plan, grantedAt, packagedAt, tracks } = state;
  const made = tracks.delivery === 'packaged' || tracks.delivery === 'release-asked' ? packagedAt : null;
  // Originals that leave apart are received apart: those who compare with what is sealed may have theirs later.
  if (release) return packagesOf(state).map(({ part }) => partServedAt(state, part, release.expiresAt)).reduce(later);
  return made ?? (plan?.deliver === 'view' ? grantedAt : null);
}

/** Of one package: its first receipt, signed medium or noted refusal; failing that its first fetch, or the end of the release. */
function partServedAt({ transfers, handovers }: RequestState, part: PackagePart, releaseEnds: Instant): Instant {
  const fetched = transfers.filter((it) => it.part === part && hasLeft(it));
  const received = [
    ...fetched.flatMap(({ receipt }) => (receipt ? [receipt.at] : [])),
    ...handovers.filter((it) => it.part === part).flatMap(({ signatures: [first] }) => (first ? [first.at] : [])),
  ];
  return received.length > 0 ? received.reduce((one, other) => (one === later(one, other) ? other : one)) : (fetched[0]?.at ?? releaseEnds);
}

/** Did a byte of it leave, as far as anybody knows? */
const hasLeft = ({ ended, receipt }: Transfer): boolean => receipt !== null || !ended?.ranges || bytesIn(ended.ranges) > 0;

/** When the gate destroys the export copies; null: there are none, or the policy names no time. Never while they may still be fetched. */
export function copiesDueAt(state: RequestState): Instant | null {
  const { release, plan, copiesDestroyed, tracks } = state;
  if (!release || copiesDestroyed || tracks.custody !== 'sealed' || plan!.retainDays === null) return null;
  const { part } = packagesOf(state)[0]!;
  return later(after(partServedAt(state, part, release.expiresAt), plan!.retainDays), release.expiresAt);
}

/**
 * From when on two people may destroy the sealed original: its case is closed, or `siteDays` (the site's row; null: the policy knows the site no longer) have passed since it was received. Not
 * before its copies' time: what lies in a package goes with it. Null: not at all as things stand.
 */
export function originalDueAt(state: RequestState, siteDays: number | null): Instant | null {
  const from = servedAt(state);
  // Whoever reviews afterwards sees what was released.
  if (from === null || state.tracks.custody !== 'sealed' || isReviewDue(state)) return null;
  const base = state.closed?.at ?? (siteDays === null ? null : after(from, siteDays));
  if (base === null) return null;
  return later(base, copiesDueAt(state) ?? (state.copiesDestroyed || !state.release ? base : state.release.expiresAt));
}

const after = (instant: Instant, days: number): Instant => new Date(Date.parse(instant) + days * DAY_MS).toISOString();
const later = (one: Instant, other: Instant): Instant => (Date.parse(one) < Date.parse(other) ? other : one);
