// The console as people use it: a real gate, the machine's Chromium, each person in a browser of their own. Whatever a page complains of, and whatever
// it asks of another host, fails the test that made it.
import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../../support/browser.js';
import { aGate, type GateOptions, type TestGate } from '../../support/gate.js';

/** An office PC, and a phone. */
export const wide = { width: 1440, height: 900 };
export const narrow = { width: 390, height: 844 };

export interface Desk {
  gate: TestGate;
  /** The page of this person, signed in by the form when it is first asked for, and then kept. `at`: a screen, `/requests`. */
  as(user: string, at?: string): Promise<Page>;
  /** A page of nobody's. */
  stranger(): Promise<Page>;
  /** Signs in with the form that is shown. */
  signIn(page: Page, user: string, password?: string): Promise<void>;
  /** Nothing was complained of since it was last asked, and nothing left for elsewhere. */
  expectQuiet(): void;
  /** What a test did on purpose: complaints that fit are none. */
  forgive(pattern: RegExp): void;
  close(): Promise<void>;
}

/** A refusal of the API is an answer; the browser's own line about it is no complaint. */
const isAnswer = (text: string, url: string): boolean => /^Failed to load resource: the server responded with a status of 4\d\d/.test(text) && new URL(url).pathname.startsWith('/api/');

export async function openDesk(options: GateOptions = {}): Promise<Desk> {
  const limits = 'limits: { requestsPerMinute: 100000, signInsPerMinute: 10000 }\n';
  const gate = await aGate({ ...options, config: `${limits}${options.config ?? ''}` });
  const browser: Browser = await openBrowser();
  const pages = new Map<string, Page>();
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];

  const watch = (page: Page): void => {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        if (!isAnswer(message.text(), message.location().url || gate.url)) complaints.push(`${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (origin !== new URL(gate.url).origin && protocol !== 'blob:' && protocol !== 'data:') complaints.push(`asked elsewhere: ${request.url()}`);
    });
  };
  const stranger = async (): Promise<Page> => {
    // Somewhere else than Beijing, whose time is shown all the same.
    const context = await browser.newContext({ viewport: wide, locale: 'zh-CN', timezoneId: 'America/Lima' });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    watch(page);
    await page.goto(`${gate.url}/console/`);
    return page;
  };
  const signIn = async (page: Page, user: string, password?: string): Promise<void> => {
    const login = await gate.loginOf(user);
    const name = page.getByLabel(/^(用户名|User)$/);
    if (await name.isEditable()) await name.fill(user.slice(5));
    await page.getByLabel(/^(密码|Password)$/).fill(password ?? login.password);
    if (login.otp && password === undefined) await page.getByLabel(/^(一次性口令|One-time code)$/).fill(await login.otp());
    await page.getByRole('button', { name: /^(登录|Sign in)$/ }).click();
  };
  return {
    gate,
    stranger,
    signIn,
    async as(user, at) {
      let page = pages.get(user);
      if (!page) {
        pages.set(user, (page = await stranger()));
        await signIn(page, user);
        await page.getByRole('navigation', { name: /^(主导航|Main navigation)$/ }).waitFor();
      }
      await page.setViewportSize(wide);
      if (at) await page.goto(`${gate.url}/console/#${at}`);
      return page;
    },
    expectQuiet() {
      assert.deepEqual(complaints.splice(0), []);
    },
    forgive(pattern) {
      complaints.splice(0, complaints.length, ...complaints.filter((text) => !pattern.test(text)));
    },
    async close() {
      for (const context of contexts) await context.close();
      await browser.close();
      await gate.close();
    },
  };
}
