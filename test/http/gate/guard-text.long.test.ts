// Texts on their way out: what pages hold passes as it is, addresses of the system become the gate's, and what waits is bounded.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { scanText } from '../../../plugin/http/gate/text-scan.js';
import type { Upstream } from '../../../plugin/http/gate/upstream-addresses.js';
import { mediaSamples } from './media-samples.js';
import { escapedStrings, spellings } from './spellings.js';
import { answering, judgeFor, pieces, through } from './through.js';

const folder = new URL('benign/', import.meta.url);
const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  js: 'application/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  txt: 'text/plain',
};
const files = readdirSync(folder).map((name) => ({ name, body: readFileSync(new URL(name, folder)), type: types[name.split('.').at(-1)!]! }));

const asked: string[] = [];
const upstream: Upstream = {
  hosts: ['zm.internal', '127.0.0.1', '[::1]'],
  replace(origin) {
    asked.push(origin);
    return origin.startsWith('//') ? '//gate.example' : 'https://gate.example';
  },
};
const rewritten = (text: string, ...sizes: number[]): string => {
  const { out, why, where } = through(scanText(upstream), pieces(Buffer.from(text), ...sizes));
  assert.equal(why, null, where);
  return out.toString();
};

describe('what pages hold', () => {
  for (const { name, body, type } of files)
    it(`${name} passes as it is`, () => {
      const longer = Buffer.concat(Array.from({ length: Math.ceil(150_000 / body.length) }, () => body));
      for (const [text, isAsset] of [[body, true], [longer, false]] as const)
        for (const sizes of [[text.length], [65_536], [1460], [5000, 1, 70_000]]) {
          // A style sheet ten times over has ten times its icons.
          if (text === longer && /style|page/.test(name)) continue;
          const { out, why, where } = through(judgeFor(answering(type, { isAsset: isAsset || type.startsWith('image/') }), upstream), pieces(text, ...sizes));
          assert.equal(why, null, where);
          assert.ok(out.equals(text));
        }
      const single = through(judgeFor(answering(type, { isAsset: true })), pieces(body, 1));
      assert.deepEqual([single.why, single.out.equals(body)], [null, true]);
    });
});

describe('addresses of the system in a text', () => {
  const table: readonly (readonly [text: string, becomes: string])[] = [
    ['<a href="http://zm.internal/zm/?view=console">', '<a href="https://gate.example/zm/?view=console">'],
    ['<a href="HTTP://ZM.Internal:8080/zm/">', '<a href="https://gate.example/zm/">'],
    ['<script src="//zm.internal/zm/skin.js">', '<script src="//gate.example/zm/skin.js">'],
    ['{"url":"http:\\/\\/127.0.0.1:9997\\/list"}', '{"url":"https:\\/\\/gate.example\\/list"}'],
    ['{"u":"{\\"url\\":\\"http:\\\\\\/\\\\\\/127.0.0.1\\\\\\/list\\"}"}', '{"u":"{\\"url\\":\\"https:\\\\\\/\\\\\\/gate.example\\\\\\/list\\"}"}'],
    ['{"url":"http\\u003a\\u002f\\u002f127.0.0.1\\u003a80\\u002fa"}', '{"url":"https\\u003a\\u002f\\u002fgate.example\\u002fa"}'],
    ['?next=http%3A%2F%2Fzm.internal%3A8080%2Fzm', '?next=https%3A%2F%2Fgate.example%2Fzm'],
    ['<a href="http&#58;&#47;&#47;zm.internal&#47;zm">', '<a href="https&#58;&#47;&#47;gate.example&#47;zm">'],
    ['rtsp://admin:secret@zm.internal:554/live', 'https://gate.example/live'],
    ['ws://zm.internal/ws and wss://zm.internal/ws', 'https://gate.example/ws and https://gate.example/ws'],
    ['http://[::1]:8080/zm', 'https://gate.example/zm'],
    ['http://zm.internal.example/a http://zm.internal-2/a http://my.zm.internal/a', 'http://zm.internal.example/a http://zm.internal-2/a http://my.zm.internal/a'],
    ['http://127.0.0.11/a http://other.example/127.0.0.1', 'http://127.0.0.11/a http://other.example/127.0.0.1'],
    ['the host zm.internal, port 80, is not an address', 'the host zm.internal, port 80, is not an address'],
    ['see http://zm.internal.', 'see https://gate.example.'],
    ['http://zm.internal', 'https://gate.example'],
    ['http://zm.internal:80', 'https://gate.example'],
    ['中文 http://zm.internal/中文', '中文 https://gate.example/中文'],
  ];
  for (const [text, becomes] of table)
    it(text, () => {
      assert.equal(rewritten(text, 1), becomes);
      const around = `${'words, (more words)\n'.repeat(150)}${text}${' (and more words)\n'.repeat(150)}`;
      const expected = around.replace(text, () => becomes);
      for (const sizes of [[around.length], [1], [61, 2048], [2048], [3000]]) assert.equal(rewritten(around, ...sizes), expected, sizes.join());
      for (let split = 2900; split < 3200; split++) assert.equal(rewritten(around, split, 5000), expected, `split at ${split}`);
    });

  it('the gate is asked for the origin as it is written', () => {
    asked.length = 0;
    rewritten('HTTP://ZM.INTERNAL:8080/ http:\\/\\/127.0.0.1:30001\\/ //zm.internal/ rtsp://u:p@[::1]/', 9);
    assert.deepEqual(asked, ['http://zm.internal:8080', 'http://127.0.0.1:30001', '//zm.internal', 'rtsp://[::1]']);
  });

  it('without hosts nothing is changed', () => {
    const text = 'http://zm.internal/ '.repeat(200);
    assert.equal(through(scanText(null), [Buffer.from(text)]).out.toString(), text);
    assert.equal(through(scanText({ hosts: [], replace: () => '' }), [Buffer.from(text)]).out.toString(), text);
  });
});

describe('a text that is made to take long', () => {
  // Where an expression tried every beginning against every end, these would take minutes.
  const blocks: readonly string[] = ['\\', '"', '" ', '%', '%2', '&', '&#', '&#x', 'data:', 'data:image/', '"data:image/svg+xml,', "'data:image/png;", '//', 'http:', 'http://', 'a@', '0x', '\\u00', '\\x0', `${'1, '.repeat(330)}word `, `${'ab'.repeat(500)}g`, '-', '=', '<', '\u00ff\u00d8', ' ', '\n', 'zm.internal', '@zm.internal', 'G'];
  for (const block of blocks)
    it(`passes or is stopped: ${JSON.stringify(block.slice(0, 24))} without end`, () => {
      const body = Buffer.from(block.repeat(Math.ceil((256 * 1024) / block.length)), 'utf8');
      for (const size of [65_536, 3000]) {
        const { out, why } = through(scanText(upstream), pieces(body, size));
        assert.ok(why === null ? out.length > 0 : /inline-media|spelled-media/.test(why));
      }
    }).timeout(60_000);
});

describe('a text cut at random', function () {
  this.timeout(120_000);

  it('is judged the same, and says the same, as whole', async () => {
    const made = await mediaSamples();
    const frame = made['frame.jpg'].subarray(0, 1200);
    const clip = made['clip.mp4'].subarray(0, 1500);
    const gif = made['frame.gif'].subarray(0, 43).toString('base64');
    const harmless = [
      ...files.map(({ body }) => body.subarray(0, 3000).toString('latin1')),
      'http://zm.internal:8080/zm ',
      'http:\\/\\/127.0.0.1\\/',
      `"data:image/gif;base64,${gif}"`,
      'data:image/svg+xml,%3csvg/%3e" ',
      `"${'QUJD'.repeat(300)}"`,
      `[${'1,2,3,'.repeat(500)}0]`,
      '//',
      'http:',
      'dat',
      'a:',
      '\\',
      '%',
    ];
    const harmful = [
      ...Object.values(spellings).flatMap(({ around, of }) => [frame, clip].map((media) => around.replace('{}', () => of(media)))),
      ...Object.values(escapedStrings).map((of) => of(clip)),
      `"data:image/jpeg;base64,${frame.toString('base64')}"`,
      `url(data:video/mp4;base64,AAAA)`,
      '\0',
    ];
    const piece = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...harmless) }, { weight: 1, arbitrary: fc.constantFrom(...harmful) });
    let [hits, passes] = [0, 0];
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 14 }), fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 6000 })), { minLength: 1, maxLength: 12 }), (texts, sizes) => {
        const body = Buffer.from(texts.join(''), 'latin1');
        const whole = through(scanText(upstream), [body]);
        const cut = through(scanText(upstream), pieces(body, ...sizes));
        assert.equal(cut.why === null, whole.why === null, `${whole.why} ${whole.where} | ${cut.why} ${cut.where}`);
        if (whole.why === null) assert.ok(cut.out.equals(whole.out));
        if (whole.why === null) passes += 1;
        else hits += 1;
      }),
      { numRuns: 1000 },
    );
    assert.ok(hits > 60 && passes > 60, `${hits} hits, ${passes} passes`);
  });
});
