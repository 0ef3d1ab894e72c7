// The main job, for real: recorder → gate → people → package, and what comes out is what the recorder held, frame for frame.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { verifierPage } from '../../plugin/evidence/page.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { bundledTools, inFolder, machineTools, shownFrames } from '../media/tools.js';
import { readMp4 } from '../media/read-mp4.js';
import { elementary } from '../media/street.js';
import { aGate, shanghai, street, type TestGate } from '../support/gate.js';
import { asThePageSays, verifyByPage } from '../support/evidence/by-page.js';
import { approveAll, letGo, problemOf, show, submit, until } from '../support/walk.js';
import { fetchOriginals, fetchPackage } from '../support/fetch-package.js';

/** Begins in the middle of a group of pictures, and crosses the seam at which the recorder's film begins again. */
const span = { from: '2026-03-01T02:00:31.300Z', to: '2026-03-01T02:00:37.300Z' };

describe('the first export', () => {
  let gate: TestGate;
  let requestId: string;
  before(async () => {
    gate = await aGate();
    ({ requestId } = await submit(gate, { items: [{ camera: 'sh-yf-street', ...span }] }));
    await approveAll(gate, requestId);
    await until(gate, requestId, (seen) => seen.state === 'packaged');
  });
  after(() => gate.close());

  it('is released by two executors, once', async () => {
    assert.equal((await letGo(gate, shanghai.executors[0], requestId)).state, 'release-asked');
    const early = await problemOf((await gate.as(shanghai.officer)).post(`/api/v1/requests/${requestId}/transfers`, {}));
    assert.equal(early?.code, 'state-conflict');
    assert.equal((await letGo(gate, shanghai.executors[1], requestId)).state, 'released');
    assert.equal((await problemOf(letGo(gate, shanghai.executors[1], requestId)))?.code, 'state-conflict');
    const { release } = await show(gate, requestId);
    assert.deepEqual(release?.executors, [...shanghai.executors]);
  });

  it('gives a package that verifies; frames and times are the recorder’s; the viewing copy is whole', async () => {
    await inFolder(async (folder) => {
      const officer = await gate.as(shanghai.officer);
      const [zip, key] = [path.join(folder, 'package.zip'), path.join(folder, 'gate.pub')];
      await fetchPackage(officer, requestId, zip);
      await officer.download('/api/v1/keys/gate.pub', key);
      const found = await verifyPackage(zip, await fs.promises.readFile(key, 'utf8'));
      assert.ok(found.intact, JSON.stringify(found));
      assert.deepEqual(await verifyByPage(await fs.promises.readFile(zip), await fs.promises.readFile(key, 'utf8')), asThePageSays(found));
      const unpacked = path.join(folder, 'package');
      await unpackArchive(zip, unpacked);
      assert.deepEqual(await verifyPackage(unpacked, await fs.promises.readFile(key, 'utf8')), found);
      // Tier 1 hands originals over apart.
      const [apart, originals] = [path.join(folder, 'originals.zip'), path.join(folder, 'originals')];
      await fetchOriginals(officer, await gate.as(shanghai.executors[0]), requestId, apart);
      assert.ok((await verifyPackage(apart, await fs.promises.readFile(key, 'utf8'))).intact);
      await unpackArchive(apart, originals);

      assert.deepEqual(await fs.promises.readFile(path.join(unpacked, 'verify.html')), verifierPage());

      const { ffmpeg } = await machineTools();
      const source = (await shownFrames(ffmpeg, street)).map((frame) => frame.md5);
      const wanted = gate.recorder.expectedUnits(span).filter((unit) => !unit.preRoll);
      const shown = await shownFrames(ffmpeg, path.join(originals, 'original/sh-yf-street/01.mp4'));
      assert.equal(shown.length, 60);
      assert.deepEqual(shown.map((frame) => frame.md5), wanted.map((unit) => source[unit.fileFrame]));
      assert.deepEqual(shown.map((frame) => frame.micros), wanted.map((_, at) => at * 100_000));

      const units = (await fs.promises.readFile(path.join(originals, 'original/sh-yf-street/units.ndjson'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { utc: string; preRoll: boolean });
      const held = gate.recorder.expectedUnits(span);
      assert.deepEqual(units.map((unit) => unit.preRoll), held.map((unit) => unit.preRoll));
      const stored = readMp4(await fs.promises.readFile(path.join(originals, 'original/sh-yf-street/01.mp4')));
      assert.ok(elementary(stored.samples.map((sample) => sample.data)).equals(Buffer.concat(held.flatMap((unit) => unit.nals.flatMap((nal) => [Buffer.from([0, 0, 0, 1]), nal])))));

      const viewing = await shownFrames(ffmpeg, path.join(unpacked, 'viewing/sh-yf-street/01.mp4'));
      assert.equal(viewing.length, 60);
      assert.deepEqual(viewing.map((frame) => frame.micros), shown.map((frame) => frame.micros));
    });
  });

  it('is fetched as often as the plan says and no more; each time is in the journal', async () => {
    await inFolder(async (folder) => {
      const officer = await gate.as(shanghai.officer);
      await fetchPackage(officer, requestId, path.join(folder, 'second.zip'));
      assert.equal((await problemOf(fetchPackage(officer, requestId, path.join(folder, 'third.zip'))))?.code, 'release-expired');
      assert.equal((await show(gate, requestId)).release?.fetched, 2);
    });
  });

  it('survives a restart as it is', async () => {
    // The first one ends the transfers that still went on.
    await gate.restart();
    const before = await show(gate, requestId);
    await gate.restart();
    assert.deepEqual(await show(gate, requestId), before);
  });

  it('leaves no picture in the clear on the disk', async () => {
    for (const file of await fs.promises.readdir(path.join(gate.folder, 'data'), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const bytes = await fs.promises.readFile(path.join(file.parentPath, file.name));
      for (const box of ['ftypisom', 'moov', 'mdat', 'avcC']) assert.equal(bytes.includes(box), false, `${file.name} holds ${box}`);
    }
  });
});

describe('without ffmpeg on the machine', () => {
  it('the bundled one is found, and says that it is bundled', async () => {
    assert.equal((await bundledTools()).bundled, true);
  });
});
