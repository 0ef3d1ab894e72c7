// verify.html as a person uses it: opened from a disk in Chromium, package and key handed to it, the network never touched.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { digestOf } from '../../../plugin/domain/formats/digest.js';
import { entriesPath } from '../../../plugin/evidence/layout.js';
import { packageFiles, type PackageParts } from '../../../plugin/evidence/package.js';
import { writeZip } from '../../../plugin/evidence/zip.js';
import { pageFile } from '../../../tools/verifier-page.js';
import { openBrowser } from '../../support/browser.js';
import { filesOf, makeTempFolder, putFolder, zipFiles } from '../../support/evidence/bytes.js';
import { publicPem, seededKey } from '../../support/evidence/keys.js';
import { aSealedPackage, contents, gateKey } from '../../support/evidence/sealed-package.js';
import { intactLine } from './intact-line.js';

const megabyte = 1024 * 1024;
const intact = intactLine(await filesOf(aSealedPackage()));
const broken = (code: string, where: string): string => `NOT intact · 已被改动: ${code} at ${where}`;
const fingerprint = '324be2dea8bc44461b0233e51fa48902ed6b1cc671e7739af2551e0bfe68f54e';

describe('verify.html in Chromium', function () {
  this.timeout(120_000);
  let [root, browser, page]: [string, Browser, Page] = [] as never;
  /** What the page asked for, and what it complained of. */
  let [asked, complaints]: [string[], string[]] = [[], []];

  before(async () => {
    [root, browser] = [makeTempFolder(), await openBrowser()];
  });
  after(async () => {
    await browser?.close();
    fs.rmSync(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    [asked, complaints] = [[], []];
    page = await browser.newPage();
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(pageFile).href);
  });
  afterEach(async () => {
    assert.deepEqual([asked, complaints], [[pathToFileURL(pageFile).href], []], 'it loads itself and nothing else, and complains of nothing');
    await page.close();
  });

  const putZip = async (parts: PackageParts, name = 'package.zip'): Promise<string> => {
    const file = path.join(fs.mkdtempSync(path.join(root, 'zip-')), name);
    const out = fs.createWriteStream(file);
    for await (const piece of writeZip(packageFiles(parts))) if (!out.write(piece)) await once(out, 'drain');
    out.end();
    await once(out, 'close');
    return file;
  };
  const giveKey = (key = gateKey): Promise<void> => page.fill('#key', publicPem(key));
  /** The verdict's first line, or what the page says instead of one. */
  async function verdict(): Promise<string> {
    await page.click('#verify');
    await page.waitForSelector('#result > p', { timeout: 100_000 });
    return (await page.locator('#result > p').first().textContent())!;
  }
  /** As a person's hand does it; the browser is told what the system's own drag tells it. */
  async function drop(file: string): Promise<void> {
    const cdp = await page.context().newCDPSession(page);
    await page.locator('#drop').scrollIntoViewIfNeeded();
    const box = (await page.locator('#drop').boundingBox())!;
    const drag = { x: box.x + 20, y: box.y + 10, data: { items: [], files: [file], dragOperationsMask: 1 } };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await cdp.send('Input.dispatchDragEvent', { type, ...drag });
    await page.getByText(path.basename(file), { exact: true }).waitFor();
  }

  const ways: [what: string, give: (given: { zip: string; folder: string }) => Promise<void>][] = [
    ['a chosen ZIP', ({ zip }) => page.setInputFiles('#archive', zip)],
    ['a chosen folder', ({ folder }) => page.setInputFiles('#folder', folder)],
    ['a dropped ZIP', ({ zip }) => drop(zip)],
    ['a dropped folder', ({ folder }) => drop(folder)],
  ];
  for (const [what, give] of ways)
    it(`finds ${what} intact, and names a changed file in it`, async () => {
      const files = await filesOf(aSealedPackage());
      await giveKey();
      await give({ zip: await putZip(aSealedPackage()), folder: putFolder(root, files) });
      assert.equal(await verdict(), intact);
      files.set('viewing/cam-1/01.mp4', Buffer.alloc(2500));
      const zip = path.join(fs.mkdtempSync(path.join(root, 'zip-')), 'changed.zip');
      fs.writeFileSync(zip, await zipFiles(files));
      await give({ zip, folder: putFolder(root, files) });
      assert.equal(await verdict(), broken('file-changed', 'viewing/cam-1/01.mp4'));
    });

  it('names an empty folder among dropped ones', async () => {
    const folder = putFolder(root, await filesOf(aSealedPackage()));
    fs.mkdirSync(path.join(folder, 'original/cam-9'));
    await giveKey();
    await drop(folder);
    assert.equal(await verdict(), broken('file-unexpected', 'original/cam-9'));
  });

  it('reads 300 MB in memory that does not grow with them', async () => {
    const content = Buffer.alloc(300 * megabyte);
    const [first, ...rest] = contents();
    const large = aSealedPackage({}, [{ ...first!, ...digestOf(content), content }, ...rest]);
    const [zip, whole] = [await putZip(large), intactLine(new Map([['manifest.json', large.manifest], [entriesPath, (await filesOf(aSealedPackage())).get(entriesPath)!]]))];
    const cdp = await browser.newBrowserCDPSession();
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
    const told = (pid: number, what: string): number => Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
    const before = new Map(processInfo.filter(({ type }) => ['renderer', 'browser'].includes(type)).map(({ id }) => [id, told(id, 'VmRSS')]));
    await giveKey();
    await page.setInputFiles('#archive', zip);
    assert.equal(await verdict(), whole);
    const grown = [...before].map(([pid, bytes]) => (told(pid, 'VmHWM') - bytes) / megabyte);
    assert.ok(before.size >= 2 && grown.every((each) => each < 150), `grew by ${grown.map((each) => each.toFixed(0)).join(', ')} MB`);
  });

  it('takes the key from outside alone, and says what is wrong with it', async () => {
    await page.setInputFiles('#archive', await putZip(aSealedPackage()));
    assert.match(await verdict(), /请先给出网关的公钥/);
    await page.fill('#key', 'ssh-ed25519 AAAA');
    assert.match(await verdict(), /这不是 PEM 形式/);
    await giveKey(seededKey(3));
    assert.equal(await verdict(), broken('key-foreign', 'manifest.dsse.json'));
    const file = path.join(root, 'gate.pub');
    fs.writeFileSync(file, publicPem(gateKey));
    await page.setInputFiles('#keyfile', file);
    await page.getByText(fingerprint.replace(/.{8}(?!$)/g, '$& ')).waitFor();
    assert.equal(await verdict(), intact);
  });

  it('holds the key against the fingerprint of the paper', async () => {
    await page.setInputFiles('#archive', await putZip(aSealedPackage()));
    await page.fill('#fingerprint', fingerprint);
    assert.match(await verdict(), /只有指纹还不能验证签名/);
    await giveKey();
    assert.equal(await verdict(), intact);
    await page.fill('#fingerprint', fingerprint.replace(/^3/, '4'));
    assert.match(await verdict(), /公钥与指纹不符/);
    await page.fill('#fingerprint', 'abc');
    assert.match(await verdict(), /指纹应为 64 位/);
  });

  it('is worked by the keyboard alone', async () => {
    await page.setInputFiles('#archive', await putZip(aSealedPackage()));
    const reached: string[] = [];
    for (let i = 0; i < 8 && reached.at(-1) !== 'verify'; i++) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate<string>('document.activeElement.id'));
      if (reached.at(-1) === 'key') await page.keyboard.insertText(publicPem(gateKey));
    }
    assert.deepEqual(reached, ['key', 'keyfile', 'fingerprint', 'archive', 'folder', 'contents', 'verify']);
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('#result > p').first().textContent(), intact);
  });

  it('is readable: every text at 4.5 to 1 and more', async () => {
    await giveKey();
    for (const zip of [aSealedPackage(), aSealedPackage({ key: seededKey(3) })]) {
      await page.setInputFiles('#archive', await putZip(zip));
      await verdict();
      // Text on the nearest ground that is painted (WCAG 2.2, 1.4.3).
      const found = await page.evaluate<[text: string, ratio: number][]>(`(() => {
        const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const light = (colour) => parts(colour).slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const groundOf = (node) => { for (; node; node = node.parentElement) { const colour = getComputedStyle(node).backgroundColor; if (parts(colour)[3] !== 0) return colour; } return 'rgb(255, 255, 255)'; };
        return [...document.querySelectorAll('main *')].filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())).map((node) => {
          const [a, b] = [light(getComputedStyle(node).color), light(groundOf(node))].sort((x, y) => y - x);
          return [node.textContent.slice(0, 30), (a + 0.05) / (b + 0.05)];
        });
      })()`);
      assert.ok(found.length > 25);
      assert.deepEqual(found.filter(([, ratio]) => ratio < 4.5), []);
    }
  });
});
