// One ZoneMinder as the other files see it: its address, the gate's account on it, the limits, the clock of the gate.
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';
import { makeApi, type Api } from './api.js';
import type { Clock } from './clock.js';
import type { Limits } from './limits.js';

export interface Device {
  /** Of its web interface, with a slash at its end: `http://192.0.2.10/zm/`. */
  base: URL;
  account: RecorderAddress;
  api: Api;
  limits: Limits;
  now: () => Date;
  /** What was read last, and when by `performance.now`. */
  clock: { read: Clock; at: number } | null;
}

/** Problem: `config-invalid` for an address or a login that could not be sent. */
export function makeDevice(account: RecorderAddress, limits: Limits, now: () => Date): Device {
  const base = URL.canParse(account.url) ? new URL(account.url) : null;
  if (
    !base ||
    !/^https?:$/.test(base.protocol) ||
    base.username ||
    base.password ||
    base.hash ||
    base.search ||
    /\.php/.test(base.pathname)
  )
    throw new Problem(
      'config-invalid',
      `The address of recorder ${account.id} must be that of ZoneMinder’s pages, like http://192.0.2.10/zm/, without a login in it.`,
    );
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  if (/\p{Cc}/u.test(account.user + account.password))
    throw new Problem('config-invalid', `The login of recorder ${account.id} holds a control character.`);
  return { base, account, api: makeApi(base, account, limits), limits, now, clock: null };
}
