// What must be true when a run is over, however often the server died in it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { RequestEventName } from '../../plugin/domain/audit-event.js';
import { isDrawn } from '../../plugin/domain/draw-review.js';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { fold, type RequestState } from '../../plugin/domain/lifecycle.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { readSealedJson, type CameraIndex } from '../../plugin/export/custody.js';
import { packageLists } from '../../plugin/export/named-objects.js';
import type { PackageIndex } from '../../plugin/export/seal-package.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { loadKeys, type Keys } from '../../plugin/keys/keys.js';
import { Objects } from '../../plugin/store/objects.js';
import { openStore } from '../../plugin/store/store.js';
import { shanghai } from '../support/gate.js';
import { entriesIn, historyIn } from './journal.js';
import { filesUnder, origin, type Place } from './place.js';
import { findPlaintext, type Sign } from './plaintext.js';
import type { Procedure } from './procedure.js';

/** Events that a whole history holds just so often, in whatever order two tracks wrote them. */
const counts: Partial<Record<RequestEventName, number>> = {
  'export-requested': 1, 'export-held': 1, 'footage-sealed': 1, 'preserve-completed': 1, 'request-reviewed': shanghai.steps.length, 'export-granted': 1,
  'package-sealed': 1, 'release-asked': 1, 'clip-released': 1, 'review-drawn': 1, 'export-denied': 0, 'export-returned': 0, 'export-unavailable': 0, 'fulfil-failed': 0,
};

export async function judge(place: Place, procedure: Procedure, signs: readonly Sign[]): Promise<RequestState> {
  const history = await historyIn(place);
  const count = (event: RequestEventName): number => history.filter((entry) => entry.event === event).length;
  assert.deepEqual(Object.fromEntries(Object.keys(counts).map((event) => [event, count(event as RequestEventName)])), counts);
  const state = fold(history);
  assert.equal(state.state, 'released');
  assert.deepEqual(state.voices.map(({ step }) => step), state.plan!.steps.map(({ step }) => step));
  assert.equal(new Set(state.voices.map(({ by }) => by)).size, shanghai.steps.length);
  assert.ok(state.transfers.length >= 1 && state.transfers.length <= state.release!.downloads, `${state.transfers.length} transfers`);

  // Whoever died in between, the lot fell by the release's own bytes.
  const link = history.findIndex((entry) => entry.event === 'clip-released') + 1;
  assert.deepEqual([state.draw?.seed, state.draw?.drawn], [history[link]?.previous, isDrawn(state.draw!.seed, state.draw!.percent)]);

  const keys = loadKeys(place.keys);
  const verdict = await verifyJournal(place.journal, verifierKey(origin, keys.log));
  assert.ok(verdict.intact, JSON.stringify(verdict));
  const found = await verifyPackage(procedure.packageFile, await fs.promises.readFile(procedure.keyFile, 'utf8'));
  assert.ok(found.intact && found.requestId === state.requestId, JSON.stringify(found));

  const files = await filesUnder(place.data);
  assert.deepEqual(files.filter((file) => file.endsWith('.part')), [], 'unfinished files are left');
  assert.deepEqual(await filesUnder(place.work), [], 'the work folder is not empty');
  assert.deepEqual(await findPlaintext([place.data, place.keys, place.temporary], signs), [], 'footage lies in the clear');
  await objectsAreNamed(place, keys, state);
  return state;
}

/** Every object is named by a list that the journal names, or is the scan whose hash it names; and every named object is there. */
async function objectsAreNamed(place: Place, keys: Keys, { takes, instrument, package: packed, release }: RequestState): Promise<void> {
  const objects = new Objects({ folder: place.objects, keys: keys.requests, newId: () => 'none' });
  const entries = await entriesIn(place);
  const named = new Set(entries.flatMap((entry) => (entry.event === 'policy-activated' ? [entry.data.index.object] : [])));
  named.add(release!.delivery.object);
  for (const list of [...takes.map((take) => take.index), ...packageLists(packed)]) {
    named.add(list.object);
    for (const artifact of (await readSealedJson<CameraIndex | PackageIndex>(objects, list)).artifacts) named.add(artifact.object);
  }
  const scans = [...new Set(entries.flatMap((entry) => (entry.event === 'scan-kept' ? [entry.data.sha256] : [])))];
  assert.deepEqual(scans, [instrument!.scanSha256]);
  const store = await openStore(path.join(place.data, 'store.sqlite'));
  try {
    for (const sha256 of scans) {
      const { object } = (await store.scans.find(sha256))!;
      const hash = createHash('sha256');
      for await (const bytes of objects.read(object)) hash.update(bytes);
      assert.equal(hash.digest('hex'), sha256);
      named.add(object);
    }
  } finally {
    await store.close();
  }
  const there = (await filesUnder(place.objects)).map((file) => path.basename(file, '.sealed'));
  assert.deepEqual(there, [...named].sort(), 'objects that no entry names, or entries that name none');
}
