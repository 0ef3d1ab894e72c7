// What a browser holds, what it stands for, and for how long; tickets for the page that asks why; ranges; the form of a no.
import assert from 'node:assert/strict';
import { Problem } from '../../../plugin/domain/problem.js';
import { readRange } from '../../../plugin/http/gate/range.js';
import { noFormOf } from '../../../plugin/http/gate/refuse.js';
import { loginOf, WebSessions, webCookie } from '../../../plugin/http/gate/sessions.js';
import { Tickets } from '../../../plugin/http/gate/tickets.js';

const start = Date.parse('2026-03-02T00:00:00.000Z');
const person = { user: 'user:a', name: '示例', unit: '示例', pseudonym: 'p-a' } as const;
const asked = (params: Record<string, string> = {}) => ({ params: new Map(Object.entries(params)) });

describe('sessions of pages', () => {
  let now = start;
  const sessions = () => new WebSessions(() => new Date(now), false);
  beforeEach(() => void (now = start));
  const named = (cookie: string) => `a=b; ${webCookie(false)}=${cookie}; zmSkin=classic`;

  it('a cookie finds its session, a stranger’s finds none', () => {
    const all = sessions();
    const session = all.begin();
    const cookie = all.cookieFor(session, null);
    assert.equal(all.of(named(cookie), asked()).session, session);
    assert.notEqual(all.of(named(`${cookie}x`), asked()).session, session);
    assert.equal(all.of(undefined, asked()).cookie, null);
  });

  it('a new cookie ends the old one: nobody signs in under one that was planted', () => {
    const all = sessions();
    const session = all.begin();
    const planted = all.cookieFor(session, null);
    const own = all.cookieFor(session, planted);
    assert.notEqual(own, planted);
    assert.equal(all.byCookie(planted), null);
    assert.equal(all.byCookie(own), session);
  });

  it('two cookies of one name are refused', () => {
    const both = `${webCookie(false)}=a; ${webCookie(false)}=b`;
    assert.throws(() => sessions().of(both, asked()), (thrown: unknown) => Problem.from(thrown).code === 'credentials-ambiguous');
  });

  it('what stands in a credential’s place is always the same, is not it, and finds the session without a cookie', () => {
    const all = sessions();
    const session = all.begin();
    const token = all.tokenFor(session, 'a-credential-of-the-system');
    assert.equal(all.tokenFor(session, 'a-credential-of-the-system'), token);
    assert.match(token, /^[a-z0-9]{64}$/, 'scripts of pages replace it by such a pattern');
    assert.equal(all.of(undefined, asked({ token })).session, session);
    assert.equal(all.of(undefined, asked({ auth: token })).session, session);
    assert.equal(loginOf(session, token).token, 'a-credential-of-the-system');
    assert.equal(loginOf(session, 'a-credential-of-the-system').token, null, 'the credential itself opens nothing');
    assert.equal(all.of(undefined, asked({ token: 'a-credential-of-the-system' })).session === session, false);
  });

  it('an hour without use ends it, by cookie and by token', () => {
    const all = sessions();
    const session = all.begin();
    const [cookie, token] = [all.cookieFor(session, null), all.tokenFor(session, 'secret')];
    now += 60 * 60_000;
    assert.equal(all.byCookie(cookie), session);
    now += 60 * 60_000 + 1;
    assert.equal(all.byToken(token), null);
    assert.equal(all.byCookie(cookie), null);
  });

  it('visits of nobody, however many, sign nobody out; who came first of those goes first', () => {
    const all = sessions();
    const [person, visitor] = [all.begin(), all.begin()];
    person.account = { name: 'operator', askedAt: start };
    const [cookie, first] = [all.cookieFor(person, null), all.cookieFor(visitor, null)];
    for (let visit = 0; visit < 20_000; visit++) all.cookieFor(all.begin(), null);
    assert.equal(all.byCookie(cookie), person);
    assert.equal(all.byCookie(first), null);
  });

  it('credentials without end in the pages of one session sign nobody else out', () => {
    const all = sessions();
    const [one, other] = [all.begin(), all.begin()];
    const [token, oldest] = [all.tokenFor(one, 'secret'), all.tokenFor(other, 'credential')];
    for (let page = 0; page < 20_000; page++) all.tokenFor(other, `credential ${page}`);
    assert.equal(all.byToken(token), one);
    assert.equal(all.byToken(oldest), null);
  });
});

describe('tickets', () => {
  const about = { person, recorder: 'zm-1', item: { camera: 'c', from: 'a', to: 'b' }, backTo: 'http://vms.example/', file: false };
  it('the same thing asked again is the same ticket, another is another', () => {
    const tickets = new Tickets(() => new Date(start));
    const { id } = tickets.draw(about);
    assert.equal(tickets.draw({ ...about, backTo: 'http://vms.example/other' }).id, id);
    for (const other of [{ file: true }, { recorder: 'zm-2' }, { person: { ...person, pseudonym: 'p-b' } }, { item: { ...about.item, to: 'c' } }])
      assert.notEqual(tickets.draw({ ...about, ...other }).id, id);
  });

  it('its form is good once, and for its time', () => {
    let now = start;
    const tickets = new Tickets(() => new Date(now));
    const ticket = tickets.draw(about);
    assert.equal(tickets.spend(ticket, 'a guess'), false);
    assert.equal(tickets.spend(ticket, ticket.formToken), true);
    assert.equal(tickets.spend(ticket, ticket.formToken), false, 'sent twice');
    const shown = tickets.find(ticket.id)!;
    assert.equal(tickets.spend(shown, shown.formToken), true, 'the page that was shown anew');
    now += 30 * 60_000;
    assert.equal(tickets.find(ticket.id), null);
    assert.equal(tickets.spend(ticket, tickets.draw(about).formToken), false);
  });
});

describe('ranges', () => {
  const rows: [string | undefined, ReturnType<typeof readRange>][] = [
    [undefined, null], ['bytes=0-', { from: 0, to: 100 }], ['bytes=10-19', { from: 10, to: 20 }], ['bytes=90-400', { from: 90, to: 100 }], ['bytes=-10', { from: 90, to: 100 }],
    ['bytes=-400', { from: 0, to: 100 }], ['bytes=99-99', { from: 99, to: 100 }], ['bytes=100-', 'unsatisfiable'], ['bytes=-0', 'unsatisfiable'], ['bytes=20-10', null],
    ['bytes=0-1,5-6', null], ['bytes=-', null], ['items=0-1', null], ['bytes=a-b', null], ['bytes= 0-1', null], ['bytes=9999999999999999-', null],
  ];
  for (const [header, right] of rows) it(`${header}`, () => assert.deepEqual(readRange(header, 100), right));
});

describe('the form of a no', () => {
  const rows: [string, Record<string, string>, string][] = [
    ['a navigation', { 'sec-fetch-dest': 'document', accept: 'text/html' }, 'page'], ['a frame', { 'sec-fetch-dest': 'iframe' }, 'page'],
    ['an image in a page', { 'sec-fetch-dest': 'image', accept: '*/*' }, 'picture'], ['a video in a page', { 'sec-fetch-dest': 'video', accept: '*/*', range: 'bytes=0-' }, 'clip'],
    ['a script of a page', { 'sec-fetch-dest': 'empty', accept: 'text/html' }, 'document'], ['a browser over plain HTTP', { accept: 'text/html,application/xhtml+xml' }, 'page'],
    ['an image over plain HTTP', { accept: 'image/avif,image/webp,*/*;q=0.8' }, 'picture'], ['a player over plain HTTP', { accept: '*/*', range: 'bytes=0-' }, 'clip'],
    ['a program', { accept: '*/*' }, 'document'], ['a program that says nothing', {}, 'document'], ['a program for JSON', { accept: 'application/json' }, 'document'],
  ];
  for (const [what, headers, form] of rows) it(`${what}: ${form}`, () => assert.equal(noFormOf(headers), form));
});
