// Marked copies of real footage, made by real ffmpeg: readers who join while it is made see what the first one sees, and it can be played.
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import type { Sample } from '../../plugin/domain/vms.js';
import { MarkedCopies } from '../../plugin/export/marked-copies.js';
import { begin, clip, isProblem, shownTimes, street } from '../media/plays.js';
import { childrenCalled } from '../media/processes.js';
import { inFolder, machineTools, shownFrames } from '../media/tools.js';
import { gather } from '../support/evidence/bytes.js';

describe('marked copies of footage', function () {
  this.timeout(120_000);

  const start = (workFolder: string): MarkedCopies =>
    new MarkedCopies({ workFolder, now: () => new Date(), most: 1, mostWaiting: 1, longestWaitMs: 60_000, graceMs: 0, keptMs: 60_000, mostBytes: 100_000_000, mostCopies: 4 });

  it('are played by all who join, and read in pieces when they are whole', () =>
    inFolder(async (folder) => {
      const [tools, footage, copies] = [await machineTools(), await street(), start(path.join(folder, 'work'))];
      let go = (): void => undefined;
      const joined = new Promise<void>((resolve) => void (go = resolve));
      async function* samples(): AsyncGenerator<Sample> {
        yield* footage.samples.slice(0, 40);
        await joined;
        yield* footage.samples.slice(40);
      }
      let made = 0;
      const make = (signal: AbortSignal) => {
        made++;
        return begin(tools, footage, path.join(folder, 'work'), clip, { samples: samples() }, signal);
      };
      const first = await copies.open('anna', 'key', make, new AbortController().signal);
      const second = await copies.open('anna', 'key', make, new AbortController().signal);
      assert.equal(second.size(), null, 'its first bytes are there before it is whole');
      const both = Promise.all([gather(first.read()), gather(second.read())]);
      go();
      const [one, two] = await both;
      assert.ok(one!.equals(two!));
      assert.deepEqual([first.size(), made], [one!.length, 1]);
      for (const [from, to] of [[0, 1], [1000, 70_000], [one!.length - 5, one!.length]] as const)
        assert.ok((await gather(second.read({ from, to }))).equals(one!.subarray(from, to)));
      await writeFile(path.join(folder, 'seen.mp4'), two!);
      const times = shownTimes(footage);
      assert.deepEqual((await shownFrames(tools.ffmpeg, path.join(folder, 'seen.mp4'))).map(({ micros }) => micros), times.map((time) => time - times[0]!));
      await copies.close();
      assert.deepEqual(await readdir(path.join(folder, 'work')), []);
    }));

  it('that nobody wants any more end ffmpeg and source; a source that fails is what its readers are told', () =>
    inFolder(async (folder) => {
      const [tools, footage, copies] = [await machineTools(), await street(), start(path.join(folder, 'work'))];
      let told = (): void => undefined;
      const over = new Promise<void>((resolve) => void (told = resolve));
      async function* endless(): AsyncGenerator<Sample> {
        try {
          for (let round = 0; ; round++) for (const sample of footage.samples) yield { ...sample, utcMicros: sample.utcMicros + round * 6_000_000 };
        } finally {
          told();
        }
      }
      const left = await copies.open('anna', 'left', (signal) => begin(tools, footage, path.join(folder, 'work'), clip, { samples: endless() }, signal), new AbortController().signal);
      left.close();
      await over;
      async function* failing(): AsyncGenerator<Sample> {
        yield* footage.samples.slice(0, 50);
        throw new Problem('vms-unreachable', 'gone');
      }
      const failed = async (): Promise<void> => {
        const copy = await copies.open('anna', 'failed', (signal) => begin(tools, footage, path.join(folder, 'work'), clip, { samples: failing() }, signal), new AbortController().signal);
        await gather(copy.read());
      };
      await assert.rejects(failed(), isProblem('vms-unreachable'));
      await copies.close();
      assert.deepEqual([await readdir(path.join(folder, 'work')), await childrenCalled('ffmpeg', folder)], [[], []]);
    }));
});
