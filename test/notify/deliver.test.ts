// Letters from a real outbox: tried again with growing waits, dead after the last, once more by hand; a dead channel keeps nobody waiting.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Line } from '../../plugin/domain/log.js';
import { allNoticeKinds, type SendFault } from '../../plugin/domain/notice.js';
import type { Problem } from '../../plugin/domain/problem.js';
import type { Channel } from '../../plugin/notify/channel.js';
import { Delivery, type Outbox } from '../../plugin/notify/deliver.js';
import { SendFailure } from '../../plugin/notify/send-failure.js';
import type { NewLetter } from '../../plugin/store/outbox.js';
import { openStore, type Store } from '../../plugin/store/store.js';
import { inFolder } from '../media/tools.js';

const start = Date.parse('2026-03-02T00:00:00.000Z');
const request = 'EG-310000-SH-YUNFAN-2026-000007';

interface Bench {
  store: Store;
  lines: Line[];
  /** Milliseconds since the start. */
  clock: { ms: number };
  put(...letters: Partial<NewLetter>[]): Promise<void>;
  deliver(channels: Channel[], delays?: readonly number[]): Delivery;
  reopen(): Promise<void>;
}

const withBench = (work: (bench: Bench) => Promise<void>, mostPending = 100): Promise<void> =>
  inFolder(async (folder) => {
    const open = () => openStore(path.join(folder, 'store.sqlite'));
    let store = await open();
    const deliveries: Delivery[] = [];
    let entries = 0;
    await store.notices.begin(0);
    const bench: Bench = {
      get store() {
        return store;
      },
      lines: [],
      clock: { ms: 0 },
      put: async (...letters) => {
        const given = letters.map((letter) => ({ entry: entries++, channel: 'ops', kind: 'sla-missed' as const, request, deadline: null, urgency: 'urgent' as const, at: new Date(start + bench.clock.ms).toISOString(), ...letter }));
        const from = await store.notices.position();
        await store.notices.raise({ from, to: from + 1, notices: [], letters: given, mostPending });
      },
      deliver: (channels, retryDelays = []) => {
        const delivery = new Delivery({ channels, outbox: store.outbox, retryDelays, now: () => new Date(start + bench.clock.ms), log: (_level, line) => void bench.lines.push(line) });
        deliveries.push(delivery);
        return delivery;
      },
      reopen: async () => {
        await Promise.all(deliveries.splice(0).map((delivery) => delivery.close()));
        await store.close();
        store = await open();
      },
    };
    try {
      await work(bench);
    } finally {
      await Promise.all(deliveries.map((delivery) => delivery.close()));
      await store.close();
    }
  });

/** A channel that writes down what it is handed and fails as it is told. */
function aChannel(name: string, fail: (nth: number) => SendFault | null = () => null, gapMs = 0): Channel & { ids: string[] } {
  const ids: string[] = [];
  return {
    name, ids, gapMs,
    kinds: allNoticeKinds,
    send: async (letter) => {
      ids.push(letter.id);
      const fault = fail(ids.length);
      if (fault) throw new SendFailure(fault, 503);
    },
  };
}

const dead = async ({ store }: Bench) => (await store.outbox.listDead({ limit: 200 })).map(({ id, tries, lastFault, lastAnswer }) => `${id} ${tries} ${lastFault} ${lastAnswer}`);

describe('delivery', () => {
  it('a letter that is taken is sent once', () =>
    withBench(async (bench) => {
      await bench.put({});
      const channel = aChannel('ops');
      const delivery = bench.deliver([channel]);
      for (let again = 0; again < 3; again++) await delivery.settle();
      assert.deepEqual([channel.ids, await dead(bench)], [['0-sla-missed-ops'], []]);
    }));

  it('is tried again after each wait, is dead after the last, and is sent by hand', () =>
    withBench(async (bench) => {
      await bench.put({});
      let isUp = false;
      const channel = aChannel('ops', () => (isUp ? null : 'status-refused'));
      const delivery = bench.deliver([channel], [1_000, 60_000]);
      for (const [ms, tries] of [[0, 1], [999, 1], [1_000, 2], [60_999, 2], [61_000, 3], [10_000_000, 3]] as const) {
        bench.clock.ms = ms;
        await delivery.settle();
        assert.equal(channel.ids.length, tries, `after ${ms} ms`);
      }
      assert.deepEqual(await dead(bench), ['0-sla-missed-ops 3 status-refused 503']);
      assert.deepEqual(bench.lines.map(({ event, channel: name, outcome, reasons }) => [event, name, outcome, reasons?.join()]), [
        ['notice-unsent', 'ops', 'tried again later', 'status-refused 503'], ['notice-unsent', 'ops', 'tried again later', 'status-refused 503'], ['notice-unsent', 'ops', 'dead', 'status-refused 503'],
      ]);
      isUp = true;
      await bench.store.outbox.revive('0-sla-missed-ops', new Date(start + bench.clock.ms), ['ops']);
      await delivery.settle();
      assert.deepEqual([channel.ids.length, await dead(bench)], [4, []]);
      await assert.rejects(bench.store.outbox.revive('0-sla-missed-ops', new Date(), ['ops']), (problem: Problem) => problem.code === 'letter-unknown');
    }));

  it('waits on disk: after a restart it has the tries that it had', () =>
    withBench(async (bench) => {
      await bench.put({});
      await bench.deliver([aChannel('ops', () => 'unreachable')], [1_000]).settle();
      await bench.reopen();
      bench.clock.ms = 1_000;
      const channel = aChannel('ops', () => 'timed-out');
      await bench.deliver([channel], [1_000]).settle();
      assert.deepEqual([channel.ids.length, await dead(bench)], [1, ['0-sla-missed-ops 2 timed-out 503']]);
    }));

  it('a gate that ends in the middle of a letter sends it at the next start', () =>
    withBench(async (bench) => {
      await bench.put({});
      let begin = (): void => undefined;
      const begun = new Promise<void>((resolve) => void (begin = resolve));
      const send: Channel['send'] = (_letter, stop) => {
        begin();
        return new Promise((_, reject) => stop.addEventListener('abort', () => reject(new SendFailure('timed-out'))));
      };
      const delivery = bench.deliver([{ name: 'ops', kinds: allNoticeKinds, gapMs: 0, send }], [1_000]);
      const settled = delivery.settle();
      await begun;
      await delivery.close();
      await settled;
      await bench.reopen();
      const channel = aChannel('ops');
      await bench.deliver([channel]).settle();
      assert.deepEqual([channel.ids, bench.lines.map(({ event }) => event)], [['0-sla-missed-ops'], ['notice-sent']]);
    }));

  it('one channel that never answers does not hold up the other', () =>
    withBench(async (bench) => {
      await bench.put({ channel: 'dead' }, { channel: 'ops' });
      const stuck: Channel = { name: 'dead', kinds: allNoticeKinds, gapMs: 0, send: (_letter, stop) => new Promise((_, reject) => stop.addEventListener('abort', () => reject(new SendFailure('timed-out')))) };
      const channel = aChannel('ops');
      const delivery = bench.deliver([stuck, channel]);
      const sent = new Promise<void>((resolve) => (channel.send = async ({ id }) => (channel.ids.push(id), resolve())));
      delivery.wake();
      await sent;
      assert.deepEqual(channel.ids, ['1-sla-missed-ops']);
    }));

  it('letters of one event are told apart by channel, and go in order', () =>
    withBench(async (bench) => {
      await bench.put({}, {}, { channel: 'mail', entry: 1 }, {});
      const [ops, mail] = [aChannel('ops'), aChannel('mail')];
      await bench.deliver([ops, mail]).settle();
      assert.deepEqual([ops.ids, mail.ids], [['0-sla-missed-ops', '1-sla-missed-ops', '3-sla-missed-ops'], ['1-sla-missed-mail']]);
    }));

  it('a vendor’s pace is kept', () =>
    withBench(async (bench) => {
      await bench.put({}, {}, {});
      const channel = aChannel('ops', () => null, 3_000);
      const delivery = bench.deliver([channel]);
      for (const [ms, sent] of [[0, 1], [2_999, 1], [3_000, 2], [5_000, 2], [6_000, 3]] as const) {
        bench.clock.ms = ms;
        await delivery.settle();
        assert.equal(channel.ids.length, sent, `after ${ms} ms`);
      }
    }));

  it('a clock that is set back by a year keeps no channel waiting', () =>
    withBench(async (bench) => {
      const channel = aChannel('ops', () => null, 3_000);
      const delivery = bench.deliver([channel]);
      await bench.put({});
      await delivery.settle();
      bench.clock.ms = -31_536_000_000;
      await bench.put({});
      await delivery.settle();
      assert.equal(channel.ids.length, 2);
    }));

  it('more than a channel’s share is dead at once, and listed', () =>
    withBench(async (bench) => {
      await bench.put({}, {}, {}, { channel: 'mail' });
      await bench.put({});
      assert.deepEqual((await dead(bench)).sort(), ['2-sla-missed-ops 0 overflow null', '4-sla-missed-ops 0 overflow null']);
      const mail = aChannel('mail');
      await bench.deliver([mail]).settle();
      assert.equal(mail.ids.length, 1);
    }, 2));

  it('letters of a channel that is configured no more are dead, and wait for it by that name', () =>
    withBench(async (bench) => {
      await bench.put({ channel: 'old' }, {});
      const ops = aChannel('ops');
      await bench.deliver([ops]).begin();
      assert.deepEqual(await dead(bench), ['0-sla-missed-old 0 channel-gone null']);
      await assert.rejects(bench.store.outbox.revive('0-sla-missed-old', new Date(), ['ops']), (problem: Problem) => problem.code === 'channel-unknown' && problem.detail.includes('ops'));
    }));

  it('a store that does not note a letter as sent does not have it sent again and again', () =>
    withBench(async (bench) => {
      await bench.put({});
      const channel = aChannel('ops');
      const { outbox: real } = bench.store;
      const outbox: Outbox = { nextDue: (...it) => real.nextDue(...it), nextAt: (it) => real.nextAt(it), failed: (...it) => real.failed(...it), buryAllBut: (it) => real.buryAllBut(it), sent: () => Promise.reject(new Error('disk full')) };
      const delivery = new Delivery({ channels: [channel], outbox, retryDelays: [], now: () => new Date(start + bench.clock.ms), log: (_level, line) => void bench.lines.push(line) });
      for (const ms of [0, 1, 1_000, 59_999]) {
        bench.clock.ms = ms;
        await delivery.settle();
      }
      await delivery.close();
      assert.deepEqual([channel.ids.length, bench.lines.map(({ event }) => event)], [1, ['outbox-unread']]);
    }));

  it('a fault of a channel that is no word of the list is told as unreachable, without its text', () =>
    withBench(async (bench) => {
      await bench.put({});
      const channel = aChannel('ops');
      channel.send = () => Promise.reject(new TypeError('https://qyapi.example/send?key=633a31f6'));
      await bench.deliver([channel]).settle();
      assert.deepEqual(await dead(bench), ['0-sla-missed-ops 1 unreachable null']);
      assert.doesNotMatch(JSON.stringify(bench.lines), /633a31f6/);
    }));

  it('dead letters are listed newest first, page by page', () =>
    withBench(async (bench) => {
      await bench.put(...Array.from({ length: 5 }, () => ({})));
      const { outbox } = bench.store;
      const ids = async (of: Parameters<typeof outbox.listDead>[0]) => (await outbox.listDead(of)).map(({ id }) => id.split('-')[0]).join('');
      assert.deepEqual([await ids({ limit: 9 }), await ids({ limit: 2 }), await ids({ limit: 2, before: '3-sla-missed-ops' }), await ids({ limit: 2, before: 'nobody' }), await ids({ limit: -1 })], ['43210', '43', '21', '', '']);
    }, 0));
});
