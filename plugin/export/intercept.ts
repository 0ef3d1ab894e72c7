// An ordinary client asks a recorder for what must not pass: recorded first, refused after.
import type { RouteClass } from '../domain/adapter.js';
import type { Journal } from '../journal/journal.js';
import type { Store } from '../store/store.js';

interface Parts {
  journal: Journal;
  store: Store;
}

export interface Attempt {
  recorder: string;
  operation: string;
  class: Exclude<RouteClass, 'safe'>;
  recording: string | null;
  /** Network address and, where the message told it, the name used on the recorder. Personal: only a commitment is recorded. */
  client: { address: string; user: string | null };
}

/** Problem `journal-unwritable`: then nothing is answered but that. */
export async function stopAccess({ journal, store }: Parts, { client, ...attempt }: Attempt): Promise<void> {
  await journal.append({
    event: 'access-stopped',
    by: 'gate',
    data: { ...attempt, client: await store.personal.conceal('client', client) },
  });
}
