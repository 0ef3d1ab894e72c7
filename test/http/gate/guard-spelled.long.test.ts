// Footage that travels as letters: in base64 of every spelling, in hex, in lists of numbers, in data: addresses.
import assert from 'node:assert/strict';
import { ICON_BYTES, judgeRun, SHORTEST_MEDIA } from '../../../plugin/http/gate/spelled-media.js';
import { MOST_ICONS } from '../../../plugin/http/gate/inline-media.js';
import { mediaSamples } from './media-samples.js';
import type { SampleName } from './media-samples.js';
import { escapedStrings, spellings } from './spellings.js';
import { answering, assertNothingLeft, judgeFor, pieces, through } from './through.js';

/** A page around it, before and behind. */
const line = '<tr><td>camera (3)</td><td class="state">recording; 12.5 frames a second</td></tr>\n';
const page = (middle: string): Buffer => Buffer.from(`<!DOCTYPE html>\n${line.repeat(30)}${middle}\n${line.repeat(60)}`);
const html = answering('text/html');
const filled = (around: string, text: string): string => around.replace('{}', () => text);

describe('media in letters', function () {
  this.timeout(120_000);

  const samples: readonly SampleName[] = ['clip.mp4', 'fragments.mp4', 'frame.jpg', 'clip.mkv', 'clip.avi', 'clip.ts', 'clip.h264', 'clip.mpg', 'frame.png', 'clip.asf'];
  for (const [spelling, { around, of }] of Object.entries(spellings))
    it(`${spelling}: a hit, and none of it leaves`, async () => {
      const made = await mediaSamples();
      for (const name of samples) {
        const text = of(made[name].subarray(0, 4000));
        const body = page(filled(around, text));
        for (const sizes of [[body.length], [1000, 17, 3000], [65_536]]) {
          const { out, why, where } = through(judgeFor(html), pieces(body, ...sizes));
          assert.equal(why, 'spelled-media', `${name} in pieces of ${sizes.join()}: ${where}`);
          assertNothingLeft(out, Buffer.from(text), name);
        }
      }
    });

  it('byte by byte it is the same', async () => {
    const frame = (await mediaSamples())['frame.jpg'].subarray(0, 900);
    for (const { around, of } of Object.values(spellings)) {
      const text = of(frame);
      const { out, why } = through(judgeFor(html), pieces(page(filled(around, text)), 1));
      assert.equal(why, 'spelled-media', around);
      assertNothingLeft(out, Buffer.from(text), around);
    }
  });

  it('wherever in a piece it begins, its beginning does not leave', async () => {
    const text = (await mediaSamples())['frame.jpg'].subarray(0, 3000).toString('base64');
    for (let before = 0; before < 2100; before += 10) {
      const body = Buffer.from(`${'. '.repeat(before / 2)}("${text}")`);
      for (const size of [2048, 2700]) {
        const { out, why } = through(judgeFor(html), pieces(body, size));
        assert.equal(why, 'spelled-media');
        assertNothingLeft(out, Buffer.from(text), `behind ${before}`);
      }
    }
  });

  for (const [what, of] of Object.entries(escapedStrings))
    it(`bytes in a string ${what}: a hit`, async () => {
      const made = await mediaSamples();
      for (const name of ['clip.mp4', 'fragments.mp4', 'frame.jpg', 'clip.mkv', 'clip.h264'] as const) {
        const text = of(made[name].subarray(0, 6000));
        for (const size of [1, 1000, 65_536]) {
          const { out, why } = through(judgeFor(html), pieces(page(`{"t":${text}}`), size));
          assert.equal(why, 'spelled-media', name);
          assertNothingLeft(out, Buffer.from(text), name);
        }
      }
    });

  const mediaBehind: readonly number[] = [1, 2, 3, 4, 100];
  for (const count of mediaBehind)
    it(`behind ${count} other bytes in the same base64: a hit`, async () => {
      const { 'clip.mp4': clip, 'frame.jpg': frame } = await mediaSamples();
      for (const media of [clip, frame]) {
        const text = Buffer.concat([Buffer.alloc(count, 0x11), media.subarray(0, 3000)]).toString('base64');
        assert.equal(through(judgeFor(html), pieces(page(`{"t":"${text}"}`), 777)).why, 'spelled-media');
      }
    });

  it('in the middle of a long run that is none: a hit, and it does not leave', async () => {
    const frame = (await mediaSamples())['frame.jpg'];
    for (const before of [1000, 20_000, 33_000, 70_000, 200_000]) {
      const hidden = frame.toString('base64');
      const body = Buffer.from(`{"t":"${'QUJD'.repeat(before / 4)}${hidden}${'QUJD'.repeat(before / 4)}"}`);
      for (const size of [777, 65_536, body.length]) {
        const { out, why } = through(judgeFor(html), pieces(body, size));
        assert.equal(why, 'spelled-media', String(before));
        assertNothingLeft(out, Buffer.from(hidden), String(before));
      }
    }
  });

  it('what is shorter than any picture passes, what is longer does not', async () => {
    const frame = (await mediaSamples())['frame.jpg'];
    for (const [bytes, why] of [[SHORTEST_MEDIA - 10, null], [SHORTEST_MEDIA + 10, 'spelled-media']] as const)
      assert.equal(through(judgeFor(html), [page(`{"t":"${frame.subarray(0, bytes).toString('base64')}"}`)]).why, why);
  });

  it('an icon in letters passes, a larger picture does not', async () => {
    const { 'frame.png': png, 'frame.gif': gif } = await mediaSamples();
    for (const picture of [png, gif])
      for (const [bytes, why] of [[ICON_BYTES - 10, null], [ICON_BYTES + 10, 'spelled-media']] as const)
        assert.equal(through(judgeFor(html), [page(`{"icon":"${picture.subarray(0, bytes).toString('base64')}"}`)]).why, why);
  });

  it('icons in letters are counted', async () => {
    const icon = (await mediaSamples())['frame.png'].subarray(0, 600).toString('base64');
    const list = (count: number): string => Array.from({ length: count }, () => `{"icon":"${icon}"}`).join('');
    assert.equal(through(judgeFor(html), pieces(page(list(40)), 999)).why, null);
    assert.equal(through(judgeFor(html), pieces(page(list(60)), 999)).why, 'inline-media', 'more than 32 KiB of them');
  });

  it('the same run means the same whether it comes whole or goes on', async () => {
    const frame = (await mediaSamples())['frame.jpg'].toString('base64');
    assert.equal(judgeRun(frame, true).large?.kind, 'jpeg');
    assert.equal(judgeRun(frame, false).large?.kind, 'jpeg');
  });

  it('media among WebSocket or multipart headers is found like in a page', async () => {
    const frame = (await mediaSamples())['frame.jpg'];
    const part = `--a\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n${frame.toString('base64')}\r\n--a--\r\n`;
    assert.equal(through(judgeFor(answering('multipart/mixed; boundary=a')), pieces(Buffer.from(part), 50)).why, 'spelled-media');
    const raw = Buffer.concat([Buffer.from('--a\r\nContent-Type: text/plain\r\n\r\n'), frame, Buffer.from('\r\n--a--')]);
    assert.equal(through(judgeFor(answering('multipart/mixed; boundary=a')), pieces(raw, 50)).why, 'binary-in-text');
  });
});

describe('data: addresses', function () {
  this.timeout(120_000);

  const short = Buffer.from('a few bytes that are no picture').toString('base64');
  const hits: readonly string[] = [
    `<img src="data:image/jpeg;base64,${short}">`,
    `<img src='data:image/jpg;base64,${short}'>`,
    `<img src=data:image/jpeg;base64,${short}>`,
    `<img src="DATA:IMAGE/JPEG;BASE64,${short}">`,
    `<img src="data: image/webp;base64, ${short}">`,
    `<img src="data:image/jpeg;charset=x;base64,${short}">`,
    `<img src="data&colon;image&sol;jpeg&semi;base64&comma;${short}">`,
    `<img src="data&#58;image&#x2f;jpeg&#59;base64&#44;${short}">`,
    `{"t":"data:image\\/jpeg;base64,${short}"}`,
    `{"t":"data\\u003aimage\\u002fjpeg\\u003bbase64\\u002c${short}"}`,
    `{"t":"{\\"u\\":\\"data:image\\\\\\/jpeg;base64,${short}\\"}"}`,
    `<a href="?u=data%3Aimage%2Fjpeg%3Bbase64%2C${short}">`,
    `url(data:image/jpeg;base64,${short})`,
    `<img src="data:image/jpeg,%FF%D8%FF%E0%00%10JFIF">`,
    `<video src="data:video/mp4;base64,${short}">`,
    `<audio src="data:audio/wav;base64,${short}">`,
    `<img src="data:image/avif;base64,${short}">`,
    `<img src="data:image/bmp;base64,${short}">`,
    `<img src="data:image/png;base64,${short}">`,
    `<img src="data:image/gif;base64,${Buffer.from('\x89PNG\r\n\x1a\n', 'latin1').toString('base64')}">`,
    `<img src="data:image/png;base64,${Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(2100, 1)]).toString('base64')}">`,
    `<img src="data:image/png;base64,${Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(9000, 1)]).toString('base64')}">`,
    `<img src="data:image/svg+xml,%3csvg xmlns='http://www.w3.org/2000/svg'%3e%3cimage href='x'/%3e%3c/svg%3e">`,
    `<img src="data:image/svg+xml;base64,${Buffer.from('<svg><use href="data:image/png;base64,AAAA"/></svg>').toString('base64')}">`,
    `<img src="data:image/svg+xml,${'%3cpath/%3e'.repeat(800)}">`,
    `<img src="data:image/svg+xml;base64,${short}">`,
  ];
  for (const text of hits)
    it(`hit: ${text.slice(0, 80)}`, () => {
      const at = text.search(/data/i);
      for (const size of [1, 64, 65_536]) {
        const { out, why } = through(judgeFor(html), pieces(page(text), size));
        assert.equal(why, 'inline-media');
        assert.equal(out.indexOf(text.slice(at, at + 24)), -1);
      }
      for (let split = 2400; split < 2600; split++) assert.equal(through(judgeFor(html), [page(text).subarray(0, split), page(text).subarray(split)]).why, 'inline-media');
    });

  it('icons of a page pass: PNG, GIF, drawings', async () => {
    const { 'frame.png': png, 'frame.gif': gif } = await mediaSamples();
    const passing = [
      `<img src="data:image/png;base64,${png.subarray(0, 1500).toString('base64')}">`,
      `.a { background: url(data:image/gif;base64,${gif.subarray(0, 1700).toString('base64')}) no-repeat }`,
      `.a { background: url("data:image/svg+xml,%3csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3e%3cpath fill='%23fff' d='M6.564.75l-3.59 3.612'/%3e%3c/svg%3e") }`,
      `.a { background: url('data:image/svg+xml;utf8,<svg xmlns="http://www.w3.org/2000/svg"><path d="M1 1"/></svg>') }`,
      `<img src="data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64')}">`,
      `{"t":"data:image\\/gif;base64,${gif.subarray(0, 43).toString('base64').replaceAll('/', '\\/')}"}`,
      `if (src.indexOf('data:image/') === 0) return`,
      `link.href = 'data:image/png;base64,' + canvas`,
      `const t = \`data:image/jpeg;base64,\${frame}\`;`,
      `uri = "data:image/" + type + ";base64," + text`,
      `uri = "data:video/mp4;base64,"`,
      `accept="data:text/plain;base64,${short}"`,
      `@font-face { src: url(data:font/woff2;base64,${Buffer.concat([Buffer.from('wOF2'), Buffer.alloc(50_000, 0x5c)]).toString('base64')}) }`,
    ];
    for (const text of passing)
      for (const size of [1, 64, 65_536]) {
        const body = page(text);
        const { out, why, where } = through(judgeFor(html), pieces(body, size));
        assert.equal(why, null, `${text.slice(0, 60)}: ${where}`);
        assert.ok(out.equals(body));
      }
  });

  it('icons are counted, each once', async () => {
    const tiny = (await mediaSamples())['frame.gif'].subarray(0, 43).toString('base64');
    const some = (count: number): Buffer => page(`<img src="data:image/gif;base64,${tiny}">`.repeat(count));
    for (const size of [1, 500, 65_536]) {
      assert.equal(through(judgeFor(html), pieces(some(MOST_ICONS), size)).why, null);
      assert.equal(through(judgeFor(html), pieces(some(MOST_ICONS + 1), size)).why, 'inline-media');
    }
    const larger = (await mediaSamples())['frame.png'].subarray(0, 2000).toString('base64');
    const heavy = (count: number): Buffer => page(`<img src="data:image/png;base64,${larger}">`.repeat(count));
    assert.equal(through(judgeFor(html), pieces(heavy(16), 900)).why, null);
    assert.equal(through(judgeFor(html), pieces(heavy(17), 900)).why, 'inline-media');
  });
});
