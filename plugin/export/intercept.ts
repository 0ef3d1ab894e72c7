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

const LONGEST_NAME = 120;

/** Problem `journal-unwritable`: then nothing is answered but that. */
export async function stopAccess({ journal, store }: Parts, { client, operation, ...attempt }: Attempt): Promise<void> {
  await journal.append({
    event: 'access-stopped',
    by: 'gate',
    // A name as long as a message must not make the entry too long to be written: then nothing would be recorded.
    data: { ...attempt, operation: operation.slice(0, LONGEST_NAME), client: await store.personal.conceal('client', client) },
  });
}
