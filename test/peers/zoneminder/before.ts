// A gate in front of the real ZoneMinder: its three cameras are those of one of the policy's sites, its accounts those of that site's people.
import { aGate, type TestGate } from '../../support/gate.js';
import type { Peer } from './peer.js';

export interface Before {
  gate: TestGate;
  /** Of ZoneMinder's pages at the gate, with `/zm/`. */
  pages: string;
  /** What the gate logged of errors. */
  errors: string[];
}

/** Whose the accounts are, and what the cameras are called. `admin` looks after ZoneMinder and sees no footage; `viewer` may look at live pictures alone. */
export const sites = {
  /** Tier 3: a reason is enough to look. */
  qinhuangdao: {
    whose: { operator: 'user:qhd.xing.staff', admin: 'user:qhd.ji.privacy', viewer: 'user:qhd.lian.duty' },
    cameras: { 1: 'qhd-ho-gate', 2: 'qhd-ho-street', 3: 'qhd-ho-school' },
  },
  /** Tier 1: it takes an application. */
  beijing: {
    whose: { operator: 'user:bj.luan.staff', admin: 'user:bj.lei.privacy', viewer: 'user:bj.kang.duty' },
    cameras: { 1: 'bj-ql-gate', 2: 'bj-ql-parking', 3: 'bj-ql-clinic' },
  },
} as const;
type Account = 'operator' | 'admin' | 'viewer';

/** Another loopback address than the gate's: cookies know no port. */
export async function aGateBefore(peer: Peer, more: { people?: readonly Account[]; zmUrl?: string; site?: keyof typeof sites } = {}): Promise<Before> {
  const { whose, cameras } = sites[more.site ?? 'qinhuangdao'];
  const people = (more.people ?? (Object.keys(whose) as Account[]))
    .map((account) => `{ account: ${account}, user: "${whose[account]}"${account === 'admin' ? ', administrator: true' : ''} }`)
    .join(', ');
  const errors: string[] = [];
  const gate = await aGate({
    beside: {
      recorders: `  - { id: zm-1, adapter: zoneminder, url: "${more.zmUrl ?? peer.url}", user: gate, pulls: 2, web: { host: 127.0.0.2, port: 0, people: [${people}] } }`,
      cameras: Object.entries(cameras).map(([monitor, camera]) => `  - { camera: ${camera}, recorder: zm-1, recording: "${monitor}" }`).join('\n'),
    },
    env: { EXPORTGATE_RECORDER_ZM_1_PASSWORD: peer.accounts.gate },
    log: (level, line) => {
      const cause = line.cause instanceof Error ? String(line.cause.cause ?? line.cause) : undefined;
      const text = `${level} ${JSON.stringify({ ...line, cause })}`;
      if (level === 'error') errors.push(text);
      if (process.env['GATE_LOG']) process.stderr.write(`${text}\n`);
    },
  });
  for (const user of Object.values(whose)) await gate.as(user);
  return { gate, pages: `${gate.placeOf('zm-1')}/zm/`, errors };
}
