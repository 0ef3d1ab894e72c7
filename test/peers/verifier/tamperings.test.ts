// The table of tamperings in the page itself, in Chromium: what the engine says in Node the page says to a person.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { pageFile } from '../../../tools/verifier-page.js';
import { tamperings } from '../../evidence/tamperings.js';
import { openBrowser } from '../../support/browser.js';
import { makeTempFolder, zipFiles } from '../../support/evidence/bytes.js';
import { publicPem } from '../../support/evidence/keys.js';
import { gateKey } from '../../support/evidence/sealed-package.js';
import { intactLine } from './intact-line.js';

describe('tamperings, by verify.html in Chromium', function () {
  this.timeout(60_000);
  let [root, browser, page]: [string, Browser, Page] = [] as never;
  const complaints: string[] = [];

  before(async () => {
    [root, browser] = [makeTempFolder(), await openBrowser()];
    page = await browser.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(pageFile).href);
    await page.fill('#key', publicPem(gateKey));
  });
  after(async () => {
    await browser?.close();
    fs.rmSync(root, { recursive: true, force: true });
  });

  for (const { what, make, says } of tamperings)
    it(`${what}: ${says}`, async () => {
      const made = await make();
      const file = path.join(fs.mkdtempSync(path.join(root, 'zip-')), 'package.zip');
      fs.writeFileSync(file, made instanceof Map ? await zipFiles(made) : made);
      await page.setInputFiles('#archive', file);
      await page.click('#verify');
      await page.waitForSelector('#result > .head');
      const line = await page.textContent('#result > .head');
      if (says === 'intact') assert.equal(line, intactLine(made as Map<string, Buffer>));
      else assert.equal(line, `NOT intact · 已被改动: ${says}`);
      assert.deepEqual(complaints, []);
    });
});
