// Units of a playing session, until the recorder ends it: T bit, BYE, FIN, or silence.
import { Problem } from '../../../plugin/domain/problem.js';
import type { PullReport } from '../../../plugin/domain/vms.js';
import { dripBytes, type Limits } from '../limits.js';
import type { AccessUnit } from './access-unit.js';
import type { Taken } from './unit-queue.js';
import { cutOff, type Reading } from './reading.js';

export interface Ending {
  end: PullReport['end'];
  /** Did the last picture bear the E bit? A server that dies closes its connection just as one that is done. */
  told: boolean;
}

const silent = (): Problem => new Problem('vms-unreachable', 'The recorder agreed to play and then sent nothing.');
const dripping = (): Problem => new Problem('vms-unreachable', 'The recorder sends less than a kilobyte in a second.');

/** Waits for the next one; only packets of kept tracks count as life: sender reports go on where nothing is played. */
function makeWaiter(reading: Reading, limits: Limits) {
  let [waited, bytes] = [0, 0];
  return async (): ReturnType<Reading['units']['take']> => {
    for (;;) {
      const packets = reading.packets();
      const begun = performance.now();
      const taken = await reading.units.take(packets === 0 ? limits.firstDataMs : limits.idleMs);
      // A large unit may take longer than the silence that is borne, but not without end.
      waited += performance.now() - begun;
      if (waited >= limits.dripMs) {
        if (reading.bytes() - bytes < dripBytes) throw dripping();
        [waited, bytes] = [0, reading.bytes()];
      }
      if (taken !== 'idle' || reading.packets() === packets) return taken;
    }
  };
}

/**
 * Ends when the video and every track that sent something have ended. Problems: `vms-unreachable` (silent, dripping, cut off in the
 * middle of something), `vms-fault`, `codec-unsupported`, `wrong-footage`; throws the signal's reason.
 */
export async function* readUnits(reading: Reading, limits: Limits, signal: AbortSignal): AsyncGenerator<AccessUnit, Ending> {
  const wait = makeWaiter(reading, limits);
  const ended = new Map<number, 't-bit' | 'bye'>();
  const seen = new Set<number>();
  let told = false;
  let isOver: Exclude<Ending['end'], 'past-span'> | null = null;
  for (;;) {
    const taken: Taken = reading.units.next() ?? (isOver ? 'ended' : await wait());
    signal.throwIfAborted();
    if (taken === 'idle' || taken === 'ended') {
      if (isOver) return { end: ended.get(0) ?? isOver, told };
      if (reading.packets() === 0) throw silent();
      if (reading.isCut()) throw cutOff();
      // What only the next packet would have ended stands in the queue now.
      isOver = taken === 'idle' ? 'idle' : 'closed';
      continue;
    }
    if ('bye' in taken) ended.set(taken.bye, 'bye');
    else {
      seen.add(taken.track);
      if (taken.track === 0) told = taken.flags.e;
      yield taken;
      if (taken.flags.t) ended.set(taken.track, 't-bit');
    }
    const end = ended.get(0);
    if (end && [...seen].every((track) => ended.has(track))) return { end, told };
  }
}
