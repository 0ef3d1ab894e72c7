// Known requests for recorded footage, changed in the ways in which people and programs get round a gate: the families of tricks that worked on
// real systems, alone and together. The same seed gives the same mutants. They are raw: to be read by the gate, or sent through a socket.
import type { RouteTable } from '../../../plugin/domain/route-table.js';
import type { HeaderLine, RawRequest } from '../../../plugin/http/gate/raw-request.js';
import { chanceOf, type Chance } from './chance.js';
import { asksForMedia } from './media-asked.js';
import { fromExample } from './tables.js';

export interface Mutant extends RawRequest {
  /** The request that it was. */
  of: string;
  /** What was done to it, in order. */
  how: readonly string[];
}

/** A request in parts, each as it is to be sent. */
interface Parts {
  method: string;
  /** Before the path: the host of an absolute form. */
  prefix: string;
  path: string;
  query: string[];
  separator: string;
  form: string[];
  /** How the form is written; null: no body. */
  encoding: 'urlencoded' | 'multipart' | 'json' | null;
  /** A body that is no form. */
  rawBody: string;
  rawType: string;
  headers: HeaderLine[];
  upgrade: string | null;
}

type Trick = (parts: Parts, chance: Chance) => void;

const letters = 'abcdefghijklmnopqrstuvwxyz';
const hex = (letter: string): string => letter.charCodeAt(0).toString(16).padStart(2, '0');
const cap = (text: string, chance: Chance): string => (chance.below(2) === 0 ? text : text.toUpperCase());

/** Some place of a text that `pattern` finds, replaced. */
function somewhere(text: string, pattern: RegExp, chance: Chance, put: (found: string) => string): string {
  const places = [...text.matchAll(new RegExp(pattern.source, 'g'))];
  if (places.length === 0) return text;
  const place = chance.one(places);
  return text.slice(0, place.index) + put(place[0]) + text.slice(place.index + place[0].length);
}

/** One of the pairs of query or form, replaced by none, one or several. */
function aPair(parts: Parts, chance: Chance, put: (name: string, value: string) => string[]): void {
  const side = parts.form.length > 0 && (parts.query.length === 0 || chance.below(2) === 0) ? parts.form : parts.query;
  if (side.length === 0) return;
  const at = chance.below(side.length);
  const [name = '', ...value] = side[at]!.split('=');
  side.splice(at, 1, ...put(name, value.join('=')));
}

const benign = ['console', 'front', 'cam1', '1', 'monitor', 'modal', 'live', '', 'none'];
const others = [
  'view=console',
  'view=event',
  'request=modal&modal=logout',
  'request=status&entity=navBar',
  'action=login',
  'view=login',
  'view=options',
  'action=',
  '_method=GET',
  '_method=DELETE',
  'source=monitor',
  'monitor=1',
  'mode=single',
  'mode=jpeg',
  'src=front',
  'SRC=front',
  'format=json',
  'stream=primary',
  'task=query',
  'x=1',
  'a[]=1',
  'token=x',
  'buffer=0',
  'EIO=4',
  'redirect=console',
  'skin=classic',
  'h=100',
  'download=0',
  'live=1',
  'command=99',
  'path=',
  'deleteIndex=0',
  '__proto__=x',
];
const extensions = [
  '.css',
  '.js',
  '.png',
  '.jpg',
  '.svg',
  '.json',
  '.txt',
  '.html',
  '.ico',
  '.m3u8',
  '.woff2',
  '.php',
  '/x.css',
  '/x.png',
  '/index.html',
  '/',
];
const folders = [
  'assets',
  'css',
  'js',
  'skins',
  'static',
  'images',
  'fonts',
  'libs',
  'ui',
  'api',
  'cache',
  'proxy',
  'login',
  'k',
  'media',
  'webrtc',
  'hls',
  'live',
  'public',
  'admin',
  'super',
  'x',
];

const tricks: Readonly<Record<string, Trick>> = {
  'double slash': (parts, chance) => void (parts.path = somewhere(parts.path, /\//, chance, () => '/'.repeat(2 + chance.below(2)))),
  'dot segment': (parts, chance) =>
    void (parts.path = somewhere(parts.path, /\//, chance, () => chance.one(['/./', '/%2e/', '/.%2f', '/.;/']))),
  'dot-dot segment': (parts, chance) =>
    void (parts.path = somewhere(
      parts.path,
      /\//,
      chance,
      () => `/${chance.one(folders)}/${chance.one(['..', '%2e%2e', '.%2e', '%2E.', '..;x', '%252e%252e'])}/`,
    )),
  'encoded letter': (parts, chance) =>
    void (parts.path = somewhere(parts.path, /[a-z0-9._-]/i, chance, (letter) => `%${cap(hex(letter), chance)}`)),
  'letter encoded twice': (parts, chance) =>
    void (parts.path = somewhere(parts.path, /[a-z0-9._/-]/i, chance, (letter) => `%25${cap(hex(letter), chance)}`)),
  'encoded slash': (parts, chance) =>
    void (parts.path = somewhere(parts.path, /\//, chance, () =>
      chance.one(['%2f', '%2F', '%5c', '\\', '%2f%2e%2e%2f', '/%2f', '%c0%af']),
    )),
  'case of the path': (parts, chance) =>
    void (parts.path =
      chance.below(3) === 0
        ? parts.path.toUpperCase()
        : somewhere(parts.path, /[a-z]+/, chance, (word) => word[0]!.toUpperCase() + word.slice(1))),
  'fake extension': (parts, chance) => void (parts.path += chance.one(extensions)),
  'letters behind': (parts, chance) =>
    void (parts.path += chance.one([
      '.',
      '%20',
      '%00',
      '%00.jpg',
      ';x=1',
      ';.css',
      '~',
      '%0a',
      '%09',
      '::$DATA',
      '%2e',
      '..',
      '%',
      '#x',
      '/..',
      '/.',
      '%3f',
      '%3fx.css',
    ])),
  'another extension': (parts, chance) => void (parts.path = parts.path.replace(/\.[a-z0-9]+$/i, chance.one(extensions))),
  'foreign folder': (parts, chance) => void (parts.path = somewhere(parts.path, /\//, chance, () => `/${chance.one(folders)}/`)),
  'dropped segment': (parts, chance) => void (parts.path = somewhere(parts.path, /\/[^/]+/, chance, () => '')),
  'swapped segments': (parts) => void (parts.path = parts.path.replace(/^\/([^/]+)\/([^/]+)/, '/$2/$1')),
  'loose number in the path': (parts, chance) =>
    void (parts.path = somewhere(parts.path, /[0-9]+/, chance, (digits) =>
      chance.one([`0${digits}`, `+${digits}`, `${digits}e0`, `${digits}.0`, `${digits}x`, `-${digits}`, `${digits}_0`]),
    )),
  'absolute form': (parts, chance) =>
    void (parts.prefix = chance.one(['http://vms.example', 'https://x', '//x', 'HTTP://vms.example:80', '/', '*'])),
  method: (parts, chance) =>
    void (parts.method = chance.one([
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'CONNECT',
      'FOO',
      'get',
      'PROPFIND',
      'QUERY',
    ])),
  upgrade: (parts, chance) =>
    void (parts.upgrade = parts.upgrade === null ? chance.one(['websocket', 'WebSocket', 'h2c', 'TLS/1.0', 'websocket, h2c']) : null),
  'override header': (parts, chance) =>
    void parts.headers.push(
      chance.one([
        ['X-HTTP-Method-Override', 'GET'],
        ['X-HTTP-Method', 'DELETE'],
        ['X-Original-URL', '/zm/index.php?view=console'],
        ['X-Rewrite-URL', '/'],
        ['X-Forwarded-Host', 'x'],
        ['Range', 'bytes=1000-'],
        ['Expect', '100-continue'],
        ['Expect', 'x'],
        ['Transfer-Encoding', 'chunked'],
        ['Content-Encoding', 'gzip'],
        ['Accept', 'text/html'],
      ] as const),
    ),
  renamed: (parts, chance) =>
    aPair(parts, chance, (name, value) => {
      const as = chance.one([
        `%20${name}`,
        `+${name}`,
        `${name}%20`,
        `${name}%00`,
        `${name}%00x`,
        `${name}.`,
        `_${name}`,
        name.toUpperCase(),
        name.charAt(0).toUpperCase() + name.slice(1),
        `${name}[`,
        `[${name}]`,
        name.replace('_', '.'),
        name.replace('_', '%20'),
        name.replace('_', '['),
        somewhere(name, /[a-z]/i, chance, (letter) => `%${hex(letter)}`),
        `${name}${chance.one([...letters])}`,
        `%ef%bb%bf${name}`,
        `${name}%0a`,
      ]);
      return [`${as}=${value}`];
    }),
  repeated: (parts, chance) =>
    aPair(parts, chance, (name, value) => {
      const twin = `${chance.below(3) === 0 ? name.toUpperCase() : name}=${chance.one(benign)}`;
      return chance.below(2) === 0 ? [twin, `${name}=${value}`] : [`${name}=${value}`, twin];
    }),
  dropped: (parts, chance) => aPair(parts, chance, () => []),
  'made a list': (parts, chance) =>
    aPair(parts, chance, (name, value) => [`${name}${chance.one(['[]', '[0]', '[x]', '%5B%5D', '[][]', '[x][y]'])}=${value}`]),
  'loose value': (parts, chance) =>
    aPair(parts, chance, (name, value) => [
      `${name}=${chance.one([
        `./${value}`,
        `/${value}`,
        `../${value}`,
        `%2e%2f${value}`,
        `x/../${value}`,
        `0${value}`,
        `+${value}`,
        `%20${value}`,
        `${value}abc`,
        `${value}%20`,
        `${value}%00`,
        `${value}%0a`,
        `${value}.0`,
        value.toUpperCase(),
        somewhere(value, /[a-z0-9]/i, chance, (letter) => `%${hex(letter)}`),
        somewhere(value, /[a-z0-9]/i, chance, (letter) => `%25${hex(letter)}`),
      ])}`,
    ]),
  'other value': (parts, chance) => aPair(parts, chance, (name) => [`${name}=${chance.one(benign)}`]),
  added: (parts, chance) => {
    const side = parts.encoding !== null && chance.below(2) === 0 ? parts.form : parts.query;
    side.splice(chance.below(side.length + 1), 0, ...chance.one(others).split('&'));
  },
  'other order': (parts) => void parts.query.reverse(),
  'other separator': (parts, chance) => void (parts.separator = chance.one([';', '&&', '&amp;', '?', '&;', '|', '%26'])),
  'into the body': (parts, chance) => {
    parts.encoding = chance.one(['urlencoded', 'multipart', 'json'] as const);
    const moved = chance.below(2) === 0 ? parts.query.splice(0) : parts.query.splice(chance.below(parts.query.length + 1), 1);
    parts.form.push(...moved);
    if (chance.below(4) > 0) parts.method = chance.one(['POST', 'POST', 'PUT', 'PATCH']);
  },
  'into the query': (parts) => {
    parts.query.push(...parts.form.splice(0));
    parts.encoding = null;
  },
  'body over query': (parts, chance) => {
    parts.encoding = chance.one(['urlencoded', 'multipart'] as const);
    const [pair] = parts.query.length > 0 ? parts.query.splice(chance.below(parts.query.length), 1, chance.one(others)) : [];
    if (pair) parts.form.push(pair);
    parts.method = 'POST';
  },
  'strange body': (parts, chance) => {
    parts.encoding = null;
    const whole = [...parts.query, ...parts.form].join('&');
    [parts.rawType, parts.rawBody] = chance.one([
      ['text/plain', whole],
      ['application/x-www-form-urlencoded; charset=utf-16', whole],
      ['application/x-www-form-urlencoded', `${whole}&${'a=1&'.repeat(1001)}`],
      ['multipart/form-data; boundary=x', `--x\r\nContent-Disposition: form-data; name="view"; filename="a"\r\n\r\nview_video\r\n--x--`],
      ['multipart/form-data; boundary=x', `--x\nContent-Disposition: form-data; name="view"\n\nimage\n--x--`],
      ['application/json', '{"playbackTimeNode":{"playbackTime":"2026-11-20T10:00:00Z"},"PlaybackTimeNode":null}'],
      ['application/json', '{"deviceId":"x","PLAYBACKTIMENODE":{"PlaybackTime":"2026-11-20T10:00:00Z"}}'],
      ['', whole],
    ] as const);
    parts.method = 'POST';
  },
};

/** What makes a request for a page or a live picture one for recorded footage, on one system or another. */
const selectors = [
  'event=11',
  'frame=3',
  'source=event',
  'source=fifo',
  'buffer=1000',
  'time=1763629200&event=11',
  'view=view_video&eid=11',
  'view=image&eid=11&fid=snapshot',
  'view=archive',
  'downloadIndex=0',
  'request=event&action=export&eids[]=11',
  'request=event&action=download&id=11',
  'request=stream&command=14',
  'command=12',
  'positionMs=1763629200000',
  'PositionMs=1',
  'endPositionMs=2',
  'durationMs=1000',
  'pos=1763629200000',
  'timestampMs=1763629200000',
  'time=1',
  'src=ffmpeg:/media/frigate/recordings/x.mp4',
  'src=ffmpeg:http://127.0.0.1:5000/x',
  'src=front:',
  'flags=-i',
  'playbackTimeNode=x',
  'PlaybackTime=2026-11-20T10:00:00Z',
  'skipGaps=true',
  'path=/1/2026-11-20/11/11-video.mp4',
  'file=zmExport_1.zip',
  'download=true',
  'accurateSeek=true',
];
const addSelector: Trick = (parts, chance) => {
  const side = parts.encoding !== null && chance.below(2) === 0 ? parts.form : parts.query;
  side.splice(chance.below(side.length + 1), 0, ...chance.one(selectors).split('&'));
};

const names = Object.keys(tricks);

/**
 * `count` mutants: of the table’s own examples that ask for recorded footage, and one in four of an example that passes, with something put in
 * that asks for it. Whether one still does is told by `asksForMedia`.
 */
export function mutantsOf(table: RouteTable, seed: number, count: number): Mutant[] {
  const chance = chanceOf(seed);
  const examples = table.routes.flatMap(({ examples: own }) => own);
  const media = examples.filter((example) => asksForMedia(table, fromExample(example)));
  const passing = table.routes
    .filter(({ class: kind }) => ['safe', 'live', 'auth', 'admin'].includes(kind))
    .flatMap(({ examples: own }) => own);
  return Array.from({ length: count }, () => {
    const turned = chance.below(4) === 0;
    const of = chance.one(turned ? passing : media);
    const parts = partsOf(of);
    if (turned) addSelector(parts, chance);
    const how = Array.from({ length: (turned ? 0 : 1) + chance.below(3) }, () => chance.one(names));
    for (const name of how) tricks[name]!(parts, chance);
    return { of, how: turned ? ['footage asked for', ...how] : how, ...written(parts) };
  });
}

function partsOf(example: string): Parts {
  const { method, target, body, upgrade } = fromExample(example);
  const [path = '', query = ''] = target.split('?');
  const text = body.toString('latin1');
  const isJson = text.startsWith('{');
  return {
    method,
    path,
    prefix: '',
    separator: '&',
    headers: [],
    query: query === '' ? [] : query.split('&'),
    form: isJson || text === '' ? [] : text.split('&'),
    encoding: isJson || text === '' ? null : 'urlencoded',
    rawBody: isJson ? text : '',
    rawType: isJson ? 'application/json' : '',
    upgrade: upgrade ? 'websocket' : null,
  };
}

const mark = 'AaB03x';
const unescaped = (text: string): string =>
  text.replaceAll('+', ' ').replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

function bodyOf({ form, encoding, rawBody, rawType, separator }: Parts): [body: string, type: string] {
  if (encoding === null) return [rawBody, rawType];
  if (encoding === 'urlencoded') return [form.join(separator), 'application/x-www-form-urlencoded'];
  const pairs = form.map((pair) => [unescaped(pair.replace(/=.*$/s, '')), unescaped(pair.replace(/^[^=]*=?/, ''))] as const);
  if (encoding === 'json')
    return [`{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`, 'application/json'];
  const fields = pairs.map(([name, value]) => `--${mark}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  return [`${fields.join('')}--${mark}--\r\n`, `multipart/form-data; boundary=${mark}`];
}

function written(parts: Parts): RawRequest {
  const { method, prefix, path, query, separator, upgrade } = parts;
  const [text, type] = bodyOf(parts);
  const body = Buffer.from(text, 'latin1');
  const own: HeaderLine[] = [['Host', 'vms.example']];
  if (body.length > 0) own.push(['Content-Length', String(body.length)]);
  if (type !== '') own.push(['Content-Type', type]);
  if (upgrade !== null) own.push(['Connection', 'Upgrade'], ['Upgrade', upgrade]);
  const target = `${prefix}${path}${query.length > 0 ? `?${query.join(separator)}` : ''}`;
  return { method, target, headers: [...own, ...parts.headers], body, upgrade: upgrade !== null };
}
