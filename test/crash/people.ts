// The people of the run, made and signed in once: their tokens serve for every copy of the template.
import assert from 'node:assert/strict';
import { Client } from '../../plugin/cli/client.js';
import { password, shanghai } from '../support/gate.js';
import type { Place } from './place.js';
import { startServer, type Listening } from './server.js';

/** User → token, good for 15 minutes. */
export type Tokens = ReadonlyMap<string, string>;

/** First start of a gate, its administrator and its accounts; ends with a clean stop. */
export async function seed(place: Place): Promise<Tokens> {
  const server = startServer(place);
  try {
    const listening = await server.listening;
    const { url } = listening;
    await setUp(listening);
    const manager = new Client(url, { user: administrator, password });
    const tokens = new Map<string, string>();
    for (const user of [shanghai.officer, ...shanghai.steps, ...shanghai.executors]) {
      await manager.post('/api/v1/accounts', account(user));
      const { token } = await new Client(url, null).post<{ token: string }>('/api/v1/session', { user, password });
      tokens.set(user, token);
    }
    assert.equal(await server.stop(), 0, server.complaints());
    return tokens;
  } finally {
    await server.kill();
  }
}

export const administrator = 'user:root.luo';

/** The first administrator, against the one-time token. */
export const setUp = ({ url, setupToken }: Listening): Promise<unknown> =>
  new Client(url, null).post('/api/v1/setup', { token: setupToken, ...account(administrator) });

const account = (user: string) => ({ user, name: `示例${user.slice(5).replaceAll(/[^a-z]/g, '')}`, unit: '示例单位', password });
