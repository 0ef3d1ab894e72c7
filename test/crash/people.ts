// The people of the run, made and signed in once: their tokens serve for every copy of the template.
import assert from 'node:assert/strict';
import { Client } from '../../plugin/cli/client.js';
import type { Credentials } from '../../plugin/cli/login.js';
import { cardOf, shanghai } from '../support/gate.js';
import { join, joinGate } from '../support/people.js';
import type { Place } from './place.js';
import { startServer, type Listening } from './server.js';

/** User → token, good for 15 minutes. */
export type Tokens = ReadonlyMap<string, string>;

export interface People {
  tokens: Tokens;
  /** At the template, which starts and stops for it: copies that are made afterwards know these tokens. Those of a minute ago are as good. */
  signInAgain(): Promise<Tokens>;
}

/** First start of a gate, its administrator and its accounts; ends with a clean stop. */
export async function seed(place: Place): Promise<People> {
  const logins = await whileUp(place, async (listening) => {
    const manager = new Client(listening.url, await setUp(listening));
    const joined: Credentials[] = [];
    for (const user of [shanghai.officer, ...shanghai.steps, ...shanghai.executors]) {
      const whom = { ...account(user), card: cardOf(user) };
      joined.push(await joinGate(listening.url, whom, manager, () => Promise.resolve(manager), now));
    }
    return joined;
  });
  const signIn = (): Promise<Tokens> =>
    whileUp(place, async ({ url }) => {
      const tokens = new Map<string, string>();
      for (const { otp, ...login } of logins) {
        const { token } = await new Client(url, null).post<{ token: string }>('/api/v1/session', { ...login, otp: await otp?.() });
        tokens.set(login.user, token);
      }
      return tokens;
    });
  let latest = { tokens: await signIn(), at: Date.now() };
  return {
    tokens: latest.tokens,
    async signInAgain() {
      // The gate takes a code of the second factor once, and there is a new one every half minute.
      if (Date.now() - latest.at > 60_000) latest = { tokens: await signIn(), at: Date.now() };
      return latest.tokens;
    },
  };
}

async function whileUp<T>(place: Place, step: (listening: Listening) => Promise<T>): Promise<T> {
  const server = startServer(place);
  try {
    const done = await step(await server.listening);
    assert.equal(await server.stop(), 0, server.complaints());
    return done;
  } finally {
    await server.kill();
  }
}

export const administrator = 'user:root.luo';

/** The first administrator, against the one-time token. */
export const setUp = ({ url, setupToken }: Listening): Promise<Credentials> => join(url, '/api/v1/setup', { token: setupToken, ...account(administrator) }, now);

const now = (): Date => new Date();
const account = (user: string) => ({ user, name: `示例${user.slice(5).replaceAll(/[^a-z]/g, '')}`, unit: '示例单位' });
