// A gate that was never started before: killed once on its way to its first administrator, it comes up again and gets one.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Client } from '../../plugin/cli/client.js';
import { Problem } from '../../plugin/domain/problem.js';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { setUp } from './people.js';
import { filesUnder, makePlace, origin } from './place.js';
import { startServer, type Server } from './server.js';
import { liveUntil } from './survive.js';

/** `at` null: nobody kills it. Gives the points that the last life came by. `folder` must not exist; it is removed. */
export async function firstStart(folder: string, recorderUrl: string, at: string | null): Promise<readonly string[]> {
  const place = await makePlace(folder, recorderUrl);
  try {
    if (at !== null) {
      const server = startServer(place, at);
      await liveUntil(server, { at }, live(server));
    }
    const server = startServer(place);
    try {
      await live(server);
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

async function live(server: Server): Promise<void> {
  const listening = await server.listening;
  // A token is offered until an administrator has signed in: who died with the answer of the set-up has lost the secret in it.
  assert.ok(listening.setupToken);
  await new Client(listening.url, await setUp(listening)).get('/api/v1/requests');
  assert.equal(await setUp({ ...listening, setupToken: used }).then(() => null, (thrown: unknown) => Problem.from(thrown).code), 'setup-closed');
  assert.equal(await server.stop(), 0, server.complaints());
}

/** The form of a token, and nobody's. */
const used = '00000000-00000000-00000000-00000000';
