// Packets of a playing session → access units, until the recorder ends it: T bit, BYE, FIN, or silence.
import { Problem } from '../../../plugin/domain/problem.js';
import type { PullReport } from '../../../plugin/domain/vms.js';
import type { Limits } from '../limits.js';
import { makeDepacketizer, type AccessUnit } from './depacketize.js';
import { holdsBye, readRtp } from './replay-extension.js';
import type { Replay } from './session.js';

/** PLAY was answered 200 and no data came: some servers do that now and then, and not again the next time. */
export class SilentPlay extends Error {}

const cutOff = (): Problem => new Problem('vms-unreachable', 'The recorder stopped in the middle of what it was sending.');

/**
 * Returns why it ended. Problems: `vms-unreachable` (cut off), `vms-fault`, `codec-unsupported`, `wrong-footage`; throws SilentPlay, and
 * the signal's reason.
 */
export async function* readUnits(replay: Replay, limits: Limits, signal: AbortSignal): AsyncGenerator<AccessUnit, PullReport['end']> {
  const { connection, channels, payloadType } = replay;
  const depacketizer = makeDepacketizer(payloadType);
  const isCut = (): boolean => depacketizer.isCut() || connection.isCut();
  let dataSeen = false;
  let last: AccessUnit | null = null;
  let since = performance.now();
  for (;;) {
    // Only pictures count as life: sender reports go on where nothing is played.
    const patience = (dataSeen ? limits.idleMs : limits.firstDataMs) - (performance.now() - since);
    const taken = await connection.packets.take(Math.max(1, patience));
    signal.throwIfAborted();
    if (taken.kind !== 'packet') {
      if (!dataSeen) throw new SilentPlay();
      if (isCut()) throw cutOff();
      if (taken.kind === 'idle') return 'idle';
      // A server that dies closes its connection just as one that is done: only the E bit (end of a section) tells them apart.
      if (!last?.flags.e) throw cutOff();
      return 'closed';
    }
    const { channel, payload } = taken.packet;
    if (channel === channels.rtcp && holdsBye(payload)) {
      if (depacketizer.isCut()) throw cutOff();
      return 'bye';
    }
    if (channel !== channels.rtp) continue;
    dataSeen = true;
    for (const unit of depacketizer.push(readRtp(payload))) {
      last = unit;
      yield unit;
      if (unit.flags.t) return 't-bit';
    }
    since = performance.now();
  }
}
