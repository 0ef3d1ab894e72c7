// The cache of marked copies: one making for all who want the same, pieces of what is whole, nothing of what failed, and room for so many.
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { Problem } from '../../plugin/domain/problem.js';
import { MarkedCopies, type CopiesParts, type OpenCopy } from '../../plugin/export/marked-copies.js';
import { wipeAll } from '../../plugin/media/work-folder.js';
import { gather } from '../support/evidence/bytes.js';

const never = new AbortController().signal;
setMaxListeners(0, never);
const isProblem = (code: string) => (thrown: unknown): boolean => thrown instanceof Problem && thrown.code === code;
const bytesOf = (length: number, seed = 1): Buffer => Buffer.from(Array.from({ length }, (_, at) => (at * 31 + seed * 17) & 0xff));

/** A making that goes on when the test says so. */
function making() {
  const told = { calls: 0, signal: never, isOver: false };
  const waiting: (Buffer | Error | null)[] = [];
  let wake = (): void => undefined;
  const put = (step: Buffer | Error | null): void => {
    waiting.push(step);
    wake();
  };
  async function* make(signal: AbortSignal): AsyncGenerator<Buffer> {
    told.calls++;
    told.signal = signal;
    try {
      for (;;) {
        signal.throwIfAborted();
        const step = waiting.shift();
        if (step === null) return;
        if (step instanceof Error) throw step;
        if (step) yield step;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
      }
    } finally {
      told.isOver = true;
    }
  }
  return { make, told, give: put, end: () => put(null), fail: (error: Error) => put(error) };
}
const at = (bytes: Buffer) => async function* (): AsyncGenerator<Buffer> { yield bytes; };

/** Timers that ring when the test says so. */
function timers() {
  const set: { milliseconds: number; step: () => void }[] = [];
  return {
    after: (milliseconds: number, step: () => void) => {
      const timer = { milliseconds, step };
      set.push(timer);
      return () => void (set.includes(timer) && set.splice(set.indexOf(timer), 1));
    },
    ring: (milliseconds: number) => {
      for (const timer of set.filter((it) => it.milliseconds === milliseconds)) {
        set.splice(set.indexOf(timer), 1);
        timer.step();
      }
    },
    count: (milliseconds: number) => set.filter((it) => it.milliseconds === milliseconds).length,
  };
}

/** Until everything that could be done is done. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};
async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setImmediate(resolve));
}

const [GRACE, WAIT] = [5_000, 30_000];

describe('marked copies', () => {
  let root: string;
  let copies: MarkedCopies;
  let time: number;
  let clocks: ReturnType<typeof timers>;
  const start = (change: Partial<CopiesParts> = {}): MarkedCopies => {
    clocks = timers();
    time = Date.parse('2026-03-01T02:00:00Z');
    return (copies = new MarkedCopies({
      workFolder: root,
      now: () => new Date(time),
      after: clocks.after,
      most: 2,
      mostWaiting: 1,
      longestWaitMs: WAIT,
      graceMs: GRACE,
      keptMs: 600_000,
      mostBytes: 1_000_000,
      mostCopies: 10,
      ...change,
    }));
  };
  const files = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const folder of await readdir(root)) found.push(...(await readdir(path.join(root, folder))));
    return found.sort();
  };
  const openFiles = async (): Promise<number> => {
    const links = await Promise.all((await readdir('/proc/self/fd')).map((id) => readlink(`/proc/self/fd/${id}`).catch(() => '')));
    return links.filter((link) => link.startsWith(root)).length;
  };
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), 'exportgate-copies-'));
    start();
  });
  afterEach(async () => {
    await copies.close();
    assert.deepEqual(await readdir(root), [], 'nothing is left');
    assert.equal(await openFiles(), 0);
    await rm(root, { recursive: true });
  });

  it('are made once for all who want them; each reads from the beginning, while it is made and after', async () => {
    const { make, told, give, end } = making();
    const [one, two] = [bytesOf(100_000, 1), bytesOf(50_000, 2)];
    give(one);
    const first = await copies.open('anna', 'a', make, never);
    const reading = gather(first.read());
    const second = await copies.open('anna', 'a', make, never);
    assert.equal(second.size(), null);
    const joined = gather(second.read());
    give(two);
    end();
    assert.deepEqual(await Promise.all([reading, joined]), [Buffer.concat([one, two]), Buffer.concat([one, two])]);
    assert.deepEqual([first.size(), second.size(), told.calls], [150_000, 150_000, 1]);
    first.close();
    second.close();
    const later = await copies.open('anna', 'a', make, never);
    assert.deepEqual([later.size(), told.calls], [150_000, 1]);
    assert.deepEqual(await gather(later.read()), Buffer.concat([one, two]));
  });

  it('lie in a private folder, for their owner alone, and bear their name only when they are whole', async () => {
    const { make, give, end } = making();
    give(bytesOf(10));
    const copy = await copies.open('anna', 'a', make, never);
    assert.deepEqual(await files(), ['copy-1.part']);
    const [folder] = await readdir(root);
    assert.equal((await stat(path.join(root, folder!))).mode & 0o777, 0o700);
    assert.equal((await stat(path.join(root, folder!, 'copy-1.part'))).mode & 0o777, 0o600);
    end();
    await gather(copy.read());
    assert.deepEqual(await files(), ['copy-1']);
  });

  it('of other keys are others', async () => {
    const [a, b] = [await copies.open('anna', 'a', at(bytesOf(10, 1)), never), await copies.open('anna', 'b', at(bytesOf(10, 2)), never)];
    assert.deepEqual([await gather(a.read()), await gather(b.read())], [bytesOf(10, 1), bytesOf(10, 2)]);
  });

  it('give any piece of themselves, equal to the slice', async () => {
    const bytes = bytesOf(200_003);
    const copy = await copies.open('anna', 'a', at(bytes), never);
    await gather(copy.read());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 210_000 }), fc.integer({ min: 0, max: 210_000 }), async (from, to) =>
        assert.ok((await gather(copy.read({ from, to }))).equals(bytes.subarray(from, Math.max(from, to))))),
      { numRuns: 60 },
    );
    assert.ok((await gather(copy.read({ from: 199_999 }))).equals(bytes.subarray(199_999)));
  });

  it('give a piece that is not made yet once it is', async () => {
    const { make, give, end } = making();
    give(bytesOf(10));
    const copy = await copies.open('anna', 'a', make, never);
    const piece = gather(copy.read({ from: 8, to: 15 }));
    give(bytesOf(10, 2));
    end();
    assert.deepEqual(await piece, Buffer.concat([bytesOf(10), bytesOf(10, 2)]).subarray(8, 15));
  });

  it('do not wait for a slow reader', async () => {
    const { make, give, end } = making();
    give(bytesOf(100_000));
    const copy = await copies.open('anna', 'a', make, never);
    const slow = copy.read();
    const first = ((await slow.next()) as IteratorYieldResult<Buffer>).value;
    give(bytesOf(100_000, 2));
    end();
    await gather(copy.read());
    assert.equal(copy.size(), 200_000);
    const rest = await gather(slow);
    assert.deepEqual(Buffer.concat([first, rest]), Buffer.concat([bytesOf(100_000), bytesOf(100_000, 2)]));
  });

  describe('that fail', () => {
    const failures: [what: string, error: Error, code: string][] = [
      ['with a problem', new Problem('vms-unreachable', 'gone'), 'vms-unreachable'],
      ['with something strange', new Error('strange'), 'internal'],
    ];
    for (const [what, error, code] of failures) {
      it(`${what} before the first byte: nobody gets one, and the next one begins anew`, async () => {
        const { make, told, fail } = making();
        const both = [1, 2].map(() => assert.rejects(copies.open('anna', 'a', make, never), isProblem(code)));
        fail(error);
        await Promise.all(both);
        await until(async () => (await files()).length === 0);
        const again = making();
        again.give(bytesOf(3));
        again.end();
        assert.deepEqual(await gather((await copies.open('anna', 'a', again.make, never)).read()), bytesOf(3));
        assert.equal(told.calls, 1);
      });

      it(`${what} in the middle: every reader is told, and nothing is left`, async () => {
        const { make, give, fail } = making();
        give(bytesOf(10));
        const held = [await copies.open('anna', 'a', make, never), await copies.open('anna', 'a', make, never)];
        const readers = [...held.map((copy) => copy.read()), held[0]!.read({ from: 5, to: 12 })];
        const told = readers.map((reader) => assert.rejects(gather(reader), isProblem(code)));
        fail(error);
        await Promise.all(told);
        await assert.rejects(gather(held[0]!.read()), isProblem(code));
        assert.equal(held[0]!.size(), null);
        await until(async () => (await files()).length === 0);
        held.forEach((copy) => copy.close());
        const again = await copies.open('anna', 'a', at(bytesOf(4)), never);
        assert.deepEqual(await gather(again.read()), bytesOf(4));
      });
    }

    it('for they came to nothing: render-failed', async () => {
      const { make, end } = making();
      end();
      await assert.rejects(copies.open('anna', 'a', make, never), isProblem('render-failed'));
    });

    it('for the folder cannot be made: store-unavailable, until it can', async () => {
      await copies.close();
      const inTheWay = path.join(root, 'file');
      await writeFile(inTheWay, '');
      start({ workFolder: inTheWay });
      await assert.rejects(copies.open('anna', 'a', at(bytesOf(3)), never), isProblem('store-unavailable'));
      await rm(inTheWay);
      assert.deepEqual(await gather((await copies.open('anna', 'a', at(bytesOf(3)), never)).read()), bytesOf(3));
      await copies.close();
      await rm(inTheWay, { recursive: true });
    });
  });

  describe('that nobody wants', () => {
    it('are given up after the grace; who comes in time finds them, who comes later begins anew', async () => {
      const { make, told, give } = making();
      give(bytesOf(10));
      (await copies.open('anna', 'a', make, never)).close();
      assert.equal(clocks.count(GRACE), 1);
      const back = await copies.open('anna', 'a', make, never);
      assert.deepEqual([clocks.count(GRACE), told.calls, told.signal.aborted], [0, 1, false]);
      back.close();
      back.close();
      clocks.ring(GRACE);
      assert.ok(told.signal.aborted);
      const anew = await copies.open('anna', 'a', at(bytesOf(20)), never);
      assert.deepEqual(await gather(anew.read()), bytesOf(20));
      await until(() => told.isOver);
      assert.equal(told.calls, 1);
    });

    it('go on while one of two is there; who leaves by their signal has left', async () => {
      const { make, told, give, end } = making();
      give(bytesOf(10));
      const leaving = new AbortController();
      const [first, second] = [await copies.open('anna', 'a', make, leaving.signal), await copies.open('anna', 'a', make, never)];
      const broken = assert.rejects(gather(first.read()), /left/);
      leaving.abort(new Error('left'));
      await broken;
      assert.deepEqual([clocks.count(GRACE), told.signal.aborted], [0, false]);
      give(bytesOf(5));
      end();
      assert.equal((await gather(second.read())).length, 15);
      await assert.rejects(gather(first.read()), /left/);
    });

    it('are not read by who closed them', async () => {
      const copy = await copies.open('anna', 'a', at(bytesOf(10)), never);
      copy.close();
      await assert.rejects(gather(copy.read()), isProblem('render-failed'));
    });

    it('are given up also before they begin, by who leaves', async () => {
      const { make, told } = making();
      const leaving = new AbortController();
      const opening = assert.rejects(copies.open('anna', 'a', make, leaving.signal), /left/);
      leaving.abort(new Error('left'));
      await opening;
      await assert.rejects(copies.open('anna', 'b', make, leaving.signal), /left/);
      clocks.ring(GRACE);
      await until(async () => (await files()).length === 0 && (await openFiles()) === 0);
      assert.ok(told.calls === 0 || told.signal.aborted);
    });

    it('are given up also while their making is stuck', async () => {
      let told: AbortSignal = never;
      const stuck = (signal: AbortSignal): AsyncIterable<Buffer> => {
        told = signal;
        return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) };
      };
      const opening = copies.open('anna', 'a', stuck, never);
      await until(() => told !== never);
      const ended = assert.rejects(opening, isProblem('state-conflict'));
      await copies.close();
      await ended;
      assert.ok(told.aborted);
    });
  });

  describe('of too many at once', () => {
    it('wait in line, one after the other; beyond the line: capacity-exceeded, at once', async () => {
      const makings = [making(), making(), making(), making()];
      const opened: (OpenCopy | undefined)[] = [];
      const open = (which: number) => copies.open('anna', `key ${which}`, makings[which]!.make, never);
      for (const which of [0, 1]) {
        makings[which]!.give(bytesOf(10));
        opened[which] = await open(which);
      }
      makings[2]!.give(bytesOf(10));
      const waiting = open(2);
      await settle();
      assert.equal(makings[2]!.told.calls, 0);
      await assert.rejects(open(3), isProblem('capacity-exceeded'));
      // One more for what waits already needs no place of its own.
      const joined = open(2);
      makings[1]!.end();
      await waiting;
      await joined;
      assert.deepEqual(makings.map(({ told }) => told.calls), [1, 1, 1, 0]);
      makings[3]!.give(bytesOf(10));
      const next = open(3);
      makings[0]!.fail(new Problem('vms-fault', 'broken'));
      await next;
      assert.equal(clocks.count(WAIT), 0);
    });

    it('are not waited for for ever', async () => {
      const busy = [making(), making()];
      for (const [which, { make, give }] of busy.entries()) {
        give(bytesOf(10));
        await copies.open('anna', `busy ${which}`, make, never);
      }
      const late = making();
      const waiting = assert.rejects(copies.open('anna', 'late', late.make, never), isProblem('capacity-exceeded'));
      await settle();
      clocks.ring(WAIT);
      await waiting;
      late.give(bytesOf(10));
      const again = copies.open('anna', 'late', late.make, never);
      busy[0]!.end();
      await again;
      assert.equal(late.told.calls, 1);
    });

    it('leave the line when nobody wants them, and their place in it', async () => {
      const busy = [making(), making()];
      for (const [which, { make, give }] of busy.entries()) {
        give(bytesOf(10));
        await copies.open('anna', `busy ${which}`, make, never);
      }
      const [gone, next, leaving] = [making(), making(), new AbortController()];
      const opening = copies.open('anna', 'gone', gone.make, leaving.signal);
      leaving.abort(new Error('left'));
      await assert.rejects(opening, /left/);
      clocks.ring(GRACE);
      await settle();
      next.give(bytesOf(10));
      const open = copies.open('anna', 'next', next.make, never);
      busy[0]!.end();
      await open;
      assert.deepEqual([gone.told.calls, next.told.calls], [0, 1]);
    });
  });

  describe('that are whole', () => {
    const whole = async (key: string, length: number): Promise<void> => {
      const copy = await copies.open('anna', key, at(bytesOf(length)), never);
      await gather(copy.read());
      copy.close();
    };
    const isKept = async (key: string): Promise<boolean> => {
      const { make, told, give, end } = making();
      give(bytesOf(1));
      end();
      (await copies.open('anna', key, make, never)).close();
      return told.calls === 0;
    };

    it('are kept for minutes after the last reader, and then destroyed', async () => {
      await whole('a', 10);
      time += 599_999;
      await copies.sweep();
      assert.ok(await isKept('a'));
      time += 599_999;
      assert.ok(await isKept('a'));
      time += 600_000;
      await copies.sweep();
      assert.deepEqual(await files(), []);
      assert.ok(!(await isKept('a')));
    });

    it('are destroyed also by a clock that was set back, and found by nobody whom nothing was swept for', async () => {
      await whole('a', 10);
      time -= 600_000;
      assert.ok(!(await isKept('a')));
    });

    it('are not destroyed while they are held', async () => {
      const copy = await copies.open('anna', 'a', at(bytesOf(10)), never);
      await gather(copy.read());
      time += 3_600_000;
      await copies.sweep();
      assert.deepEqual(await gather(copy.read()), bytesOf(10));
    });

    it('make room for others: who was left first goes first, who is held stays', async () => {
      await copies.close();
      start({ mostBytes: 1000 });
      await whole('old', 300);
      time += 1000;
      const held = await copies.open('anna', 'held', at(bytesOf(300)), never);
      time += 1000;
      await whole('new', 300);
      time += 1000;
      // 900 are kept; the oldest that is not held goes.
      await whole('next', 350);
      assert.deepEqual(await gather(held.read()), bytesOf(300));
      assert.ok(await isKept('new'));
      assert.ok(!(await isKept('old')));
    });

    it('and leave none to one that is larger than all: capacity-exceeded, and it is not kept', async () => {
      await copies.close();
      start({ mostBytes: 1000 });
      const held = await copies.open('anna', 'held', at(bytesOf(600)), never);
      const { make, give } = making();
      give(bytesOf(300));
      const large = await copies.open('anna', 'large', make, never);
      const reading = gather(large.read());
      give(bytesOf(200));
      await assert.rejects(reading, isProblem('capacity-exceeded'));
      assert.deepEqual(await gather(held.read()), bytesOf(600));
      await until(async () => (await files()).length === 1);
    });

    it('are so many and no more', async () => {
      await copies.close();
      start({ mostCopies: 2 });
      await whole('a', 1);
      time += 1000;
      await whole('b', 1);
      await whole('c', 1);
      await until(async () => (await files()).length === 2);
      const held = [await copies.open('anna', 'b', at(bytesOf(1)), never), await copies.open('anna', 'c', at(bytesOf(1)), never)];
      await assert.rejects(copies.open('anna', 'd', at(bytesOf(1)), never), isProblem('capacity-exceeded'));
      held[0]!.close();
      await copies.open('anna', 'd', at(bytesOf(1)), never);
    });
  });

  describe('at the end', () => {
    it('every maker and reader is told, nothing is left, and nothing begins any more', async () => {
      const { make, told, give } = making();
      give(bytesOf(10));
      const copy = await copies.open('anna', 'a', make, never);
      const done = await copies.open('anna', 'b', at(bytesOf(10)), never);
      const slow = done.read();
      await slow.next();
      const reading = assert.rejects(gather(copy.read()), isProblem('state-conflict'));
      await copies.close();
      await reading;
      await assert.rejects(slow.next(), isProblem('state-conflict'));
      assert.ok(told.signal.aborted && told.isOver);
      await assert.rejects(copies.open('anna', 'a', make, never), isProblem('state-conflict'));
    });

    it('what a crash left is served by nobody and wiped at start', async () => {
      const { make, give } = making();
      give(bytesOf(10));
      await copies.open('anna', 'a', make, never);
      const crashed = copies;
      start();
      assert.deepEqual(await gather((await copies.open('anna', 'a', at(bytesOf(20)), never)).read()), bytesOf(20));
      await copies.close();
      assert.deepEqual(await files(), ['copy-1.part']);
      await wipeAll(root);
      assert.deepEqual(await readdir(root), []);
      await crashed.close();
    });
  });

  it('come out right whoever comes, leaves and fails, in whatever order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('open', 'open', 'open', 'leave', 'give', 'give', 'end', 'fail', 'ring', 'later'), fc.nat(4)), { maxLength: 60 }),
        async (steps) => {
          const store = start({ most: 2, mostWaiting: 2, mostBytes: 4000, mostCopies: 4 });
          let under = 0;
          const live = new Map<string, ReturnType<typeof making>>();
          const held: { key: string; copy: OpenCopy; leave: AbortController; reading: Promise<Buffer | Problem>; made: Buffer[] }[] = [];
          const made = new Map<string, Buffer[]>();
          const opening: Promise<void>[] = [];
          const open = (key: string): void => {
            const leave = new AbortController();
            const make = (signal: AbortSignal): AsyncGenerator<Buffer> => {
              const fresh = making();
              live.set(key, fresh);
              made.set(key, [bytesOf(100, 7)]);
              fresh.give(bytesOf(100, 7));
              return (async function* () {
                assert.ok(++under <= 2, 'no more than two at once');
                try {
                  yield* fresh.make(signal);
                } finally {
                  under--;
                }
              })();
            };
            opening.push(
              store.open('anna', key, make, leave.signal).then(
                (copy) => {
                  const reading = gather(copy.read()).catch((thrown: unknown) => (thrown instanceof Problem ? thrown : new Problem('internal', 'left')));
                  held.push({ key, copy, leave, reading, made: made.get(key)! });
                },
                (thrown: unknown) => assert.ok(thrown instanceof Problem),
              ),
            );
          };
          for (const [step, which] of steps) {
            const key = `key ${which}`;
            if (step === 'open') open(key);
            if (step === 'leave') held[which]?.leave.abort(new Error('left'));
            if (step === 'give') {
              live.get(key)?.give(bytesOf(300, which));
              made.get(key)?.push(bytesOf(300, which));
            }
            if (step === 'end') live.get(key)?.end();
            if (step === 'fail') live.get(key)?.fail(new Problem('vms-fault', 'broken'));
            if (step === 'ring') clocks.ring(which % 2 ? GRACE : WAIT);
            if (step === 'later') time += 300_000;
            if (which % 2) await settle();
          }
          await settle();
          for (const { copy, reading, made: pieces } of held) {
            const size = copy.size();
            if (size === null) continue;
            const found = await reading;
            if (Buffer.isBuffer(found)) {
              assert.equal(found.length, size);
              assert.ok(Buffer.concat(pieces).subarray(0, size).equals(found));
            }
          }
          await store.close();
          await Promise.all([...opening, ...held.map(({ reading }) => reading)]);
          assert.equal(under, 0);
          assert.deepEqual(await readdir(root), []);
        },
      ),
      { numRuns: 60 },
    )).timeout(60_000);
});
