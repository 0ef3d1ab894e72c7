// The gate's own clock: back by more than two seconds, or in step with nothing, and nothing is released until somebody has looked.
import assert from 'node:assert/strict';
import { noLog } from '../../plugin/domain/log.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { Person } from '../../plugin/domain/subject.js';
import { ClockWatch } from '../../plugin/export/clock-watch.js';
import type { Journal } from '../../plugin/journal/journal.js';
import type { Policy } from '../../plugin/policy/load.js';
import { withRig } from '../support/rig.js';

const admin: Person = { user: 'user:root.luo', name: '罗', unit: '示例', pseudonym: 'p-luo' };
const clerk: Person = { ...admin, user: 'user:sh.zhou', pseudonym: 'p-zhou' };
const policy = { allows: (user: string, act: string) => user === admin.user && act === 'manage' } as unknown as Policy;
const doubted = async (call: Promise<unknown>): Promise<string | null> => call.then(() => null, (thrown: unknown) => Problem.from(thrown).code);

interface Desk {
  watch: ClockWatch;
  /** Moves the wall clock and the steady one. */
  pass(wall: number, steady: number): void;
  said: { word: 'yes' | 'no' | 'unknown' };
  disk: { isFull: boolean };
  entries(): string[];
  again(): Promise<ClockWatch>;
}

async function withClock(work: (desk: Desk) => Promise<void>): Promise<void> {
  let wall = Date.parse('2026-03-02T00:00:00.000Z');
  let steady = 5_000;
  const said: Desk['said'] = { word: 'yes' };
  const disk: Desk['disk'] = { isFull: false };
  const now = () => new Date(wall);
  await withRig(
    async ({ journal }) => {
      const append: Journal['append'] = async (draft) => {
        if (disk.isFull) throw new Problem('journal-unwritable', 'The disk is full.');
        return journal.append(draft);
      };
      const kept = { append, read: journal.read.bind(journal), get size() { return journal.size; } } as unknown as Journal;
      const again = () => ClockWatch.start({ journal: kept, policy, log: noLog, now, monotonic: () => steady, synchronised: async () => said.word });
      const entries = () => journal.read(0, 1000).flatMap((it) => (it.event === 'clock-stepped' ? [`${it.data.why} ${it.data.backMs}`] : it.event === 'clock-acknowledged' ? [`acknowledged ${it.by}`] : []));
      await work({ watch: await again(), said, disk, entries, again, pass: (by, alike) => void ((wall += by), (steady += alike)) });
    },
    { now },
  );
}

describe('the gate’s clock', () => {
  const table: readonly (readonly [what: string, wall: number, steady: number, entries: readonly string[]])[] = [
    ['runs', 30_000, 30_000, []],
    ['was put forward an hour', 3_600_000, 30_000, []],
    ['slewed by two seconds', 28_000, 30_000, []],
    ['went back two seconds and a millisecond', 27_999, 30_000, ['stepped-back 2001']],
    ['went back a day', -86_400_000, 30_000, ['stepped-back 86430000']],
  ];
  for (const [what, wall, steady, entries] of table)
    it(`${what}: ${entries.join() || 'nothing'}`, () =>
      withClock(async (desk) => {
        desk.pass(wall, steady);
        await desk.watch.look();
        assert.deepEqual(desk.entries(), entries);
        assert.equal(await doubted(desk.watch.judge()), entries.length > 0 ? 'clock-doubted' : null);
      }));

  const slow: readonly (readonly [what: string, back: number, looks: number, entries: readonly string[]])[] = [
    ['120 times 1.9 seconds', 1_900, 120, Array<string>(60).fill('stepped-back 3800')],
    ['20 times a tenth of a second', 100, 20, []],
    ['21 times a tenth of a second', 100, 21, ['stepped-back 2100']],
  ];
  for (const [what, back, looks, entries] of slow)
    it(`went back ${what}, a look after each: ${entries.length} entries`, () =>
      withClock(async (desk) => {
        for (let look = 0; look < looks; look++) {
          desk.pass(30_000 - back, 30_000);
          await desk.watch.look();
        }
        assert.deepEqual(desk.entries(), entries);
        assert.equal(await doubted(desk.watch.judge()), entries.length > 0 ? 'clock-doubted' : null);
      }));

  it('that was acknowledged is held against what it was then', () =>
    withClock(async ({ watch, pass, entries }) => {
      pass(-3_000, 0);
      await watch.look();
      await watch.acknowledge(admin);
      pass(-1_900, 0);
      assert.equal(await doubted(watch.judge()), null);
      pass(-200, 0);
      assert.equal(await doubted(watch.judge()), 'clock-doubted');
      assert.deepEqual(entries(), ['stepped-back 3000', 'acknowledged p-luo', 'stepped-back 2100']);
    }));

  const doubts: readonly (readonly [what: string, doubt: (desk: Desk) => void, entry: string])[] = [
    ['went back', ({ pass }) => pass(-60_000, 0), 'stepped-back 60000'],
    ['is in step with nothing', ({ said }) => void (said.word = 'no'), 'unsynchronised 0'],
  ];
  for (const [what, doubt, entry] of doubts)
    it(`that ${what} while nothing could be recorded stops releases, and is recorded as soon as it can be`, () =>
      withClock(async (desk) => {
        doubt(desk);
        desk.disk.isFull = true;
        for (let look = 0; look < 2; look++) assert.equal(await doubted(desk.watch.judge()), 'journal-unwritable');
        desk.disk.isFull = false;
        assert.equal(await doubted(desk.watch.judge()), 'clock-doubted');
        assert.deepEqual(desk.entries(), [entry]);
      }));

  it('that went back is recorded once, by however many who look at once', () =>
    withClock(async ({ watch, pass, entries }) => {
      pass(-60_000, 0);
      await Promise.all([watch.look(), watch.look(), watch.look()]);
      assert.deepEqual(entries(), ['stepped-back 60000']);
    }));

  it('that stepped between two looks is found at the release itself', () =>
    withClock(async ({ watch, pass }) => {
      pass(-60_000, 1_000);
      assert.equal(await doubted(watch.judge()), 'clock-doubted');
    }));

  it('is in doubt until an administrator acknowledges it, by nobody else, and once', () =>
    withClock(async ({ watch, pass, entries, again }) => {
      pass(-60_000, 0);
      await watch.look();
      assert.equal(await doubted(watch.acknowledge(clerk)), 'not-permitted');
      const restarted = await again();
      assert.equal(await doubted(restarted.judge()), 'clock-doubted', 'a restart forgets nothing');
      await restarted.acknowledge(admin);
      assert.equal(await doubted(restarted.judge()), null);
      assert.equal(await doubted(restarted.acknowledge(admin)), 'state-conflict');
      assert.equal(entries().at(-1), 'acknowledged p-luo');
    }));

  it('that went back while the gate was down is found at the start, against the last entry', () =>
    withClock(async ({ pass, entries, again }) => {
      pass(-5_000, 0);
      const restarted = await again();
      assert.deepEqual(entries(), ['stepped-back 5000']);
      assert.equal(await doubted(restarted.judge()), 'clock-doubted');
    }));

  it('of a system that is in step with nothing rings once; unknown only warns', () =>
    withClock(async ({ watch, said, entries }) => {
      said.word = 'unknown';
      assert.equal(await doubted(watch.judge()), null);
      said.word = 'no';
      assert.equal(await doubted(watch.judge()), 'clock-doubted');
      await watch.acknowledge(admin);
      assert.equal(await doubted(watch.judge()), null, 'known, and looked at');
      said.word = 'yes';
      await watch.look();
      said.word = 'no';
      assert.equal(await doubted(watch.judge()), 'clock-doubted', 'in step in between: it is a new thing');
      assert.equal(entries().filter((it) => it.startsWith('unsynchronised')).length, 2);
    }));
});
