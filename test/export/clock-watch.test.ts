// The gate's own clock: back by more than two seconds, or in step with nothing, and nothing is released until somebody has looked.
import assert from 'node:assert/strict';
import { noLog } from '../../plugin/domain/log.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { Person } from '../../plugin/domain/subject.js';
import { ClockWatch } from '../../plugin/export/clock-watch.js';
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
  entries(): string[];
  again(): Promise<ClockWatch>;
}

async function withClock(work: (desk: Desk) => Promise<void>): Promise<void> {
  let wall = Date.parse('2026-03-02T00:00:00.000Z');
  let steady = 5_000;
  const said: Desk['said'] = { word: 'yes' };
  const now = () => new Date(wall);
  await withRig(
    async ({ journal }) => {
      const again = () => ClockWatch.start({ journal, policy, log: noLog, now, monotonic: () => steady, synchronised: async () => said.word });
      const entries = () => journal.read(0, 1000).flatMap((it) => (it.event === 'clock-stepped' ? [`${it.data.why} ${it.data.backMs}`] : it.event === 'clock-acknowledged' ? [`acknowledged ${it.by}`] : []));
      await work({ watch: await again(), said, entries, again, pass: (by, alike) => void ((wall += by), (steady += alike)) });
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
