// The ten tables: each example meets its own route, each vector an expected end, and a table with a fault is refused whole.
import assert from 'node:assert/strict';
import { Problem } from '../../../plugin/domain/problem.js';
import type { RouteTable } from '../../../plugin/domain/route-table.js';
import { classify } from '../../../plugin/http/gate/classify.js';
import { loadTable } from '../../../plugin/http/gate/load-table.js';
import type { RawRequest } from '../../../plugin/http/gate/raw-request.js';
import { readAsked } from '../../../plugin/http/gate/read-asked.js';
import { aRequest, fromExample, known, rawTables, tables } from '../../support/gate/tables.js';
import { vectors } from '../../support/gate/vectors.js';

/** Refusals before anything is classified. */
const refusals = ['path-ambiguous', 'body-malformed', 'body-too-large', 'method-unknown', 'route-unknown'];

/** `class route`, or the refusal’s code. */
function ends(table: RouteTable, raw: RawRequest): string {
  try {
    const { class: kind, route } = classify(table, readAsked(table, raw), known);
    return `${kind} ${route?.id ?? '-'}`;
  } catch (error) {
    assert.ok(error instanceof Problem && refusals.includes(error.code), String(error));
    return error.code;
  }
}

describe('a route table', () => {
  for (const [name, table] of Object.entries(tables))
    for (const route of table.routes)
      for (const example of route.examples)
        it(`${name}: ${example} is ${route.id}`, () => assert.equal(ends(table, fromExample(example)), `${route.class} ${route.id}`));

  it('has an example for each route of ZoneMinder’s that exists in the version read', () =>
    assert.deepEqual(
      tables['zoneminder']!.routes.filter(({ examples }) => examples.length === 0).map(({ id }) => id),
      ['zm-view-download', 'zm-view-files', 'zm-view-hls'],
    ));

  it('names exact parameters wherever a live picture passes', () =>
    assert.deepEqual(
      Object.values(tables).flatMap(({ routes }) =>
        routes.filter(({ class: kind, allowParams, denyParams }) => kind === 'live' && !allowParams && !denyParams).map(({ id }) => id),
      ),
      // Commands to a running stream: what the stream shows was judged when it began.
      ['zm-ajax-stream'],
    ));

  const wrong: readonly (readonly [string, (data: Data) => void, RegExp])[] = [
    ['a word that nobody reads', (data) => (data.routes[1]!['metods'] = ['GET']), /route zm-static-cache-asset.*metods/],
    ['a word that nobody reads at the top', (data) => (data['defualt'] = 'deny'), /defualt/],
    [
      'a condition without a test',
      (data) => (data.routes[1]!['when'] = [{ src: 'param', name: 'view' }]),
      /route zm-static-cache-asset when 0.*one of eq/,
    ],
    ['an unknown class', (data) => (data.routes[2]!['class'] = 'harmless'), /route zm-static-asset class/],
    ['an unknown method', (data) => (data.routes[2]!['methods'] = ['get']), /route zm-static-asset methods/],
    [
      'a path that is no pattern',
      (data) => (data.routes[2]!['path'] = '^/(a'),
      /route zm-static-asset path: \^\/\(a is no regular expression/,
    ],
    [
      'a condition that is no pattern',
      (data) => (data.routes[4]!['when'] = [{ src: 'zms', name: 'time', re: '[' }]),
      /route zms-event-time when time/,
    ],
    ['an id twice', (data) => (data.routes[3]!['id'] = 'zm-static-asset'), /route zm-static-asset: The id is there twice/],
    [
      'a condition on what never goes on',
      (data) => (data.routes[4]!['when'] = [{ src: 'param', name: 'token', present: true }]),
      /token, which never goes on/,
    ],
    ['a list of a type', (data) => (data.routes[2]!['expects'] = ['jpeg']), /route zm-static-asset expects 0/],
    ['another default', (data) => (data['default'] = 'allow'), /default/],
    ['a base path with a slash behind', (data) => (data['basePath'] = '/zm/'), /basePath/],
    ['no routes', (data) => (data.routes = []), /routes/],
  ];
  for (const [what, spoil, told] of wrong)
    it(`with ${what} is refused, and the fault says where`, () => {
      const data = structuredClone(rawTables['zoneminder']) as Data;
      spoil(data);
      assert.throws(
        () => loadTable(data, 'routes.json'),
        (error) =>
          error instanceof Problem && error.code === 'config-invalid' && told.test(error.detail) && error.detail.includes('routes.json'),
      );
    });
  for (const nothing of [null, undefined, 'x', [], {}])
    it(`that is ${JSON.stringify(nothing)} is refused`, () =>
      assert.throws(() => loadTable(nothing, 'routes.json'), { code: 'config-invalid' }));

  it('tells every fault at once', () => {
    const data = structuredClone(rawTables['zoneminder']) as Data;
    data.routes[1]!['path'] = '(';
    data.routes[2]!['path'] = '[';
    assert.throws(
      () => loadTable(data, 'routes.json'),
      (error) => error instanceof Problem && error.faults?.length === 2,
    );
  });
});

interface Data {
  [member: string]: unknown;
  routes: Record<string, unknown>[];
}

describe('requests that got recorded footage out of the real systems', () => {
  for (const { id, family, vms, method, target, body, content_type: contentType, ws, expect } of vectors)
    it(`${id} (${family}) ends in ${expect.join(' or ')}`, () => {
      const raw = aRequest({ method, target, upgrade: ws ?? false, ...(body ? { body, contentType: contentType ?? '' } : {}) });
      const [end = ''] = ends(tables[vms]!, raw).split(' ');
      const reached = refusals.includes(end) ? 'reject' : end === 'unknown' ? 'deny' : end;
      assert.ok(expect.includes(reached), `it ended in ${end}`);
    });

  it('an upgrade to something else on a media path is refused', () => {
    const raw = aRequest({
      target: '/recordings/',
      upgrade: true,
      headers: [
        ['Connection', 'Upgrade, HTTP2-Settings'],
        ['Upgrade', 'h2c'],
      ],
    });
    assert.equal(ends(tables['frigate']!, raw), 'method-unknown');
  });
});
