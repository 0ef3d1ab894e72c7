// The instrument's 提供时限 runs. Past it a request is flagged and operators are told; silence never approves and never closes.
import type { Log } from '../domain/log.js';
import type { Requests } from './requests.js';

interface Parts {
  requests: Requests;
  log: Log;
  now: () => Date;
}

export async function flagLate({ requests, log, now }: Parts): Promise<void> {
  for (const id of requests.ids()) {
    const look = requests.take(id, async ({ state, append }) => {
      const provideBy = state.requested.instrument?.provideBy;
      const open = (state.tracks.approval === 'held' || state.tracks.approval === 'granted') && state.tracks.delivery !== 'released';
      if (!provideBy || state.late || !open || state.tracks.custody === 'unavailable' || Date.parse(provideBy) >= now().getTime()) return;
      await append({ event: 'deadline-missed', by: 'gate', data: { provideBy } });
      log('warn', { event: 'deadline-missed', requestId: id, outcome: state.state });
    });
    // One history that cannot be read does not silence the deadlines behind it.
    await look.catch((cause: unknown) => log('error', { event: 'deadline-unread', requestId: id, cause }));
  }
}
