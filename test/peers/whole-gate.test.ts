// An export with GStreamer as the recorder's replay side: what the gate hands over decodes like the source, frame for frame.
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
import { expectedOf, readClip } from './clip.js';
import { fetchOriginals } from '../support/fetch-package.js';

const start = new Date('2026-03-01T02:00:00Z');
const hole = { from: 100, to: 113 };
/** Sound's times in a file are counted in samples: one of 16 kHz, in microseconds. */
const tick = 63;
const at = (seconds: number): string => new Date(start.getTime() + seconds * 1000).toISOString();

/** Film, seconds of the archive; what must come of them. street.mp4 turns over at 79.5 s, the others every 12 s. */
const table = [
  ['H.264, from the middle of a group of pictures, across the turn of the film', 'street.mp4', 70.3, 82.3, 'complete', 1],
  ['H.264, across a hole', 'street.mp4', 95, 118, 'complete-with-holes', 2],
  ['H.265, across a turn and a hole', 'street-h265.mp4', 93.3, 118, 'complete-with-holes', 2],
  ['H.264 with B-frames and AAC, from the middle of a group of pictures', 'street-b.mp4', 70.3, 82.3, 'complete', 1],
  ['H.264 with B-frames and AAC, across a hole', 'street-b.mp4', 95, 118, 'complete-with-holes', 2],
] as const;

describe('the whole gate with GStreamer’s replay', function () {
  this.timeout(60_000);
  let archive: Archive;
  let gate: TestGate;
  const open = async (film: string): Promise<void> => {
    archive = await startArchive({ media: film, start, seconds: 300, hole, user: 'operator', password: 'box-password' });
    gate = await aGate({
      recorder: { start, end: new Date(start.getTime() + 300_000), holes: [{ from: new Date(at(hole.from)), to: new Date(at(hole.to)) }], replayUri: archive.url },
    });
  };
  afterEach(async () => {
    await gate.close();
    await archive.close();
  });

  for (const [what, media, from, to, state, parts] of table)
    it(`${what}: ${state}, ${parts} part(s), every frame and its time`, async () => {
      const film = path.join(path.dirname(street), media);
      await open(film);
      const span = { from: at(from), to: at(to) };
      const { requestId } = await submit(gate, { items: [{ camera: 'sh-yf-street', ...span }] });
      await approveAll(gate, requestId);
      const seen = await until(gate, requestId, (now) => now.state === 'packaged');
      assert.deepEqual([seen.footage[0]?.state, seen.footage[0]?.parts], [state, parts]);
      for (const executor of shanghai.executors) await letGo(gate, executor, requestId);
      await inFolder(async (folder) => {
        // At this tier the originals leave apart, for whom they were released to.
        const executor = await gate.as(shanghai.executors[0]);
        const [zip, key] = [path.join(folder, 'package.zip'), path.join(folder, 'gate.pub')];
        await fetchOriginals(executor, executor, requestId, zip);
        await executor.download('/api/v1/keys/gate.pub', key);
        assert.ok((await verifyPackage(zip, await fs.promises.readFile(key, 'utf8'))).intact);
        const unpacked = path.join(folder, 'package');
        await unpackArchive(zip, unpacked);

        const { ffmpeg } = await machineTools();
        const [source, clip] = [await shownFrames(ffmpeg, film), await readClip(film)];
        const pictureAt = new Map(source.map((frame) => [frame.micros, frame.md5]));
        const coverage = JSON.parse(await fs.promises.readFile(path.join(unpacked, 'original/sh-yf-street/coverage.json'), 'utf8')) as {
          spans: { parts: { path: string; facts: { firstUtcMicros: number } }[] }[];
        };
        const [shown, heard]: [object[], { utcMicros: number; data: Buffer }[]] = [[], []];
        for (const part of coverage.spans[0]!.parts) {
          const [file, begun] = [path.join(unpacked, part.path), part.facts.firstUtcMicros];
          for (const frame of await shownFrames(ffmpeg, file)) shown.push({ utcMicros: begun + frame.micros, md5: frame.md5 });
          for (const { offset, data } of (await readClip(file)).audio) heard.push({ utcMicros: begun + offset, data });
        }
        const { video, audio } = expectedOf(clip, { start, seconds: 300, hole }, span);
        const asked = video.filter((unit) => !unit.preRoll && !unit.postRoll).sort((one, other) => one.utcMicros - other.utcMicros);
        assert.deepEqual(shown, asked.map((unit) => ({ utcMicros: unit.utcMicros, md5: pictureAt.get(clip.video[unit.packet]!.offset) })));
        assert.deepEqual(heard.map(({ data }) => data.toString('hex')), audio.map(({ data }) => data.toString('hex')));
        heard.forEach(({ utcMicros }, index) => assert.ok(Math.abs(utcMicros - audio[index]!.utcMicros) <= tick, `sound ${index} is off`));
      });
    });
});
