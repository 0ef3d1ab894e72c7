// The server is killed with SIGKILL, from outside, at every journal append and rename and at 50 seeded moments. Each time it starts again,
// the people go on, and the request ends released once. CRASH_SEED repeats the moments of a run before.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isRequestEntry } from '../../plugin/domain/audit-event.js';
import { anApplication, footage, street } from '../support/gate.js';
import { startRecorder, type Recorder } from '../support/recorder/start-recorder.js';
import { entriesIn, untilJournalHolds } from './journal.js';
import { moments, seeded, withHands } from './moments.js';
import { seed as seedPeople, type People } from './people.js';
import { copyPlace, makePlace, type Place } from './place.js';
import { findPlaintext, plaintextIn, signsOf } from './plaintext.js';
import { firstStart } from './first-start.js';
import { endAll } from './server.js';
import { survive, type Between, type Death, type Stage, type Survived } from './survive.js';

const HANDS = 2;
const MOMENTS = 50;
const given = process.env['CRASH_SEED'];
const seed = given === undefined ? randomInt(2 ** 31) : Number(given);
const say = (line: string): void => void process.stdout.write(`    ${line}\n`);

describe('crash', function () {
  this.timeout(15 * 60_000);
  const [span] = anApplication().items;
  let folder: string;
  let recorder: Recorder;
  let people: People;
  let stage: Stage;
  /** The lives that nobody ended: what there is to be killed at, and how long it takes. */
  let whole: Survived[];
  let runs = 0;

  const live = (deaths: readonly Death[], between?: Between): Promise<Survived> => survive(stage, path.join(folder, `run-${++runs}`), deaths, between);

  before(async () => {
    assert.ok(Number.isSafeInteger(seed), 'CRASH_SEED is a whole number');
    folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-crash-'));
    recorder = await startRecorder({ media: street, user: 'operator', password: 'box-password', ...footage });
    const template = await makePlace(path.join(folder, 'template'), recorder.url);
    people = await seedPeople(template);
    stage = { template, tokens: people.tokens, signs: signsOf(recorder, span!) };
    // As many at once as later: what a run takes is measured under the same load.
    const { done, failures } = await withHands(HANDS, Array.from({ length: HANDS }, (_, at) => ({ name: `run ${at}`, run: () => live([]) })));
    assert.deepEqual(failures, []);
    whole = done;
  });

  // A token ends after a quarter of an hour, and the suite is longer than that.
  beforeEach(async () => {
    stage = { ...stage, tokens: await people.signInAgain() };
  });

  after(async () => {
    await endAll();
    await recorder?.close();
    if (folder) await fs.promises.rm(folder, { recursive: true, force: true });
  });

  const pointsOf = (): string[] => [...new Set(whole.flatMap(({ points }) => points))];
  const runMs = (): number => Math.max(...whole.map(({ lastLifeMs }) => lastLifeMs));

  it('the scan for plaintext finds what it looks for', async () => {
    const bytes = await fs.promises.readFile(street);
    assert.deepEqual(plaintextIn(bytes, stage.signs), stage.signs.map(({ name }) => name).filter((name) => name !== 'a signature of x264' || bytes.includes('x264 - core')));
    assert.deepEqual(plaintextIn(Buffer.from('an ftyp, a moov and an mdat in a sentence are none'), stage.signs), []);
    assert.deepEqual(await findPlaintext([stage.template.folder], stage.signs), []);
  });

  it('the harness sees every append and every rename', async () => {
    const [one, two] = whole as [Survived, Survived];
    assert.deepEqual([...one.points].sort(), [...two.points].sort());
    const template = await entriesIn(stage.template);
    const appended = one.points.filter((point) => /^append .* after$/.test(point));
    // Everything since the template, of the request and of the gate: its start, the scan, that the request was read, its objects and its checkpoint.
    const ofGate = ['gate-started', 'scan-kept', 'request-read'].map((event) => `append ${event} 1 after`);
    assert.deepEqual(ofGate.filter((point) => !appended.includes(point)), []);
    assert.equal(appended.length, one.state.requestSequence + 1 + ofGate.length);
    assert.equal(template.filter(isRequestEntry).length, 0);
    // The scan, of the camera original, units, coverage and list, the copy; of each of both packages five papers and the list; what encrypts what leaves.
    assert.equal(one.points.filter((point) => /^rename \.sealed .* after$/.test(point)).length, 20);
    assert.equal(one.points.filter((point) => /^rename checkpoint .* after$/.test(point)).length, 1);
  });

  it('killed at every append and rename, before and after, the request goes on and is released once', async () => {
    const points = pointsOf();
    const started = performance.now();
    const { done, failures } = await withHands(HANDS, points.map((at) => ({ name: at, run: () => live([{ at }]) })));
    say(`${points.length} points, ${points.length} kills, ${seconds(started)}; a whole run takes ${Math.round(runMs())} ms`);
    assert.deepEqual(failures, []);
    // Else the scans would have had nothing to miss.
    assert.ok(done.some(({ atWork }) => atWork.includes('a signature of x264')), 'no kill came while a viewing copy lay in the work folder');
  });

  it(`killed at ${MOMENTS} seeded moments, the request goes on and is released once`, async () => {
    const started = performance.now();
    say(`seed ${seed} (CRASH_SEED=${seed} repeats it)`);
    const deaths = moments(MOMENTS, runMs(), seeded(seed));
    const { failures } = await withHands(HANDS, deaths.map((afterMs) => ({ name: `${Math.round(afterMs)} ms, seed ${seed}`, run: () => live([{ afterMs }]) })));
    say(`${deaths.length} moments, ${deaths.length} kills, ${seconds(started)}`);
    assert.deepEqual(failures, []);
  });

  /** Deaths in what only a restart does, and deaths that meet each other. */
  const again: { name: string; deaths: readonly Death[] }[] = [
    { name: 'recorded and not judged, twice', deaths: [{ at: 'append export-requested 1 after' }, { at: 'append export-held 1 before' }] },
    { name: 'judged at the second start', deaths: [{ at: 'append export-requested 1 before' }, { at: 'append export-held 1 after' }] },
    { name: 'held and not queued, then queued by the restart', deaths: [{ at: 'append export-held 1 after' }, { at: 'append preserve-queued 1 after' }] },
    { name: 'the last voice, then the grant of the restart', deaths: [{ at: 'append request-reviewed 4 after' }, { at: 'append export-granted 1 before' }] },
    { name: 'released and not drawn, then drawn by the restart', deaths: [{ at: 'append clip-released 1 after' }, { at: 'append review-drawn 1 before' }] },
    { name: 'in the pull, and in the pull of the restart', deaths: [{ at: 'rename .sealed 3 after' }, { at: 'rename .sealed 4 before' }, { at: 'append footage-sealed 1 after' }] },
    { name: 'in the rendering, three times', deaths: [{ at: 'rename .sealed 6 before' }, { at: 'rename .sealed 1 after' }, { at: 'append package-sealed 1 before' }] },
    { name: 'at the start, three times', deaths: [{ at: 'rename checkpoint 1 before' }, { at: 'rename checkpoint 1 after' }, { at: 'append gate-started 1 after' }] },
  ];
  it('dies again in what a restart does, and the request goes on all the same', async () => {
    const started = performance.now();
    const { failures } = await withHands(HANDS, again.map(({ name, deaths }) => ({ name, run: () => live(deaths) })));
    say(`${again.length} runs, ${again.reduce((sum, { deaths }) => sum + deaths.length, 0)} kills, ${seconds(started)}`);
    assert.deepEqual(failures, []);
  });

  it('killed in its first start, after each append and before each rename, the gate gets its administrator once', async () => {
    const started = performance.now();
    const start = (at: string | null) => firstStart(path.join(folder, `first-${++runs}`), recorder.url, at);
    // A killed process leaves the same files before and after an fdatasync: one side of each is enough here.
    const points = (await start(null)).filter((point) => /^append .* after$|^rename .* before$/.test(point));
    assert.ok(points.length >= 8, points.join());
    const { failures } = await withHands(HANDS, points.map((at) => ({ name: at, run: () => start(at) })));
    say(`${points.length} points, ${points.length} kills, ${seconds(started)}`);
    assert.deepEqual(failures, []);
  });

  it('a recorder that is away over the death is waited for', async () => {
    const options = { media: street, user: 'operator', password: 'box-password', ...footage };
    let box = await startRecorder(options);
    const place = await makePlace((await copyPlace(stage.template, path.join(folder, 'away'))).folder, box.url);
    let returned: Promise<void> = Promise.resolve();
    const leave = async (run: Place): Promise<void> => {
      await box.close();
      returned = untilJournalHolds(run, 'preserve-failed').then(async () => void (box = await startRecorder({ ...options, port: box.port, rtspPort: box.rtspPort })));
      returned.catch(() => undefined);
    };
    try {
      const { state } = await survive({ ...stage, template: place }, path.join(folder, `run-${++runs}`), [{ at: 'append preserve-started 1 after' }], { dead: leave });
      await returned;
      assert.ok(state.failures.preserve >= 1);
      assert.ok(state.attempts.preserve >= 3);
    } finally {
      await box.close();
    }
  });
});

const seconds = (started: number): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
