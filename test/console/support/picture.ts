// A screen as it looks on an office PC and on a phone: kept for the documents where UPDATE_PICTURES=1, and held to what must be so on either.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../support/gate.js';
import { narrow, wide } from './desk.js';

const folder = path.join(root, 'docs/pictures/console');
const isKept = process.env['UPDATE_PICTURES'] === '1';

/** `name`: kebab-case; both widths are looked at, and the page is left at the wide one. Nothing is wider than the screen. */
export async function picture(page: Page, name: string): Promise<void> {
  for (const size of [wide, narrow]) {
    await page.setViewportSize(size);
    await page.evaluate('document.fonts.ready.then(() => undefined)');
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.equal(overflow, 0, `${name} at ${size.width} px is ${overflow} px too wide`);
    if (!isKept) continue;
    await page.evaluate('scrollTo(0, 0)');
    fs.mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, `${name}-${size.width}.png`), animations: 'disabled' });
  }
  await page.setViewportSize(wide);
}
