// A journal that takes no entry, for real: a running gate whose process may write no longer file. What must be recorded is not done.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { Journal } from '../../plugin/journal/journal.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { holdLock } from '../../plugin/store/sqlite.js';
import { aPlace, origin, serve, type Place, type Server } from '../cli/program.js';
import { footage, password, street } from '../support/gate.js';
import { startRecorder, type Recorder } from '../support/recorder/start-recorder.js';
import { call } from './onvif-client.js';
import { ask } from './raw.js';

const account = { user: 'operator', password: 'box-password' };
const replay = { service: 'replay', operation: 'GetReplayUri', inner: '<o:RecordingToken>REC_1</o:RecordingToken>' } as const;

/** So long that the limit below meets it and not the database beside it. */
async function fillJournal({ journal, keys }: Place): Promise<void> {
  const book = await Journal.open({ folder: journal, origin, key: loadKeys(keys).log, now: () => new Date(), hold: holdLock });
  await Promise.all(Array.from({ length: 3000 }, (_, at) => book.append({ event: 'gate-started', by: 'gate', data: { version: `0.0.${at}`, policyVersion: `sha256:${'0'.repeat(256)}` } })));
  await book.close();
}

describe('a journal that takes no entry', () => {
  let recorder: Recorder;
  let place: Place;
  let server: Server;
  const entries = (): string => path.join(place.journal, 'entries.ndjson');
  /** The soft limit of the running process, bytes; its disk is full from there on. */
  const limit = (bytes: string): Promise<unknown> => promisify(execFile)('prlimit', ['--pid', String(server.pid), `--fsize=${bytes}:`]);

  before(async () => {
    recorder = await startRecorder({ media: street, ...account, ...footage });
    place = await aPlace(recorder.url);
    await fillJournal(place);
    server = await serve(place);
  });
  after(async () => {
    await server.stop();
    await recorder.close();
    await fs.promises.rm(place.folder, { recursive: true, force: true });
  });

  it('means 503: no footage operation is answered, nothing is signed in to, and the recorder hears nothing; then it goes on', async () => {
    const front = server.fronts[0]!.url;
    assert.equal((await call(front, replay)).status, 403);
    await limit(String((await fs.promises.stat(entries())).size));
    const size = (await fs.promises.stat(entries())).size;

    const heard = recorder.requests.soap.length;
    for (const asked of [replay, { service: 'recording', operation: 'ExportRecordedData' }, { service: 'device', operation: 'SystemReboot' }] as const) {
      const answer = await call(front, asked, account);
      assert.deepEqual([answer.status, /gate:([\w-]+)</.exec(answer.text)?.[1]], [503, 'journal-unwritable']);
    }
    assert.equal((await ask(front, { target: '/onvif/snapshot' })).status, 503);
    assert.equal((await ask(front, { method: 'CONNECT', target: 'elsewhere.example:554' })).status, 503);
    assert.equal(recorder.requests.soap.length, heard);

    const post = (target: string, body: object) => ask(server.url, { method: 'POST', target, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const refused = await post('/api/v1/session', { user: 'user:sh.lu', password });
    assert.deepEqual([refused.status, (JSON.parse(refused.text) as { code: string }).code], [503, 'journal-unwritable']);
    assert.equal((await fs.promises.stat(entries())).size, size, 'the file is as it was');

    await limit('unlimited');
    assert.equal((await call(front, replay)).status, 403);
    assert.equal((await server.stop()).code, 0);
    const verdict = await verifyJournal(place.journal, verifierKey(origin, loadKeys(place.keys).log));
    assert.ok(verdict.intact, JSON.stringify(verdict));
  });
});
