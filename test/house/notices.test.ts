// docs/guide/notifications.md names every kind of notice and every reason why a letter was not taken.
import assert from 'node:assert/strict';
import { allNoticeKinds, noticeKinds, sendFaults, webhookFormats } from '../../plugin/domain/notice.js';
import { read } from './sources.js';

describe('notifications', () => {
  const told = new Set([...read('docs/guide/notifications.md').matchAll(/`([a-z-]+)`/g)].map(([, word]) => word!));

  it('each kind, each fault and each format is in the guide', () =>
    assert.deepEqual([...allNoticeKinds, ...sendFaults, ...webhookFormats].filter((word) => !told.has(word)), []));

  it('each kind has words in both languages, of its own', () => {
    const words = Object.values(noticeKinds);
    for (const { zh, en } of words) assert.match(`${zh} ${en}`, /^[\p{Script=Han},]+ [A-Z][A-Za-z ]+$/u);
    assert.equal(new Set(words.flatMap(({ zh, en }) => [zh, en])).size, 2 * words.length);
  });
});
