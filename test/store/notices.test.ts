// Notices in the real store: raised once, own ones alone, page by page, seen, and not without end.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { NewNotice } from '../../plugin/store/notices.js';
import { openStore, type Store } from '../../plugin/store/store.js';
import { inFolder } from '../media/tools.js';

const aNotice = (entry: number, user: string, change: Partial<NewNotice> = {}): NewNotice => ({ entry, user, kind: 'step-waits', request: 'EG-1', deadline: null, urgency: 'normal', at: '2026-03-02T00:00:00.000Z', ...change });

const withStore = (work: (store: Store, reopened: () => Promise<Store>) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    const file = path.join(folder, 'store.sqlite');
    let store = await openStore(file);
    const reopened = async () => {
      await store.close();
      return (store = await openStore(file));
    };
    try {
      await work(store, reopened);
    } finally {
      await store.close();
    }
  });

const raise = (store: Store, from: number, to: number, notices: NewNotice[]) => store.notices.raise({ from, to, notices, letters: [], mostPending: 10 });
const ids = async (store: Store, user: string, of = { unseen: false, limit: 500 } as Parameters<Store['notices']['list']>[1]) => (await store.notices.list(user, of)).map(({ id }) => id);

describe('notices', () => {
  it('begin at the journal’s size when the table is new, and where they were when it is not', () =>
    withStore(async (store, reopened) => {
      await store.notices.begin(40);
      assert.equal(await store.notices.position(), 40);
      await raise(store, 40, 45, []);
      store = await reopened();
      await store.notices.begin(99);
      assert.equal(await store.notices.position(), 45);
    }));

  it('are raised once: a second raise from the same place does nothing', () =>
    withStore(async (store) => {
      await store.notices.begin(0);
      await raise(store, 0, 3, [aNotice(1, 'user:a')]);
      await raise(store, 0, 3, [aNotice(1, 'user:a'), aNotice(2, 'user:b')]);
      assert.deepEqual([await ids(store, 'user:a'), await ids(store, 'user:b'), await store.notices.position()], [[1], [], 3]);
      await raise(store, 3, 4, [aNotice(1, 'user:a')]);
      assert.deepEqual(await ids(store, 'user:a'), [1]);
    }));

  it('and their position come together or not at all', () =>
    withStore(async (store) => {
      await store.notices.begin(0);
      await assert.rejects(raise(store, 0, 2, [aNotice(1, 'user:a'), aNotice(1, 'user:b', { urgency: null as never })]));
      assert.deepEqual([await ids(store, 'user:a'), await store.notices.position()], [[], 0]);
    }));

  it('are one’s own, newest first, page by page, unseen or all', () =>
    withStore(async (store) => {
      await store.notices.begin(0);
      await raise(store, 0, 9, [1, 2, 3, 4].flatMap((entry) => [aNotice(entry, 'user:a'), aNotice(entry, 'user:b')]));
      const mine = await ids(store, 'user:a');
      assert.deepEqual(mine, [7, 5, 3, 1]);
      assert.deepEqual(await ids(store, 'user:a', { unseen: false, limit: 2 }), [7, 5]);
      assert.deepEqual(await ids(store, 'user:a', { unseen: false, limit: 2, before: 5 }), [3, 1]);
      // Another's notice is not seen by naming it.
      assert.equal(await store.notices.markSeen('user:a', { ids: [7, 8, 8_000] }, '2026-03-02T01:00:00.000Z'), 1);
      assert.equal(await store.notices.markSeen('user:a', { ids: [7] }, '2026-03-02T02:00:00.000Z'), 0);
      assert.deepEqual([await ids(store, 'user:a', { unseen: true, limit: 9 }), await store.notices.countUnseen('user:a'), await store.notices.countUnseen('user:b')], [[5, 3, 1], 3, 4]);
      assert.equal((await store.notices.list('user:a', { unseen: false, limit: 1 }))[0]!.seenAt, '2026-03-02T01:00:00.000Z');
      assert.equal(await store.notices.markSeen('user:a', { upTo: 3 }, '2026-03-02T02:00:00.000Z'), 2);
      assert.deepEqual(await ids(store, 'user:a', { unseen: true, limit: 9 }), [5]);
    }));

  it('of one person are at most a thousand: the eldest go', () =>
    withStore(async (store) => {
      await store.notices.begin(0);
      await raise(store, 0, 2_000, [...Array.from({ length: 1_100 }, (_, entry) => aNotice(entry, 'user:a')), aNotice(0, 'user:b')]);
      assert.deepEqual([await store.notices.countUnseen('user:a'), await store.notices.countUnseen('user:b')], [1_000, 1]);
    }));
});
