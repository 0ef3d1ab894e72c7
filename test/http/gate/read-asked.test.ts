// One reading or none: methods, framing, names, values, bodies.
import assert from 'node:assert/strict';
import type { Asked } from '../../../plugin/domain/asked.js';
import { readAsked } from '../../../plugin/http/gate/read-asked.js';
import { headerLines, type HeaderLine } from '../../../plugin/http/gate/raw-request.js';
import { aRequest, tables, type Written } from '../../support/gate/tables.js';

const zoneminder = tables['zoneminder']!;
const frigate = tables['frigate']!;
const moonfire = tables['moonfire-nvr']!;
const milestone = tables['milestone']!;
const form = 'application/x-www-form-urlencoded';
const page = '/zm/index.php';
const post = (body: string, contentType = form, target = page): Written => ({ method: 'POST', target, body, contentType });
const json = (body: string): Written => post(body, 'application/json', '/api/rest/v1/webrtc/session');
const mark = 'AaB03x';
const multipart = (body: string, contentType = `multipart/form-data; boundary=${mark}`): Written => post(body, contentType);
const part = (name: string, value: string): string => `--${mark}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const end = `--${mark}--\r\n`;

const read = (written: Written, table = zoneminder): Asked => readAsked(table, aRequest(written));
const refuses = (written: Written, code: string, table = zoneminder): void => assert.throws(() => read(written, table), { code });
const view = (headers: readonly HeaderLine[], more: Partial<Written> = {}): Written => ({
  target: `${page}?view=console`,
  headers,
  ...more,
});

describe('the frame of a request', () => {
  const rows: readonly (readonly [string, Written, string])[] = [
    ...['TRACE', 'CONNECT', 'FOO', 'get', 'Get', 'GET ', 'PROPFIND', ''].map(
      (method) => [`method ${JSON.stringify(method)}`, { target: page, method }, 'method-unknown'] as const,
    ),
    ['an upgrade to h2c', view([['Upgrade', 'h2c']], { upgrade: true }), 'method-unknown'],
    ['an upgrade to TLS', view([['Upgrade', 'TLS/1.0']], { upgrade: true }), 'method-unknown'],
    [
      'two upgrades',
      view(
        [
          ['Upgrade', 'websocket'],
          ['Upgrade', 'h2c'],
        ],
        { upgrade: true },
      ),
      'method-unknown',
    ],
    ['an upgrade of two', view([['Upgrade', 'websocket, h2c']], { upgrade: true }), 'method-unknown'],
    ['an upgrade that the server did not see', view([['Upgrade', 'websocket']]), 'method-unknown'],
    ['an upgrade by POST', { target: page, method: 'POST', upgrade: true }, 'method-unknown'],
    ['an upgrade with a body', { target: page, body: 'a=1', contentType: form, upgrade: true }, 'method-unknown'],
    [
      'two lengths',
      view([
        ['Content-Length', '0'],
        ['Content-Length', '0'],
      ]),
      'body-malformed',
    ],
    [
      'a length and a coding',
      view([
        ['Content-Length', '3'],
        ['Transfer-Encoding', 'chunked'],
      ]),
      'body-malformed',
    ],
    ['a length with a sign', view([['Content-Length', '+3']]), 'body-malformed'],
    [
      'two codings',
      view([
        ['Transfer-Encoding', 'chunked'],
        ['Transfer-Encoding', 'chunked'],
      ]),
      'body-malformed',
    ],
    ['another coding', view([['Transfer-Encoding', 'gzip, chunked']]), 'body-malformed'],
    ['something else expected', view([['Expect', '200-ok']]), 'body-malformed'],
    ['a folded header', view([['X-A', 'b\r\n c']]), 'body-malformed'],
    ['a header with a line feed', view([['X-A', 'b\nTransfer-Encoding: chunked']]), 'body-malformed'],
    ['a header name with a blank', view([['Transfer-Encoding ', 'chunked']]), 'body-malformed'],
    ['a body on GET', { target: page, body: 'view=view_video&eid=11', contentType: form }, 'body-malformed'],
    ['a body on HEAD', { target: page, method: 'HEAD', body: 'a=1', contentType: form }, 'body-malformed'],
    ['a body on OPTIONS', { target: page, method: 'OPTIONS', body: 'a=1', contentType: form }, 'body-malformed'],
    ['a body of no type', { target: page, method: 'POST', body: 'view=view_video' }, 'body-malformed'],
    ['two types', { ...post('a=1'), headers: [['Content-Type', 'text/plain']] }, 'body-malformed'],
    ['a compressed body', { ...post('a=1'), headers: [['Content-Encoding', 'gzip']] }, 'body-malformed'],
    ['a body of an unknown type', post('<a/>', 'text/xml'), 'body-malformed'],
    ['a report', post('{}', 'application/csp-report'), 'body-malformed'],
    ['JSON where the system has none', post('{"view":"view_video"}', 'application/json'), 'body-malformed'],
    ['another charset', post('a=1', `${form}; charset=utf-7`), 'body-malformed'],
    ['another charset beside the right one', post('a=1', `${form}; charset=utf-8; charset=utf-16`), 'body-malformed'],
    ['a body that is too large', post(`a=${'b'.repeat(1024 * 1024)}`), 'body-too-large'],
    ['a body for the stream program', post('event=11', form, '/zm/cgi-bin/nph-zms?monitor=1'), 'body-malformed'],
  ];
  for (const [what, written, code] of rows) it(`${what}: ${code}`, () => refuses(written, code));

  it('is taken with what every client sends', () => {
    const asked = read(view(headerLines(['Host', 'x', 'Expect', '100-continue', 'Content-Length', '0', 'Cookie', 'a=b', 'Cookie', 'c=d'])));
    assert.deepEqual(
      { ...asked, params: [...asked.params], lists: [...asked.lists] },
      {
        method: 'GET',
        path: '/index.php',
        query: [['view', 'console']],
        form: [],
        json: undefined,
        params: [['view', 'console']],
        lists: [],
        upgrade: false,
      },
    );
  });

  it('a chunked form is a form', () => {
    const raw = aRequest(post('view=login&action=login'));
    const headers: HeaderLine[] = [
      ['Content-Type', form],
      ['Transfer-Encoding', 'chunked'],
    ];
    assert.equal(readAsked(zoneminder, { ...raw, headers }).params.get('view'), 'login');
  });

  it('a WebSocket is a GET with an upgrade', () => assert.equal(read({ target: '/ws', upgrade: true }, frigate).upgrade, true));
});

describe('names and values, as PHP reads them', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['a name twice that decides', 'view=console&view=view_video&eid=11'],
    ['a name twice that decides, with one value', 'view=console&view=console'],
    ['a number twice', 'view=view_video&eid=21&eid=11'],
    ['a blank before a name', '%20view=view_video&eid=11'],
    ['a plus before a name', '+view=view_video&eid=11'],
    ['a dot in a name', 'view=view_video&event.id=11'],
    ['a blank in a name', 'view=view_video&event+id=11'],
    ['a bracket that is not closed', 'view=view_video&event[id=11'],
    ['a NUL in a name', 'view%00x=view_video&eid=11'],
    ['letters behind a bracket', 'a[b]c=1'],
    ['a blank in brackets', 'a[%20]=1'],
    ['a name that is a list where it decides', 'view[]=view_video&eid=11'],
    ['a name that is a structure where it decides', 'view[a]=view_video&eid=11'],
    ['a number in a list of its own numbering', 'eids[0]=11'],
    ['a number as a structure', 'id[eventId]=11'],
    ['a list of lists', 'a[][b]=1'],
    ['a value and a structure of one name', 'a=1&a[b]=2'],
    ['a list and a structure of one name', 'a[]=1&a[0]=2'],
    ['a structure and what is deeper in it', 'a[b]=1&a[b][c]=2'],
    ['no name', '=1'],
    ['an escape that is not whole', 'view=%'],
    ['an escape that is no number', 'view=%zz'],
    ['bytes that are not UTF-8', 'a=%ff'],
    ['an overlong letter', 'a=%c0%ae'],
    ['a NUL in a value', 'a=b%00'],
    ['a control character', 'a=%1b'],
    ['a path before a word', 'view=./view_video&eid=11'],
    ['a slash before a word', 'view=/view_video&eid=11'],
    ['a way up before a word', 'view=../view_video&eid=11'],
    ['a blank behind a word', 'view=view_video%20&eid=11'],
    ['a line break behind a word', 'view=view_video%0a&eid=11'],
    ['a letter that looks like another', 'view=view_v%C4%B1deo&eid=11'],
    ['a number with a zero before', 'view=view_video&eid=011'],
    ['a number with letters behind', 'view=view_video&eid=11abc'],
    ['a number with a sign', 'view=view_video&eid=%2B11'],
    ['a number with a blank', 'view=view_video&eid=11+'],
    ['a broken number', 'view=view_video&eid=11.0'],
    ['a number in hexadecimal', 'view=view_video&eid=0x0b'],
    ['a number with an exponent', 'view=view_video&eid=11e0'],
    ['a list with one such number', 'request=events&task=delete&eids[]=11&eids[]=012'],
    ['more names than PHP reads', Array.from({ length: 1001 }, (_, at) => `a${at}=1`).join('&')],
    ['more names than PHP reads, in a list', 'a[]=&'.repeat(1001)],
  ];
  for (const [what, query] of refused)
    it(`${what} is refused, in the address and in the body`, () => {
      refuses({ target: `${page}?${query}` }, 'path-ambiguous');
      refuses(post(query), 'body-malformed');
    });

  const taken: readonly (readonly [query: string, params: [string, string][], lists?: [string, string[]][]])[] = [
    [
      'v%69ew=view_vid%65o&eid=11',
      [
        ['view', 'view_video'],
        ['eid', '11'],
      ],
    ],
    ['&&view=console&', [['view', 'console']]],
    ['view', [['view', '']]],
    [
      'a=1&a=2&b=3',
      [
        ['a', '2'],
        ['b', '3'],
      ],
    ],
    [
      'View=console&VIEW=x',
      [
        ['View', 'console'],
        ['VIEW', 'x'],
      ],
    ],
    ['a=b=c', [['a', 'b=c']]],
    ['a=1;b=2', [['a', '1;b=2']]],
    ['a=b+c%2Bd', [['a', 'b c+d']]],
    ['a=%E8%B7%AF', [['a', '路']]],
    ['a=b%0D%0Ac%09', [['a', 'b\r\nc\t']]],
    ['eids[]=11&eids%5B%5D=12', [], [['eids[]', ['11', '12']]]],
    ['filter[Query][terms][0][val]=1&filter[Query][terms][0][val]=2', [['filter[Query][terms][0][val]', '2']]],
    ['a[b][]=1&a[b][]=2&a[c]=3', [['a[c]', '3']], [['a[b][]', ['1', '2']]]],
    [
      'eid=&id=0',
      [
        ['eid', ''],
        ['id', '0'],
      ],
    ],
    [
      'a-b=1&$c=2&__proto__=3&constructor=4',
      [
        ['a-b', '1'],
        ['$c', '2'],
        ['__proto__', '3'],
        ['constructor', '4'],
      ],
    ],
  ];
  for (const [query, params, lists = []] of taken)
    it(`${query} is read`, () => {
      const inQuery = read({ target: `${page}?${query}` });
      const inForm = read(post(query));
      assert.deepEqual([[...inQuery.params], [...inQuery.lists]], [params, lists]);
      assert.deepEqual([[...inForm.params], [...inForm.lists]], [params, lists]);
    });

  const both: readonly (readonly [query: string, body: string, params: [string, string][] | null])[] = [
    ['view=console', 'view=view_video&eid=11', null],
    [
      'view=eventdetail&action=eventdetail',
      'view=eventdetail&action=eventdetail',
      [
        ['view', 'eventdetail'],
        ['action', 'eventdetail'],
      ],
    ],
    ['a=1', 'a=2', [['a', '2']]],
    ['eids[]=1', 'eids[]=2', null],
    ['a[b]=1', 'a[c]=2', null],
    ['a=1', 'a[b]=2', null],
    ['a[b]=1', 'a=2', null],
    ['a[b]=1', 'a[b]=1', null],
    ['id=3', 'id[]=3', null],
  ];
  for (const [query, body, params] of both)
    it(`?${query} with ${body} is ${params ? 'read' : 'refused'}`, () => {
      const written = post(body, form, `${page}?${query}`);
      if (params) assert.deepEqual([...read(written).params], params);
      else refuses(written, 'body-malformed');
    });
});

describe('names and values of a system that reads them as they are', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['a name twice', 'a=1&a=1'],
    ['a name in two cases', 'SRC=front&src=ffmpeg:/x.mp4'],
    ['brackets', 'a[]=1'],
    ['brackets, encoded', 'flags%5B%5D=1'],
    ['a blank in a name', '+src=front'],
    ['another separator', 'a=1;src=x'],
    ['an escape that is not whole', 'a=%2'],
    ['a NUL', 'a=%00'],
  ];
  for (const [what, query] of refused) it(`${what}: refused`, () => refuses({ target: `/api/events?${query}` }, 'path-ambiguous', frigate));

  it('query and body do not say two things', () => {
    refuses(post('{}', 'text/plain', '/api/login'), 'body-malformed', frigate);
    refuses(post('a=1', form, '/api/login?a=2'), 'body-malformed', frigate);
    assert.deepEqual([...read(post('a=1', form, '/api/login?a=1'), frigate).params], [['a', '1']]);
  });

  it('a name that the table lists as one that repeats is a list', () => {
    const target = '/api/cameras/fd20f7a2-9d69-4cb3-94ed-d51a20c3edfe/main/view.mp4?s=1-5&ts=true&s=6';
    const asked = read({ target }, moonfire);
    assert.deepEqual([...asked.lists], [['s[]', ['1-5', '6']]]);
    assert.deepEqual([...asked.params], [['ts', 'true']]);
  });
});

describe('what the stream program reads', () => {
  const zms = '/zm/cgi-bin/nph-zms?';
  const refused = [
    'monitor=1&monitor=2',
    'monitor=01',
    'monitor=1x',
    'monitor=+1',
    'event=0x0b',
    'monitor%3D1',
    'm%6fnitor=1',
    'monitor=%31',
    'monitor=1=2',
    'monitor==1',
    '=monitor=1',
    'monitor',
    '=',
    'monitor=1&scale=a%20b',
    'monitor=1&scale=a+b',
    '%20event=11',
    'event[]=11',
    'monitor=1&event.=11',
    'monitor=1;event=11',
    'monitor=1&=event',
    Array.from('abcdefghijklm', (letter) => `${letter}=1`).join('&'),
  ];
  for (const query of refused) it(`${query} is refused`, () => refuses({ target: zms + query }, 'path-ambiguous'));

  it('is taken in its order; what never goes on need not be readable', () => {
    const asked = read({ target: `${zms}&mode=jpeg&&monitor=1&maxfps=&user=a&pass=p%40%20+&connkey=048151&` });
    assert.deepEqual(asked.query, [
      ['mode', 'jpeg'],
      ['monitor', '1'],
      ['maxfps', ''],
      ['user', 'a'],
      ['pass', 'p%40%20+'],
      ['connkey', '048151'],
    ]);
  });
});

describe('fields of multipart/form-data', () => {
  it('are read as they are', () => {
    const asked = read(
      multipart(
        `${part('view', 'snapshot')}${part('snapshot[Name]', 'a=1&b%20+c')}${part('empty', '')}${part('lines', 'a\r\n\r\nb\nc')}${end}`,
      ),
    );
    assert.deepEqual(
      [...asked.params],
      [
        ['view', 'snapshot'],
        ['snapshot[Name]', 'a=1&b%20+c'],
        ['empty', ''],
        ['lines', 'a\r\n\r\nb\nc'],
      ],
    );
  });

  const refused: readonly (readonly [string, Written])[] = [
    [
      'a file',
      multipart(
        `--${mark}\r\nContent-Disposition: form-data; name="import_file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\na\r\n${end}`,
      ),
    ],
    [
      'a part with a type',
      multipart(`--${mark}\r\nContent-Disposition: form-data; name="view"\r\nContent-Type: text/plain\r\n\r\nx\r\n${end}`),
    ],
    ['a name in an encoding', multipart(`--${mark}\r\nContent-Disposition: form-data; name*=UTF-8''view\r\n\r\nx\r\n${end}`)],
    ['a name without quotes', multipart(`--${mark}\r\nContent-Disposition: form-data; name=view\r\n\r\nx\r\n${end}`)],
    ['two names', multipart(`--${mark}\r\nContent-Disposition: form-data; name="a"; name="view"\r\n\r\nx\r\n${end}`)],
    ['a name with a backslash', multipart(part('a\\"b', 'x') + end)],
    ['a name with an escape', multipart(part('vi%65w', 'x') + end)],
    ['a name that PHP rewrites', multipart(part(' view', 'view_video') + end)],
    ['a name that decides, twice', multipart(part('view', 'console') + part('view', 'view_video') + end)],
    ['another header first', multipart(`--${mark}\r\nX-A: b\r\nContent-Disposition: form-data; name="view"\r\n\r\nx\r\n${end}`)],
    ['bare line feeds', multipart(part('view', 'x').replaceAll('\r\n', '\n') + end)],
    [
      'a delimiter behind a bare line feed',
      multipart(`${part('a', `b\n--${mark}\r\nContent-Disposition: form-data; name="view"\r\n\r\nview_video`)}${end}`),
    ],
    ['a delimiter inside a value', multipart(`${part('a', `x--${mark}`)}${end}`)],
    ['something before', multipart(`x\r\n${part('a', 'b')}${end}`)],
    ['something behind', multipart(`${part('a', 'b')}${end}x`)],
    ['no end', multipart(part('a', 'b'))],
    ['nothing', multipart('--x--')],
    ['a part without a blank line', multipart(`--${mark}\r\nContent-Disposition: form-data; name="view"\r\n${end}`)],
    ['no boundary', multipart(part('a', 'b') + end, 'multipart/form-data')],
    ['a quoted boundary', multipart(part('a', 'b') + end, `multipart/form-data; boundary="${mark}"`)],
    ['two boundaries', multipart(part('a', 'b') + end, `multipart/form-data; boundary=x; boundary=${mark}`)],
    ['a charset beside', multipart(part('a', 'b') + end, `multipart/form-data; charset=utf-8; boundary=${mark}`)],
    ['another multipart', multipart(part('a', 'b') + end, `multipart/mixed; boundary=${mark}`)],
    ['bytes that are not UTF-8', multipart(`${part('a', '\xff')}${end}`)],
    ['a NUL', multipart(`${part('a', 'b\0c')}${end}`)],
    ['too many', multipart(part('a[]', '').repeat(1001) + end)],
  ];
  for (const [what, written] of refused) it(`${what}: refused`, () => refuses(written, 'body-malformed'));
});

describe('JSON', () => {
  const taken: readonly (readonly [string, unknown])[] = [
    ['{}', {}],
    [' {"a" : [1, -2.5e3, true, null, "\\u8def\\n"] }\n', { a: [1, -2500, true, null, '路\n'] }],
    ['"x"', 'x'],
    ['{"":1}', { '': 1 }],
    ['{"constructor":1}', { constructor: 1 }],
    ['[-0]', [0]],
  ];
  for (const [text, value] of taken) it(`${text.trim()} is read`, () => assert.deepEqual(read(json(text), milestone).json, value));

  const refused = [
    '{"a":1,"a":2}',
    '{"deviceId":"x","DEVICEID":"y"}',
    '{"a":{"b":1,"b":1}}',
    '{"__proto__":{}}',
    '{a:1}',
    "{'a':1}",
    '{"a":1,}',
    '[1,]',
    '[,1]',
    '{"a"}',
    '{"a":}',
    '{',
    '}',
    '[',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1.}',
    '{"a":NaN}',
    '{"a":1e999}',
    '{"a":12345678901234567890}',
    '{"a":"\t"}',
    '{"a":"\\x41"}',
    '{"a":"\\ud800"}',
    '{"a":"\\udc00x"}',
    '{"a":"b\\u0000"}',
    '{}{}',
    '{} x',
    '\xef\xbb\xbf{}',
    '{"a":"\xff"}',
    '/* */{}',
    '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]',
    'undefined',
    ' ',
  ];
  for (const text of refused) it(`${JSON.stringify(text.slice(0, 40))} is refused`, () => refuses(json(text), 'body-malformed', milestone));
});
