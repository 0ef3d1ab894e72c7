// PHP itself (Debian: php-cli) asked what it reads in random queries and forms: where the gate does not refuse one, it has read what PHP reads,
// and PHP's rule for names is the one that is written down. PHP_SEED takes another seed.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Asked } from '../../plugin/domain/asked.js';
import { Problem } from '../../plugin/domain/problem.js';
import { phpName } from '../../plugin/http/gate/php-name.js';
import { readAsked } from '../../plugin/http/gate/read-asked.js';
import { rebuild } from '../../plugin/http/gate/rebuild.js';
import { chanceOf, type Chance } from '../support/gate/chance.js';
import { aRequest, tables, type Written } from '../support/gate/tables.js';

const zoneminder = tables['zoneminder']!;
const seed = Number(process.env['PHP_SEED'] ?? 20_261_124);
const script = fileURLToPath(new URL('php-names.php', import.meta.url));
const settings = ['-n', '-d', 'display_errors=0', '-d', 'log_errors=0', '-d', 'request_order=GP', '-d', 'max_input_vars=1000'];

/** As php-names.php tells it: a value, or an array as pairs. */
type Told = string | [string, Told][];
const text = (coded: string): string => Buffer.from(coded, 'base64').toString('latin1');
const bytes = (plain: string): string => Buffer.from(plain).toString('latin1');

function askPhp(queries: readonly string[]): Told[] {
  const input = queries.map((query) => `${Buffer.from(query, 'latin1').toString('hex')}\n`).join('');
  const output = execFileSync('php', [...settings, script], { input, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);
}

/** Every value with the way to it: `a › b › 0 = x`. */
const leaves = (told: Told, way: readonly string[] = []): string[] =>
  typeof told === 'string' ? [`${way.join(' › ')} = ${text(told)}`] : told.flatMap(([key, value]) => leaves(value, [...way, text(key)]));

/** The same of what the gate read. */
function leavesOf({ params, lists }: Pick<Asked, 'params' | 'lists'>): string[] {
  const way = (name: string): string[] => bytes(name).replaceAll(']', '').split('[');
  const values = [...params].map(([name, value]) => `${way(name).join(' › ')} = ${bytes(value)}`);
  const items = [...lists].flatMap(([name, list]) =>
    list.map((value, at) => `${[...way(name).slice(0, -1), at].join(' › ')} = ${bytes(value)}`),
  );
  return [...values, ...items];
}

const letters = [
  'a',
  'b',
  'view',
  'eid',
  'x',
  '[',
  ']',
  '[]',
  '[a]',
  '[0]',
  '[1]',
  ' ',
  '+',
  '.',
  '_',
  '%20',
  '%5B',
  '%5D',
  '%00',
  '%2e',
  '%26',
  '%3D',
  '%',
  '%zz',
  '%ff',
  '%c3%a9',
  '-',
  '%09',
  '%0a',
  ';',
  '?',
  '/',
];
const aWord = (chance: Chance, most: number, from = letters): string =>
  Array.from({ length: chance.below(most + 1) }, () => chance.one(from)).join('');
const plain = ['a', 'b', 'c[]', 'c[x]', 'd', 'view', 'eid', 'eids[]', 'e[x][y]', 'e[x][]', 'f[0]', 'f[1]'];
const aPair = (chance: Chance): string =>
  `${chance.below(2) === 0 ? chance.one(plain) : aWord(chance, 5)}${chance.below(8) === 0 ? '' : '='}${aWord(chance, 3, [...letters, '1', 'console', '='])}`;
const aQuery = (chance: Chance): string =>
  Array.from({ length: chance.below(6) }, () => aPair(chance)).join(chance.below(10) === 0 ? '&&' : '&');

function read(written: Written): Asked | null {
  try {
    return readAsked(zoneminder, aRequest(written));
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return null;
  }
}

describe(`PHP as a reader of names (seed ${seed})`, function () {
  this.timeout(60_000);

  it('reads each name as it is written down', () => {
    const chance = chanceOf(seed);
    const raw = ['a', 'b', ' ', '.', '[', ']', '[]', '[b]', '\0', '\t', '_', 'c', '\u00e9', '[ ', ' ]', '0', '\x0b'];
    const names = Array.from({ length: 20_000 }, () => aWord(chance, 8, raw));
    const told = askPhp(names.map((name) => `${encodeURIComponent(name)}=1`));
    names.forEach((name, at) => {
      const ours = phpName(name);
      const expected = ours ? [`${[ours.base, ...ours.indexes.map((index) => index ?? '0')].map(bytes).join(' › ')} = 1`] : [];
      assert.deepEqual(leaves(told[at]!), expected, JSON.stringify(name));
    });
  });

  it('reads in a query what the gate reads in it, where the gate reads it at all', () => {
    const chance = chanceOf(seed + 1);
    const queries = Array.from({ length: 40_000 }, () => aQuery(chance));
    const told = askPhp(queries);
    const taken = queries.filter((query, at) => {
      const asked = read({ target: `/zm/index.php?${query}` });
      if (asked) assert.deepEqual(leavesOf(asked).sort(), leaves(told[at]!).sort(), query);
      return asked !== null;
    });
    assert.ok(taken.length > 4000, `only ${taken.length} were read`);
  });

  it('reads a thousand names and not one more', () => {
    const many = (count: number): string => Array.from({ length: count }, (_, at) => `a${at}=1`).join('&');
    const [thousand, more] = askPhp([many(1000), many(1001)]);
    assert.equal(leaves(thousand!).length, 1000);
    assert.ok(leaves(more!).length < 1001);
  });
});

describe(`PHP’s own server as a reader of forms (seed ${seed})`, function () {
  this.timeout(120_000);
  let server: ChildProcess;
  let port = 0;

  before(async () => {
    server = spawn('php', [...settings, '-S', '127.0.0.1:0', script], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    while (port === 0) {
      const [chunk] = (await once(server.stderr!, 'data')) as [Buffer];
      said += chunk.toString();
      port = Number(/127\.0\.0\.1:([0-9]+)/.exec(said)?.[1] ?? 0);
    }
    server.stderr!.resume();
  });
  after(async () => {
    server.kill();
    if (server.exitCode === null) await once(server, 'exit');
  });

  async function ask({ method = 'GET', target, body = '', contentType }: Written): Promise<{ request: Told; post: Told }> {
    const bytes = Buffer.from(body, 'latin1');
    const headers = {
      ...(contentType ? { 'Content-Type': contentType } : {}),
      ...(bytes.length > 0 ? { 'Content-Length': bytes.length } : {}),
    };
    const sent = request({ host: '127.0.0.1', port, method, path: target, headers, agent: false });
    sent.end(bytes);
    const [answer] = (await once(sent, 'response')) as [AsyncIterable<Buffer>];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString()) as { request: Told; post: Told };
  }

  const mark = 'AaB03x';
  const names = ['a', 'view', 'eid', 'eids[]', 'c[x]', 'b.c', ' d', 'e[', 'f g', 'c[]', 'h[x][y]', 'i"', 'j%20', 'k\u00e9'];
  const values = ['', '1', 'console', 'a b', 'a&b=c', 'x\r\ny', 'x\ny', `x\n--${mark}`, `--${mark}`, '%20+', '\u00e9', '\xff', 'x\r\n'];
  const fields = (chance: Chance): string => {
    const line = chance.below(12) === 0 ? '\n' : '\r\n';
    const part = (): string =>
      `--${mark}${line}Content-Disposition: form-data; name="${chance.one(names)}"${chance.below(12) === 0 ? `${line}Content-Type: text/plain` : ''}${line}${line}${chance.one(values)}${line}`;
    return `${Array.from({ length: 1 + chance.below(4) }, part).join('')}--${mark}--${chance.one(['\r\n', ''])}`;
  };

  it('reads in address and body what the gate reads in them, and the same in what the gate makes of them', async () => {
    const chance = chanceOf(seed + 2);
    let taken = 0;
    for (let round = 0; round < 12_000; round += 1) {
      const isMultipart = chance.below(2) === 0;
      const written: Written = {
        method: 'POST',
        // PHP's own server drops a second question mark; no other does.
        target: `/zm/index.php?${aQuery(chance).replaceAll('?', '')}`,
        body: isMultipart ? fields(chance) : aQuery(chance),
        contentType: isMultipart ? `multipart/form-data; boundary=${mark}` : 'application/x-www-form-urlencoded',
      };
      const asked = read(written);
      if (!asked) continue;
      taken += 1;
      const ours = leavesOf(asked).sort();
      assert.deepEqual(leaves((await ask(written)).request).sort(), ours, JSON.stringify(written));
      const again = rebuild(zoneminder, asked, { keep: zoneminder.strip });
      const goesOn: Written = {
        method: again.method,
        target: again.target,
        ...(again.body ? { body: again.body.toString('latin1'), contentType: again.contentType ?? '' } : {}),
      };
      assert.deepEqual(leaves((await ask(goesOn)).request).sort(), ours, JSON.stringify(goesOn));
    }
    assert.ok(taken > 300, `only ${taken} were read`);
  });
});
