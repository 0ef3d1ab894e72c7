// What of a text without end waits in the gate's memory: hundreds of megabytes through the scanner.
import assert from 'node:assert/strict';
import { MOST_HELD, scanText } from '../../../plugin/http/gate/text-scan.js';

const upstream = { hosts: ['zm.internal', '127.0.0.1'], replace: () => 'https://gate.example' };

describe('what a text holds back', () => {
  /** 200 MB in pieces of 64 KiB, one after the other. */
  const endless: readonly (readonly [what: string, block: string])[] = [
    ['a page', '<tr><td>camera (3)</td><td class="state">recording; 12.5 frames a second</td></tr>\n'],
    ['one run without end', 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg'],
    ['numbers without end', '17, 4, 129, 200, 33, 8, 91, 255, 2, 75, 61, 190, '],
    ['addresses without end', 'http://zm.internal/a '],
    ['beginnings of icons', '"data:image/" '],
  ];
  for (const [what, block] of endless)
    it(`${what}: no more than a few KiB beside the chunk`, () => {
      const chunk = Buffer.from(block.repeat(Math.ceil(65_536 / block.length)).slice(0, 65_536));
      const judge = scanText(upstream);
      // What is decoded in every way, or rewritten, takes longer: these get a tenth.
      const total = /run|numbers|addresses/.test(what) ? 20 : 200;
      let out = 0;
      for (let at = 0; at < (total * 1024 * 1024) / chunk.length; at++) {
        for (const part of judge.push(chunk)) out += part.length;
        assert.ok(judge.held() <= MOST_HELD, `${judge.held()} bytes are held`);
      }
      for (const part of judge.end()) out += part.length;
      assert.ok(out > total * 500_000);
      assert.ok(judge.mostHeld() <= MOST_HELD);
      assert.equal(judge.held(), 0);
    }).timeout(120_000);
});
