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
  class: Exclude<RouteClass, 'safe' | 'live'>;
  recording: string | null;
  /** Network address and, where the message told it, the name used on the recorder. Personal: only a commitment is recorded. */
  client: { address: string; user: string | null };
}

const LONGEST_NAME = 120;

/** What the egress guard found in an answer that was about to leave. Problem `journal-unwritable`: the answer was broken off already. */
export async function ringGuard({ journal, store }: Parts, hit: { recorder: string; operation: string; why: string; client: Attempt['client'] }): Promise<void> {
  const client = await store.personal.conceal('client', hit.client);
  const { recorder, operation, why } = hit;
  await journal.append({ event: 'guard-hit', by: 'gate', data: { recorder, operation: operation.slice(0, LONGEST_NAME), why: why.slice(0, LONGEST_NAME), client } });
}

/** Problem `journal-unwritable`: then nothing is answered but that. */
export async function stopAccess({ journal, store }: Parts, { client, operation, ...attempt }: Attempt): Promise<void> {
  await journal.append({
    event: 'access-stopped',
    by: 'gate',
    // A name as long as a message must not make the entry too long to be written: then nothing would be recorded.
    data: { ...attempt, operation: operation.slice(0, LONGEST_NAME), client: await store.personal.conceal('client', client) },
  });
}
