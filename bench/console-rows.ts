// The rows of `bench -- console`: what a browser that has nothing of it yet loads until the console is there, and how long that takes; beside a bare page
// of the same gate.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { raiseStage } from '../plugin/demo-stage.js';
import { noLog } from '../plugin/domain/log.js';
import { codeAt, fromBase32, stepOf } from '../plugin/identity/totp.js';
import { openBrowser } from '../test/support/browser.js';
import { root } from './children.js';
import { compare, type Row } from './rows.js';

/** Of everything that comes over the line, headers too. */
const MOST_KILOBYTES = 700;
const PASSWORD = 'bench-horse-battery-7';

interface Load {
  ms: number;
  kilobytes: number;
}

/** From nothing until `shown` is seen. */
async function load(context: BrowserContext, url: string, shown: (page: Page) => Promise<unknown>): Promise<Load> {
  const page = await context.newPage();
  const watch = await context.newCDPSession(page);
  let bytes = 0;
  watch.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await watch.send('Network.enable');
  await watch.send('Network.setCacheDisabled', { cacheDisabled: true });
  const begun = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await shown(page);
  const ms = performance.now() - begun;
  await page.waitForLoadState('networkidle');
  await page.close();
  return { ms, kilobytes: bytes / 1000 };
}

const signInShown = (page: Page): Promise<void> => page.getByRole('button', { name: '登录' }).waitFor();
const listShown = (page: Page): Promise<void> => page.getByText('还没有您可以查阅的申请').waitFor();

async function measure(browser: Browser, url: string, signedIn: Awaited<ReturnType<BrowserContext['storageState']>>, runs: number): Promise<Record<'bare' | 'signIn' | 'list', Load[]>> {
  const loads: Record<'bare' | 'signIn' | 'list', Load[]> = { bare: [], signIn: [], list: [] };
  for (let run = 0; run < runs; run++) {
    const [stranger, person] = [await browser.newContext({ locale: 'zh-CN' }), await browser.newContext({ locale: 'zh-CN', storageState: signedIn })];
    loads.bare.push(await load(stranger, `${url}/apply`, (page) => page.getByText('录像须经申请调取').waitFor()));
    loads.signIn.push(await load(stranger, `${url}/console/`, signInShown));
    loads.list.push(await load(person, `${url}/console/`, listShown));
    await Promise.all([stranger.close(), person.close()]);
  }
  return loads;
}

/** The first administrator's session, as a browser keeps it. */
async function signIn(browser: Browser, url: string, token: string): Promise<Awaited<ReturnType<BrowserContext['storageState']>>> {
  const user = 'user:root.luo';
  const response = await fetch(`${url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, user, name: '罗启明', unit: '示例', password: PASSWORD }),
  });
  const { secondFactor } = (await response.json()) as { secondFactor: { secret: string } };
  const context = await browser.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  await page.goto(`${url}/console/`);
  await page.getByLabel('用户名').fill('root.luo');
  await page.getByLabel('密码').fill(PASSWORD);
  await page.getByLabel('一次性口令').fill(codeAt(fromBase32(secondFactor.secret)!, stepOf(new Date())));
  await page.getByRole('button', { name: '登录' }).click();
  await listShown(page);
  const state = await context.storageState();
  await context.close();
  return state;
}

export async function consoleRows(runs: number): Promise<Row[]> {
  const around = { version: '0.0.0', log: noLog, now: () => new Date(), searchPath: process.env['PATH'] ?? '', allowBundledFfmpeg: true, retryDelays: [1_000] };
  const stage = await raiseStage(root, around);
  const browser = await openBrowser();
  try {
    const { bare, signIn: first, list } = await measure(browser, stage.url, await signIn(browser, stage.url, stage.setupToken), runs);
    const ms = (loads: Load[]): number[] => loads.map((it) => it.ms);
    const kilobytes = (loads: Load[]): number[] => loads.map((it) => it.kilobytes);
    const bound = { name: 'the bound', values: [MOST_KILOBYTES] };
    return [
      compare('first load to the sign-in: bytes', 'kB', kilobytes(first), bound, 1),
      compare('first load to the first screen: bytes', 'kB', kilobytes(list), bound, 1),
      compare('first load to the sign-in', 'ms', ms(first), { name: 'a bare page of the same gate', values: ms(bare) }, null),
      compare('first load to the first screen', 'ms', ms(list), { name: 'a bare page of the same gate', values: ms(bare) }, null),
    ];
  } finally {
    await browser.close();
    await stage.close();
  }
}
