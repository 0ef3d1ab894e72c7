// The first export with GStreamer as the recorder's replay side: what the gate hands over decodes like the source, frame for frame.
// Needs the Debian packages named in gstreamer-archive.py.
import assert from 'node:assert/strict';
import path from 'node:path';
import fs from 'node:fs';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { inFolder, machineTools, shownFrames } from '../media/tools.js';
import { aGate, shanghai, street, type TestGate } from '../support/gate.js';
import { approveAll, letGo, submit, until } from '../support/walk.js';
import { startArchive, type Archive } from './archive.js';

const start = new Date('2026-03-01T02:00:00Z');
const hole = { from: 100, to: 113 };
const at = (seconds: number): string => new Date(start.getTime() + seconds * 1000).toISOString();

/** Seconds of the archive; what must come of them. The film turns over at 79.5 s. */
const table = [
  ['from the middle of a group of pictures, across the turn of the film', 70.3, 82.3, 'complete', 1],
  ['across a hole', 95, 118, 'complete-with-holes', 2],
] as const;

describe('the whole gate with GStreamer’s replay', function () {
  this.timeout(60_000);
  let archive: Archive;
  let gate: TestGate;
  before(async () => {
    archive = await startArchive({ media: street, start, seconds: 300, hole, user: 'operator', password: 'box-password' });
    gate = await aGate({
      recorder: { start, end: new Date(start.getTime() + 300_000), holes: [{ from: new Date(at(hole.from)), to: new Date(at(hole.to)) }], replayUri: archive.url },
    });
  });
  after(async () => {
    await gate.close();
    await archive.close();
  });

  for (const [what, from, to, state, parts] of table)
    it(`${what}: ${state}, ${parts} part(s), every frame and its time`, async () => {
      const span = { from: at(from), to: at(to) };
      const { requestId } = await submit(gate, { items: [{ camera: 'sh-yf-street', ...span }] });
      await approveAll(gate, requestId);
      const seen = await until(gate, requestId, (now) => now.state === 'packaged');
      assert.deepEqual([seen.footage[0]?.state, seen.footage[0]?.parts], [state, parts]);
      for (const executor of shanghai.executors) await letGo(gate, executor, requestId);
      await inFolder(async (folder) => {
        const officer = await gate.as(shanghai.officer);
        const [zip, key] = [path.join(folder, 'package.zip'), path.join(folder, 'gate.pub')];
        await officer.download(`/api/v1/requests/${requestId}/package`, zip);
        await officer.download('/api/v1/keys/gate.pub', key);
        assert.ok((await verifyPackage(zip, await fs.promises.readFile(key, 'utf8'))).intact);
        const unpacked = path.join(folder, 'package');
        await unpackArchive(zip, unpacked);

        const { ffmpeg } = await machineTools();
        const source = (await shownFrames(ffmpeg, street)).map((frame) => frame.md5);
        const coverage = JSON.parse(await fs.promises.readFile(path.join(unpacked, 'original/sh-yf-street/coverage.json'), 'utf8')) as {
          spans: { parts: { path: string; facts: { firstUtcMicros: number } }[] }[];
        };
        const shown = [];
        for (const part of coverage.spans[0]!.parts)
          for (const frame of await shownFrames(ffmpeg, path.join(unpacked, part.path)))
            shown.push({ utcMicros: part.facts.firstUtcMicros + frame.micros, md5: frame.md5 });
        const wanted = gate.recorder.expectedUnits(span).filter((unit) => !unit.preRoll);
        assert.deepEqual(shown, wanted.map((unit) => ({ utcMicros: unit.utcMicros, md5: source[unit.fileFrame] })));
      });
    });
});
