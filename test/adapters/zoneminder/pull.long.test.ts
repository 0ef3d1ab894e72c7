// The pull against the stand-in: across events that repeat each other, pictures without a film, what is being recorded, holes, and everything
// that can go wrong on the way.
import assert from 'node:assert/strict';
import { connect } from '../../../adapters/zoneminder/index.js';
import { makeTranscript } from '../../../adapters/zoneminder/transcript.js';
import { pull } from '../../../adapters/zoneminder/pull.js';
import type { ProblemCode } from '../../../plugin/domain/problem.js';
import type { Span } from '../../../plugin/domain/span.js';
import type { Sample } from '../../../plugin/domain/vms.js';
import { muxParts } from '../../../plugin/media/mux-parts.js';
import { collect, never, problemOf, pullAll } from '../../contract/vms.js';
import { md5, packets } from '../../media/footage.js';
import { inFolder, machineTools, shownFrames } from '../../media/tools.js';
import { anEvent, courseStart, cutFilm, cutPictures, threeEvents } from './films.js';
import { addressOf, deviceOf, quick } from './rig.js';
import { startStandIn, type Fault, type StandIn } from './stand-in.js';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fixture } from '../../media/footage.js';

const at = (seconds: number): string => new Date(courseStart + seconds * 1000).toISOString();
const spanOf = (from: number, to: number): Span => ({ from: at(from), to: at(to) });
const source = { recording: '1' };
const isFilm = ({ path: asked }: { path: string }): boolean => asked === 'index.php';

describe('a pull from ZoneMinder', function () {
  this.timeout(30_000);
  let standIn: StandIn;
  let course: { micros: number; md5: string }[];
  before(async () => void (course = await packets((await machineTools()).ffprobe, fixture('street.mp4'), 'v')));
  beforeEach(async () => void (standIn = await startStandIn({ events: await threeEvents() })));
  afterEach(() => standIn.close());
  const vms = (limits = {}) => connect(addressOf(standIn), { limits: { ...quick, ...limits } });
  /** Numbers of the course's pictures, as they came. */
  const numbersOf = (samples: readonly Sample[]): number[] => samples.map(({ data }) => course.findIndex((packet) => packet.md5 === md5(data)));
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

  it('across three events: every picture once, in order, a tenth of a second apart', async () => {
    const { pull: done, samples } = await pullAll(vms(), source, spanOf(1.2, 29.9));
    const numbers = numbersOf(samples);
    // What is told in whole seconds leaves open where in the course the span begins, by half a second at most.
    assert.deepEqual(numbers, range(numbers[0]!, numbers.at(-1)! + 1));
    assert.ok(Math.abs(numbers.find((_, index) => !samples[index]!.preRoll)! - 12) <= 5);
    assert.ok(samples.every(({ utcMicros }, index) => index === 0 || utcMicros - samples[index - 1]!.utcMicros === 100_000));
    assert.ok(samples.every(({ utcMicros }, index) => Math.abs(utcMicros / 1000 - courseStart - numbers[index]! * 100) <= 500));
    assert.equal(samples.filter(({ preRoll }) => !preRoll).length, 287);
    const report = done.report();
    assert.deepEqual([report.times, report.audioTimes, report.rung, report.end, report.resumes, report.leftOut], ['asserted', null, 'search', 'past-span', 0, []]);
    assert.deepEqual(report.promised, [spanOf(1.2, 29.9)]);
    assert.ok(report.clock.after);
  });

  it('makes one part that shows what the film shows', async () => {
    const done = await vms().pull(source, spanOf(5, 25), never());
    await inFolder(async (folder) => {
      const pieces: { data: Buffer; position: number }[] = [];
      const gaps = await muxParts(done.samples, { tracks: done.tracks, span: spanOf(5, 25), open: async (part) => (assert.equal(part, 1), { write: async (data, position) => void pieces.push({ data: Buffer.from(data), position }) }), onUnit: () => undefined, onPart: () => undefined });
      assert.deepEqual(gaps, []);
      const file = path.join(folder, 'part.mp4');
      const bytes = Buffer.alloc(Math.max(...pieces.map(({ data, position }) => position + data.length)));
      for (const { data, position } of pieces) data.copy(bytes, position);
      await writeFile(file, bytes);
      const { ffmpeg } = await machineTools();
      const [shown, all] = [await shownFrames(ffmpeg, file), await shownFrames(ffmpeg, fixture('street.mp4'))];
      const first = all.findIndex(({ md5: one }) => one === shown[0]?.md5);
      assert.equal(shown.length, 200);
      assert.deepEqual(shown.map((frame) => frame.md5), all.slice(first, first + 200).map((frame) => frame.md5));
      assert.ok((await readFile(file)).length > 0);
    });
  });

  it('with a hole: both sides, the hole promised to nobody', async () => {
    standIn.events = standIn.events.filter(({ id }) => id !== 12);
    const { pull: done, samples } = await pullAll(vms(), source, spanOf(0, 30));
    assert.deepEqual(numbersOf(samples.filter(({ preRoll }) => !preRoll)).filter((number) => number > 109 && number < 198), []);
    assert.equal(samples.filter(({ flags }) => flags.d).length, 1);
    assert.equal(done.report().promised?.length, 2);
    assert.equal(done.report().end, 'closed');
  });

  it('of pictures without a film: each by its number where it has a row, else by its file', async () => {
    const pictures = await cutPictures({ seconds: 12 });
    standIn.events = [{ ...(await anEvent(21, 0, 12, { film: null })), pictures, rows: [[1, 0], [100, 9.9]] }];
    const { pull: done, samples } = await pullAll(vms(), source, spanOf(2, 10.5));
    assert.equal(done.tracks.length, 1);
    assert.equal(done.tracks[0]?.codec, 'jpeg');
    const numbers = samples.map(({ data }) => pictures.findIndex((picture) => picture.equals(data)));
    assert.deepEqual(numbers, range(numbers[0]!, numbers.at(-1)! + 1));
    assert.ok(samples.every(({ key, preRoll }, index) => key && preRoll === (index === 0 && samples[0]!.preRoll)));
    const asked = standIn.asked.filter(isFilm).map(({ form }) => form.get('path') ?? Number(form.get('fid')));
    assert.ok(asked.includes(100) && asked.includes('1/2026-03-01/21/00101-capture.jpg') && !asked.includes(101));
  });

  it('of pictures of which some are gone: the others', async () => {
    const pictures: (Buffer | undefined)[] = await cutPictures({ seconds: 6 });
    for (const gone of [20, 21, 22]) pictures[gone] = undefined;
    pictures[40] = pictures[40]!.subarray(0, 3000);
    standIn.events = [{ ...(await anEvent(21, 0, 6, { film: null })), pictures: pictures as Buffer[], rows: [[1, 0], [60, 5.9]] }];
    const { samples } = await pullAll(vms(), source, spanOf(1, 5.5));
    const numbers = samples.map(({ data }) => pictures.findIndex((picture) => picture?.equals(data)));
    assert.deepEqual(numbers, range(numbers[0]!, numbers.at(-1)! + 1).filter((number) => ![20, 21, 22, 40].includes(number)));
  });

  it('of what is being recorded: as far as it is written', async () => {
    const last = standIn.events[2]!;
    standIn.events[2] = { ...last, end: null, lengthMs: 0, frames: 1, film: last.film!.subarray(0, Math.round(last.film!.length * 0.6)) };
    const { pull: done, samples } = await pullAll(vms(), source, spanOf(15, 40));
    const numbers = numbersOf(samples);
    assert.deepEqual(numbers, range(numbers[0]!, numbers.at(-1)! + 1));
    assert.ok(numbers.at(-1)! > 220 && numbers.at(-1)! < 300);
    assert.equal(done.report().end, 'closed');
  });

  it('of what has just begun, with nothing in it yet', async () => {
    standIn.events[2] = { ...standIn.events[2]!, end: null, lengthMs: 0, frames: 1, film: standIn.events[2]!.film!.subarray(0, 36) };
    const { samples } = await pullAll(vms(), source, spanOf(15, 40));
    assert.equal(numbersOf(samples).at(-1), 206);
  });

  it('with sound, of which none is twice', async () => {
    standIn.events = [await anEvent(31, 0, 6.4, { cut: { film: 'street-b.mp4' } })];
    const { pull: done, samples } = await pullAll(vms(), source, spanOf(1, 5));
    assert.deepEqual(done.tracks.map(({ kind, codec }) => `${kind} ${codec}`), ['video h264', 'audio aac']);
    assert.equal(done.report().audioTimes, 'asserted');
    const sound = samples.filter(({ track }) => track === 1);
    assert.ok(sound.length > 55 && sound.every(({ preRoll }) => !preRoll));
    assert.equal(samples.filter(({ track, preRoll, postRoll }) => track === 0 && !preRoll && !postRoll).length, 40);
  });

  it('of a film that is broken: what is whole of it, and the next one', async () => {
    const first = standIn.events[0]!;
    standIn.events[0] = { ...first, film: first.film!.subarray(0, Math.round(first.film!.length * 0.55)) };
    const { pull: done, samples } = await pullAll(vms(), source, spanOf(1, 29));
    const numbers = numbersOf(samples);
    assert.ok(numbers.some((number) => number < 60) && numbers.includes(100) && !numbers.includes(95));
    // The system said that it holds what nobody can read: the hole is told as one that was not expected.
    assert.equal(done.report().promised?.length, 1);
  });

  it('of films of which none can be read is a fault, and no lack of footage', async () => {
    for (const event of standIn.events) event.film = Buffer.from('no film at all'.repeat(100));
    assert.equal((await problemOf(pullAll(vms(), source, spanOf(1, 29)))).code, 'vms-fault');
  });

  it('across a change of codec is refused with the moment at which it changes', async () => {
    standIn.events[2] = { ...standIn.events[2]!, film: await cutFilm({ seconds: 10, film: 'street-h265.mp4' }) };
    const { code, printed } = await problemOf(pullAll(vms(), source, spanOf(1, 29)));
    assert.equal(code, 'codec-unsupported');
    assert.match(printed, /from h264 to h265 at 2026-03-01T02:00:20/);
  });

  it('behind a change of codec is of the new one', async () => {
    standIn.events[2] = { ...standIn.events[2]!, film: await cutFilm({ seconds: 10, film: 'street-h265.mp4' }) };
    const { pull: done } = await pullAll(vms(), source, spanOf(22, 28));
    assert.equal(done.tracks[0]?.codec, 'h265');
  });

  it('that breaks off is taken up again, and told of', async () => {
    let broken = 0;
    standIn.fault = (asked) => (isFilm(asked) && asked.form.get('eid') === '12' && broken++ < 2 ? 'cut' : null);
    const { pull: done, samples } = await pullAll(vms(), source, spanOf(1.2, 29.9));
    assert.equal(samples.filter(({ preRoll }) => !preRoll).length, 287);
    assert.equal(done.report().resumes, 2);
  });

  const faults: [Fault, ProblemCode][] = [
    ['slow', 'vms-unreachable'],
    ['broken', 'vms-unreachable'],
    ['cut', 'vms-unreachable'],
    ['html', 'vms-refused'],
    ['redirect', 'vms-refused'],
    ['unauthorised', 'vms-refused'],
    ['nonsense', 'vms-refused'],
  ];
  for (const [fault, code] of faults)
    it(`${fault} in place of the second film: ${code}, after what came before it`, async () => {
      standIn.fault = (asked) => (isFilm(asked) && asked.form.get('eid') === '12' ? fault : null);
      const done = await vms({ pieceMs: 300 }).pull(source, spanOf(1, 29), never());
      const samples: Sample[] = [];
      const found = await problemOf(
        (async () => {
          for await (const sample of done.samples) samples.push(sample);
        })(),
      );
      assert.equal(found.code, code);
      assert.ok(samples.length > 90);
      assert.throws(() => done.report());
    });

  it('an endless film is read as far as it is asked for', async () => {
    standIn.fault = (asked) => (isFilm(asked) && asked.form.get('eid') === '12' ? 'endless' : null);
    assert.equal((await problemOf(pullAll(vms({ pieceMs: 5000 }), source, spanOf(1, 29)))).code, 'vms-fault');
  });

  it('takes no longer than it may', async () => {
    standIn.fault = (asked) => (isFilm(asked) && asked.form.get('eid') === '12' ? 'slow' : null);
    const slow = pull(deviceOf(standIn, { pieceMs: 60_000, wallMs: 700 }), source, { ...spanOf(9.9, 10.2), basis: 'recorder' }, never(), makeTranscript());
    const { code, printed } = await problemOf(slow.then(collect));
    assert.equal(code, 'vms-unreachable');
    assert.match(printed, /too slow/);
  });

  it('seeks in a long film: what lies long before is not read', async () => {
    standIn.events = [await anEvent(41, 0, 60)];
    const { samples } = await pullAll(vms(), source, spanOf(50, 55));
    assert.equal(samples.filter(({ preRoll }) => !preRoll).length, 50);
    const asked = standIn.asked.filter(isFilm).map(({ headers }) => headers.range ?? 'whole');
    assert.ok(asked.length <= 4, asked.join(' '));
  });

  it('asks by the system’s own clock where that is another', async () => {
    standIn.skewMs = 5000;
    const { pull: done, samples } = await pullAll(vms(), source, spanOf(1, 6));
    assert.ok(Math.abs(Date.parse(done.report().deviceSpan.from) - Date.parse(at(6))) < 1500);
    assert.ok(Math.abs(numbersOf(samples.filter(({ preRoll }) => !preRoll))[0]! - 60) <= 15);
  });

  it('doubts the zone where recordings begin in the future', async () => {
    const soon = new Date(Math.floor(Date.now() / 1000) * 1000 + 8 * 3_600_000);
    standIn.events = [{ ...(await anEvent(51, 0, 10.7)), start: soon.toISOString(), end: new Date(soon.getTime() + 10_000).toISOString() }];
    const span = { from: new Date(soon.getTime() + 2000).toISOString(), to: new Date(soon.getTime() + 4000).toISOString(), basis: 'recorder' } as const;
    const { pull: done } = await pullAll(vms(), source, span);
    assert.equal(done.report().clock.before.zoneSuspect, true);
  });
});
