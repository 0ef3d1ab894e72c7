// What goes on says what was judged, in one spelling, and nothing else.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Asked, Param } from '../../../plugin/domain/asked.js';
import { Problem } from '../../../plugin/domain/problem.js';
import type { RouteTable } from '../../../plugin/domain/route-table.js';
import { classify } from '../../../plugin/http/gate/classify.js';
import type { RawRequest } from '../../../plugin/http/gate/raw-request.js';
import { readAsked } from '../../../plugin/http/gate/read-asked.js';
import { rebuild, type Rebuilt } from '../../../plugin/http/gate/rebuild.js';
import { aRequest, fromExample, known, tables, type Written } from '../../support/gate/tables.js';

const zoneminder = tables['zoneminder']!;
const moonfire = tables['moonfire-nvr']!;
const kerberos = tables['kerberos-agent']!;
const form = 'application/x-www-form-urlencoded';
const read = (written: Written, table = zoneminder): Asked => readAsked(table, aRequest(written));

/** As it arrives at the system. */
const arriving = ({ method, target, contentType, body }: Rebuilt, upgrade: boolean): RawRequest =>
  aRequest({ method, target, upgrade, ...(body ? { body: body.toString('latin1'), contentType: contentType ?? '' } : {}) });

describe('what goes on', () => {
  const targets: readonly (readonly [string, string])[] = [
    ['//zm//%69ndex.php?v%69ew=event&&eid=11&', '/zm/index.php?view=event&eid=11'],
    ['/zm/?view=console&token=x&auth=y&user=a&pass=b&username=a&password=b&auth_relay=x&_method=DELETE&TOKEN=x', '/zm/?view=console'],
    ['/zm/index.php?a=1&b=2&a=3', '/zm/index.php?a=3&b=2'],
    [
      '/zm/index.php?request=events&task=delete&eids[]=11&eids[]=12',
      '/zm/index.php?request=events&task=delete&eids%5B%5D=11&eids%5B%5D=12',
    ],
    ["/zm/index.php?a=(b)'*!~+%2B%26", '/zm/index.php?a=%28b%29%27%2A%21~%20%2B%26'],
    ['/zm/index.php?a=%E8%B7%AF', '/zm/index.php?a=%E8%B7%AF'],
    [
      '/zm/api/events/index/StartTime%20%3e=:2026-11-20%2010:00:00.json',
      '/zm/api/events/index/StartTime%20%3E=:2026-11-20%2010:00:00.json',
    ],
    ['/zm/cgi-bin/nph-zms?mode=jpeg&&monitor=1&user=a&pass=p%40&auth=x&scale=50&', '/zm/cgi-bin/nph-zms?mode=jpeg&monitor=1&scale=50'],
    ['/zm/cgi-bin/nph-zms?event=11&source=monitor&monitor=1', '/zm/cgi-bin/nph-zms?event=11&source=monitor&monitor=1'],
  ];
  for (const [target, goesOn] of targets)
    it(`${target} → ${goesOn}`, () => assert.equal(rebuild(zoneminder, read({ target })).target, goesOn));

  it('a plus sign in a path is encoded: some systems read a raw one as a blank', () =>
    assert.equal(rebuild(zoneminder, read({ target: '/zm/api/events/index/a+b%2Bc.json' })).target, '/zm/api/events/index/a%2Bb%2Bc.json'));

  it('keeps what a sign-in needs, and nothing else of what never goes on', () => {
    const asked = read({
      method: 'POST',
      target: '/zm/index.php?view=login&token=x',
      body: 'action=login&username=anna&password=p%40ss+w&auth=y',
      contentType: form,
    });
    const { method, target, contentType, body } = rebuild(zoneminder, asked, { keep: ['username', 'password'] });
    assert.deepEqual(
      [method, target, contentType, body?.toString()],
      ['POST', '/zm/index.php?view=login', form, 'action=login&username=anna&password=p%40ss%20w'],
    );
  });

  it('puts in what the gate adds, in the place of what came under that name', () => {
    const add: Param[] = [['token', 'a.b-c_d']];
    assert.equal(
      rebuild(zoneminder, read({ target: '/zm/api/events.json?token=x&limit=5' }), { add }).target,
      '/zm/api/events.json?limit=5&token=a.b-c_d',
    );
    assert.equal(
      rebuild(zoneminder, read({ target: '/zm/cgi-bin/zms?token=x&monitor=1' }), { add }).target,
      '/zm/cgi-bin/zms?monitor=1&token=a.b-c_d',
    );
    assert.throws(() => rebuild(zoneminder, read({ target: '/zm/cgi-bin/zms?monitor=1' }), { add: [['token', 'a&event=1']] }), {
      code: 'internal',
    });
  });

  it('a repeated name goes on as the system writes it', () => {
    const target = '/api/cameras/fd20f7a2-9d69-4cb3-94ed-d51a20c3edfe/main/view.mp4?s=1-5&s=6';
    assert.equal(rebuild(moonfire, read({ target }, moonfire)).target, target);
  });

  it('JSON goes on without the outermost names that never do', () => {
    const asked = read(
      { method: 'POST', target: '/api/latest-events', body: '{"token":"x","a":{"token":1}}', contentType: 'application/json' },
      kerberos,
    );
    const { contentType, body } = rebuild(kerberos, asked);
    assert.deepEqual([contentType, body?.toString()], ['application/json', '{"a":{"token":1}}']);
  });

  it('a POST without a body has none', () => {
    const { contentType, body } = rebuild(zoneminder, read({ method: 'POST', target: '/zm/api/host/login.json' }));
    assert.deepEqual([contentType, body], [null, null]);
  });

  // Random requests over all tables: every example, with names and values put in.
  const examples = Object.values(tables).flatMap((table) =>
    table.routes.flatMap((route) => route.examples.map((example): [RouteTable, string] => [table, example])),
  );
  const word = fc.stringMatching(/^[A-Za-z_]{1,6}$/);
  const name = fc.oneof(
    word,
    word.map((each) => `${each}[]`),
    fc.tuple(word, word).map(([a, b]) => `${a}[${b}]`),
    fc.constantFrom('token', 'auth', '_method', 'eids[]', 'view', 'eid', 'src', 's'),
  );
  const value = fc.oneof(
    word,
    fc.string({ maxLength: 6, unit: 'grapheme' }),
    fc.nat().map(String),
    fc.constantFrom('', '0', '路 +%&=', 'a\r\nb'),
  );
  const pairs = fc.array(fc.tuple(name, value), { maxLength: 4 });
  const text = (list: readonly Param[]): string => list.map(([a, b]) => `${encodeURIComponent(a)}=${encodeURIComponent(b)}`).join('&');

  it('read again is the same request, of the same class', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...examples),
        pairs,
        pairs,
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom('as is', 'form', 'json'),
        ([table, example], more, fields, json, kind) => {
          const base = fromExample(example);
          const target = more.length > 0 ? `${base.target}${base.target.includes('?') ? '&' : '?'}${text(more)}` : base.target;
          const [contentType, body] = kind === 'form' ? [form, text(fields)] : ['application/json', JSON.stringify(json)];
          const method = base.method === 'GET' ? 'POST' : base.method;
          const raw =
            kind === 'as is' ? { ...base, target } : aRequest({ method, target, contentType, body: Buffer.from(body).toString('latin1') });
          let asked: Asked;
          try {
            asked = readAsked(table, raw);
          } catch (error) {
            assert.ok(error instanceof Problem && error.code !== 'internal', String(error));
            return;
          }
          taken += 1;
          const whole = rebuild(table, asked, {
            keep: [
              ...table.strip,
              ...asked.query.map(([each]) => each),
              ...asked.form.map(([each]) => each),
              ...Object.keys(Object(asked.json) as object),
            ],
          });
          assert.deepEqual(readAsked(table, arriving(whole, asked.upgrade)), asked);
          const goesOn = readAsked(table, arriving(rebuild(table, asked), asked.upgrade));
          const [before, after] = [classify(table, asked, known), classify(table, goesOn, known)];
          assert.deepEqual([after.class, after.route?.id, after.groups], [before.class, before.route?.id, before.groups]);
          assert.deepEqual(readAsked(table, arriving(rebuild(table, goesOn), goesOn.upgrade)), goesOn);
        },
      ),
      { numRuns: 5000 },
    );
    assert.ok(taken > 1500, `only ${taken} were read`);
  });
});
