// Waits until machines have brought a request to a state, by asking; says so when it ends elsewhere.
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../domain/problem.js';
import type { State } from '../domain/lifecycle.js';
import type { Client } from './client.js';

const EVERY_MS = 200;
const MOST_TRIES = 1500;
const ended: readonly State[] = ['denied', 'returned', 'not-available', 'released', 'destroyed'];

export async function untilState(client: Client, requestId: string, wanted: State): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { state, lastFailure } = await client.get<{ state: State; lastFailure: string | null }>(`/api/v1/requests/${requestId}`);
    if (state === wanted) return;
    if (ended.includes(state))
      throw new Problem('state-conflict', `Request ${requestId} ended ${state}${lastFailure ? ` (${lastFailure})` : ''}.`);
    await wait(EVERY_MS);
  }
  throw new Problem('state-conflict', `Request ${requestId} did not become ${wanted} in time.`);
}
