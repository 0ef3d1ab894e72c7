// What a session hands out: genuine under the secret in use and under former ones, for this session as it is and no other.
import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { makeSessionMarks, readMark, type Marked } from '../../plugin/identity/session-marks.js';

const session: Marked = { id: '00112233-4455-6677-8899-aabbccddeeff', user: 'user:li.wei', kind: 'cookie', startedAt: '2026-03-01T02:00:00.000Z' };
const [former, current, stranger] = [1, 2, 3].map(() => createSecretKey(randomBytes(32)));

describe('session marks', () => {
  const before = makeSessionMarks(former!);
  const after = makeSessionMarks(current!, [former!]);
  const [mark, csrf] = [before.make(session, 4), before.csrf(session)];

  it('of a former secret stay genuine; new ones are made by the one in use', () => {
    assert.deepEqual([after.isGenuine(mark, session), after.isCsrf(csrf, session)], [true, true]);
    assert.notEqual(after.make(session, 4), mark);
    assert.notEqual(after.csrf(session), csrf);
    assert.deepEqual([before.isGenuine(after.make(session, 4), session), before.isCsrf(after.csrf(session), session)], [false, false]);
    assert.deepEqual(readMark(mark), { id: session.id, generation: 4 });
  });

  const others: [string, Marked][] = [
    ['another id', { ...session, id: session.id.replace('0', '1') }],
    ['another user', { ...session, user: 'user:li.we' }],
    ['another kind', { ...session, kind: 'token' }],
    ['another start', { ...session, startedAt: '2026-03-01T02:00:00.001Z' }],
  ];
  for (const [what, other] of others)
    it(`are for one session: ${what}`, () => assert.deepEqual([after.isGenuine(mark, other), after.isCsrf(csrf, other)], [false, false]));

  it('are refused by another gate, and where they are not marks at all', () => {
    const other = makeSessionMarks(stranger!);
    assert.deepEqual([other.isGenuine(mark, session), other.isCsrf(csrf, session)], [false, false]);
    for (const text of ['', mark.slice(1), `${mark}A`, mark.replace('.4.', '.5.'), mark.replace('.4.', '.04.'), csrf, '…'.repeat(50)]) assert.equal(after.isGenuine(text, session), false, text);
    for (const text of ['', csrf.slice(1), `${csrf}A`, mark]) assert.equal(after.isCsrf(text, session), false, text);
  });
});
