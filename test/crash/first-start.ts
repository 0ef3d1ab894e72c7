// A gate that was never started before: killed once on its way to its first administrator, it comes up again and gets one.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Client } from '../../plugin/cli/client.js';
import type { Credentials } from '../../plugin/cli/login.js';
import { Problem } from '../../plugin/domain/problem.js';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { entriesIn } from './journal.js';
import { setUp } from './people.js';
import { filesUnder, makePlace, origin } from './place.js';
import { startServer, type Server } from './server.js';
import { liveUntil } from './survive.js';

/** `at` null: nobody kills it. Gives the points that the last life came by. `folder` must not exist; it is removed. */
export async function firstStart(folder: string, recorderUrl: string, at: string | null): Promise<readonly string[]> {
  const place = await makePlace(folder, recorderUrl);
  try {
    const desk: Desk = { login: null };
    if (at !== null) {
      const server = startServer(place, at);
      await liveUntil(server, { at }, live(server, desk, false));
    }
    const hasSignedIn = at !== null && (await entriesIn(place)).some(({ event }) => event === 'signed-in');
    const server = startServer(place);
    try {
      await live(server, desk, hasSignedIn);
    } finally {
      await server.kill();
    }
    const verdict = await verifyJournal(place.journal, verifierKey(origin, loadKeys(place.keys).log));
    assert.ok(verdict.intact, JSON.stringify(verdict));
    assert.deepEqual((await filesUnder(place.data)).filter((file) => file.endsWith('.part')), []);
    return server.points;
  } finally {
    await fs.promises.rm(folder, { recursive: true, force: true });
  }
}

/** What the person has noted down. */
interface Desk {
  login: Credentials | null;
}

/** A token is offered until an administrator has signed in: who died with the answer of the set-up has lost the secret in it. */
async function live(server: Server, desk: Desk, hasSignedIn: boolean): Promise<void> {
  const listening = await server.listening;
  assert.equal(listening.setupToken === null, hasSignedIn);
  if (!hasSignedIn) desk.login = await setUp(listening);
  await new Client(listening.url, desk.login).get('/api/v1/requests');
  assert.equal(await setUp({ ...listening, setupToken: used }).then(() => null, (thrown: unknown) => Problem.from(thrown).code), 'setup-closed');
  assert.equal(await server.stop(), 0, server.complaints());
}

/** The form of a token, and nobody's. */
const used = '00000000-00000000-00000000-00000000';
