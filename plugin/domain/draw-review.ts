// Which releases are reviewed afterwards. Pure, so that an auditor draws again from the journal and comes to the same.
import { sha256Hex } from './formats/digest.js';
import type { RequestState } from './lifecycle.js';

/** Keeps a draw from being the hash of anything else. */
const label = 'exportgate/review-after\n';

/** `seed`: leaf hash of the release's entry, hex. The first 32 bits of the hash, as a share of all, against the percentage (journal.md). */
export const isDrawn = (seed: string, percent: number): boolean =>
  Number.parseInt(sha256Hex(`${label}${seed}`).slice(0, 8), 16) * 100 < percent * 2 ** 32;

/** Drawn, and nobody reviewed it yet. */
export const isReviewDue = ({ draw, reviewedAfter }: Pick<RequestState, 'draw' | 'reviewedAfter'>): boolean =>
  draw?.drawn === true && reviewedAfter === null;
