// Plays of samples that end early, or badly: never well, and nothing is left of them; and what comes in waits for who reads.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import type { Sample } from '../../plugin/domain/vms.js';
import type { MarkedForm } from '../../plugin/media/mark-samples.js';
import { begin, clip, isProblem, pictures, pieces, second, street } from './plays.js';
import { childrenCalled } from './processes.js';
import { inFolder, machineTools } from './tools.js';

/** A NAL unit that fills: no picture comes of it. */
const filler = Buffer.from('000000040cffff80', 'hex');

describe('a play that does not go as it should', function () {
  this.timeout(120_000);

  /** Footage without end: the same again and again, later and later. */
  const endless = async () => {
    const footage = await street();
    const told = { taken: 0, over: false };
    async function* samples(): AsyncGenerator<Sample> {
      try {
        for (let round = 0; ; round++)
          for (const sample of footage.samples) {
            told.taken++;
            yield { ...sample, utcMicros: sample.utcMicros + round * 6 * second };
          }
      } finally {
        told.over = true;
      }
    }
    return { footage, samples: samples(), told };
  };
  const forms: [string, MarkedForm][] = [
    ['a clip', clip],
    ['pictures', pictures],
  ];

  for (const [what, form] of forms) {
    it(`${what}: the first pictures come out before the last samples came in`, () =>
      inFolder(async (folder) => {
        const { tracks, samples } = await street();
        let told = (): void => undefined;
        const seen = new Promise<void>((resolve) => void (told = resolve));
        async function* waiting(): AsyncGenerator<Sample> {
          yield* samples.slice(0, 40);
          await seen;
          yield* samples.slice(40);
        }
        let bytes = 0;
        for await (const piece of begin(await machineTools(), { tracks, samples: [] }, folder, form, { samples: waiting() })) {
          bytes += piece.length;
          if (bytes > 10_000) told();
        }
      }));

    it(`${what}: what comes in waits for the reader`, () =>
      inFolder(async (folder) => {
        const { footage, samples, told } = await endless();
        const play = begin(await machineTools(), footage, folder, form, { samples });
        // The source never waits by itself: were it not made to, nothing else would run any more.
        for (let piece = 0; piece < 3; piece++) assert.ok(!(await play.next()).done);
        assert.ok(told.taken < 1000, `${told.taken} samples were taken for three pieces`);
        await play.return(undefined);
        assert.ok(told.over);
        assert.deepEqual(await childrenCalled('ffmpeg', folder), []);
      }));

    it(`${what}: over when its reader goes away, ffmpeg and source`, () =>
      inFolder(async (folder) => {
        const { footage, samples, told } = await endless();
        for await (const piece of begin(await machineTools(), footage, folder, form, { samples })) {
          assert.ok(piece.length > 0);
          break;
        }
        assert.deepEqual(await childrenCalled('ffmpeg', folder), []);
        assert.ok(told.over);
      }));

    for (const [when, first] of [['before it begins', false], ['while it is read', true]] as const)
      it(`${what}: stopped ${when}: render-failed, ffmpeg and source are over`, () =>
        inFolder(async (folder) => {
          const { footage, samples, told } = await endless();
          const stop = new AbortController();
          const play = begin(await machineTools(), footage, folder, form, { samples }, stop.signal);
          if (first) await play.next();
          const rest = pieces(play);
          stop.abort(new Error('enough'));
          await assert.rejects(rest, isProblem('render-failed'));
          assert.deepEqual([await childrenCalled('ffmpeg', folder), await readdir(folder)], [[], []]);
          if (first) assert.ok(told.over);
        }));

    for (const given of [0, 30])
      it(`${what}: stopped while its source is stuck after ${given} samples`, () =>
        inFolder(async (folder) => {
          const { tracks, samples } = await street();
          const stop = new AbortController();
          let told = (): void => undefined;
          const stuck = new Promise<void>((resolve) => void (told = resolve));
          async function* source(): AsyncGenerator<Sample> {
            yield* samples.slice(0, given);
            told();
            await new Promise(() => undefined);
          }
          const rest = pieces(begin(await machineTools(), { tracks, samples: [] }, folder, form, { samples: source() }, stop.signal));
          await Promise.all([assert.rejects(rest, isProblem('render-failed')), stuck.then(() => stop.abort(new Error('enough')))]);
          assert.deepEqual([await childrenCalled('ffmpeg', folder), await readdir(folder)], [[], []]);
        }));

    it(`${what}: a source that fails breaks it with its own problem`, () =>
      inFolder(async (folder) => {
        const { tracks, samples } = await street();
        for (const given of [0, 1, 50]) {
          async function* failing(): AsyncGenerator<Sample> {
            yield* samples.slice(0, given);
            throw new Problem('vms-unreachable', 'gone');
          }
          await assert.rejects(pieces(begin(await machineTools(), { tracks, samples: [] }, folder, form, { samples: failing() })), isProblem('vms-unreachable'));
          assert.deepEqual([await childrenCalled('ffmpeg', folder), await readdir(folder)], [[], []]);
        }
      }));

    const wrong: [string, string, (samples: Sample[]) => Sample[]][] = [
      ['no samples', 'footage-missing', () => []],
      ['nothing that is shown', 'footage-missing', (samples) => samples.map((sample) => ({ ...sample, preRoll: true }))],
      ['a picture that cannot be decoded', 'render-failed', (samples) => samples.map((sample, at) => (at === 25 ? { ...sample, data: filler } : sample))],
      ['an empty unit', 'wrong-footage', (samples) => samples.map((sample, at) => (at === 20 ? { ...sample, data: Buffer.alloc(0) } : sample))],
      ['units that are cut', 'wrong-footage', (samples) => samples.map((sample, at) => (at === 20 ? { ...sample, data: sample.data.subarray(0, -1) } : sample))],
      ['times years apart', 'wrong-footage', (samples) => samples.map((sample, at) => (at === 20 ? { ...sample, utcMicros: sample.utcMicros - 400 * 86_400 * second } : sample))],
    ];
    for (const [sentence, code, change] of wrong)
      it(`${what} of ${sentence}: ${code}, and no ffmpeg is left`, () =>
        inFolder(async (folder) => {
          const { tracks, samples } = await street();
          await assert.rejects(pieces(begin(await machineTools(), { tracks, samples: change(samples) }, folder, form)), isProblem(code));
          assert.deepEqual([await childrenCalled('ffmpeg', folder), await readdir(folder)], [[], []]);
        }));
  }

  it('the original is nowhere in the work folder, and no argument names it', () =>
    inFolder(async (folder) => {
      const { footage, samples } = await endless();
      const play = begin(await machineTools(), footage, folder, clip, { samples });
      await play.next();
      const [id] = await childrenCalled('ffmpeg', folder);
      const args = (await readFile(`/proc/${id}/cmdline`, 'utf8')).split('\0');
      assert.equal(args[args.indexOf('-i') + 1], 'pipe:0');
      assert.deepEqual([args[args.indexOf('-protocol_whitelist') + 1], args[args.indexOf('-format_whitelist') + 1], args[args.indexOf('-codec_whitelist') + 1]], ['pipe', 'matroska,webm', 'h264']);
      const [own] = await readdir(folder);
      assert.deepEqual((await readdir(path.join(folder, own!))).sort(), ['play-clock.txt', 'play-font.ttf', 'play-text.txt']);
      assert.match(await readFile(path.join(folder, own!, 'play-text.txt'), 'utf8'), /欧阳明远/);
      await play.return(undefined);
      assert.deepEqual(await readdir(folder), []);
    }));
});
