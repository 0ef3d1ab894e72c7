// What the gate does by itself: every half minute clock, deadlines and expiry; a policy that waits for requests; every hour what nobody used.
import type { Log } from './domain/log.js';
import type { KeptKeyCopy } from './key-copy.js';
import type { Audits } from './export/audits.js';
import type { ClockWatch } from './export/clock-watch.js';
import { sweepDrafts } from './export/drafts.js';
import { keepServed } from './export/destroy.js';
import { doAll, finishLeft, type DestroyParts } from './export/destroy-with.js';
import { expireFootage } from './export/expire.js';
import type { NoticeFollower } from './export/follow-notices.js';
import type { MarkedCopies } from './export/marked-copies.js';
import type { MonthIndex } from './export/month-index.js';
import type { Policies } from './export/policies.js';
import type { Requests } from './export/requests.js';
import { sweepScans, type ScanParts } from './export/scans.js';
import type { Transfers } from './export/transfers.js';
import { flagLate } from './export/watch-deadlines.js';
import { warnOfOverwrites } from './export/watch-overwrites.js';
import { watchFolder } from './policy/watch-folder.js';

const DEADLINE_LOOK_MS = 30_000;
const PAPERS_LOOK_MS = 3_600_000;

export interface RoundsParts extends ScanParts, Pick<DestroyParts, 'shred'> {
  requests: Requests;
  policies: Policies;
  policiesFolder: string;
  clock: ClockWatch;
  follower: NoticeFollower;
  /** Names of all requests' keys that are in their folder. */
  keysThere(): readonly string[];
  months: MonthIndex;
  copies: Pick<MarkedCopies, 'sweep'>;
  transfers: Pick<Transfers, 'look'>;
  audits: Pick<Audits, 'look'>;
  /** Null where none is configured. */
  keyCopy: Pick<KeptKeyCopy, 'tend'> | null;
  keepLogs(): Promise<void>;
  /** Brings the journal's checkpoint to those who keep it; null where nobody does. */
  keepCheckpoint: (() => Promise<void>) | null;
  log: Log;
}

export interface Rounds {
  /** The half minute's, done now. */
  look(): Promise<void>;
  stop(): void;
}

/** The first look at policy files and papers is over when it resolves. */
export async function startRounds(parts: RoundsParts): Promise<Rounds> {
  const { requests, policies, objects, shred, keysThere, store, log, now } = parts;
  // In turn, and one that fails keeps none of the others back.
  const rounds: readonly (() => Promise<void> | void)[] = [
    () => parts.clock.look(),
    () => flagLate({ requests, log, now }),
    () => warnOfOverwrites({ policy: policies.inForce, requests, log, now }),
    // What is destroyed by a clock in doubt does not come back.
    () => (parts.clock.doubt === null ? expireFootage({ requests, objects, shred, log, now }) : undefined),
    () => (parts.clock.doubt === null ? keepServed({ requests, objects, shred, log, now, policy: policies.inForce }) : undefined),
    // Whatever the clock says: the journal has it already.
    () => finishLeft({ requests, objects, shred, keysThere }).catch((cause: unknown) => log('error', { event: 'destruction-unfinished', cause })),
    // What a store that failed kept back.
    () => parts.follower.wake(),
    () => parts.months.catchUp(),
    // Footage in the clear, marked: once its time is over it does not wait for somebody to ask for another.
    () => parts.copies.sweep(),
    () => parts.transfers.look(),
    () => parts.keepLogs(),
    () => parts.keepCheckpoint?.(),
    () => parts.keyCopy?.tend(),
    // Last: it goes on behind this look.
    () => parts.audits.look(),
  ];
  const look = (): Promise<void> => doAll(rounds);
  const lookAtPolicies = () => policies.look().catch((cause: unknown) => log('error', { event: 'policy-unread', cause }));
  const lookAtPapers = async (): Promise<void> => {
    await sweepScans(parts).catch((cause: unknown) => log('error', { event: 'scans-unswept', cause }));
    await sweepDrafts({ store, now }).catch((cause: unknown) => log('error', { event: 'drafts-unswept', cause }));
  };
  const stopWatching = watchFolder(parts.policiesFolder, () => void lookAtPolicies());
  const clocks = [
    setInterval(() => void look().catch((cause: unknown) => log('error', { event: 'deadlines-unread', cause })), DEADLINE_LOOK_MS),
    setInterval(() => {
      if (policies.waitsForRequests) void lookAtPolicies();
    }, DEADLINE_LOOK_MS),
    setInterval(() => void lookAtPapers(), PAPERS_LOOK_MS),
  ];
  await lookAtPolicies();
  await lookAtPapers();
  return {
    look,
    stop() {
      stopWatching();
      for (const clock of clocks) clearInterval(clock);
    },
  };
}
