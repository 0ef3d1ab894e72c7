// Somebody signs in on ZoneMinder's pages and works with them in Chromium; written down is what the pages asked for and what became of it.
import type { Browser, Page, Request, Response } from 'playwright-core';
import type { Press, Visit } from './working-day.js';

/** A request of a page. */
export interface Seen {
  /** The page that was open. */
  on: string;
  method: string;
  /** Behind the address of the pages, without a host. */
  url: string;
  /** As the browser calls what it is for: `document`, `image`, `media`, `xhr`… */
  kind: string;
  form: string;
  /** 0: no answer, or not a whole one. */
  status: number;
  headers: Record<string, string>;
  /** What the browser says became of it; of an answer that is no success its beginning. */
  told: string;
  /** Of pictures that have an end. */
  picture: Buffer | null;
}

export interface Walked {
  seen: Seen[];
  /** What the pages' own scripts failed with, as `page: message`. */
  errors: string[];
  /** Presses that the pages did not answer with what was expected of them. */
  unanswered: string[];
}

const patienceMs = 15_000;
/** Given up by the page itself, which went on to another. */
const leftAlone = 'net::ERR_ABORTED';

/** `pages`: with a slash at its end. */
export async function walkPages(browser: Browser, pages: string, { user, password }: { user: string; password: string }, visits: readonly Visit[]): Promise<Walked> {
  const walked: Walked = { seen: [], errors: [], unanswered: [] };
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: 'zh-CN' });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
  let on = 'login';
  const work: Promise<unknown>[] = [];
  const note = (request: Request, rest: Pick<Seen, 'status' | 'headers' | 'told' | 'picture'>, there: string): void => {
    if (!request.url().startsWith(pages)) return;
    walked.seen.push({ on: there, method: request.method(), url: `/zm/${request.url().slice(pages.length)}`, kind: request.resourceType(), form: request.postData() ?? '', ...rest });
  };
  const answered = async (response: Response, there: string): Promise<void> => {
    const headers = response.headers();
    const ends = !/multipart/.test(headers['content-type'] ?? '');
    const isPicture = /^(image|video)\//.test(headers['content-type'] ?? '') && !/\/(graphics|skins|css|fonts)\//.test(response.url());
    const body = ends && (isPicture || response.status() >= 400) ? await response.body().catch(() => null) : null;
    note(response.request(), { status: response.status(), headers, told: isPicture ? '' : (body?.toString('utf8', 0, 600) ?? ''), picture: isPicture ? body : null }, there);
  };
  page.on('response', (response) => void work.push(answered(response, on)));
  page.on('requestfailed', (request) => {
    const told = request.failure()?.errorText ?? '';
    if (told !== leftAlone) note(request, { status: 0, headers: {}, told, picture: null }, on);
  });
  page.on('pageerror', (error) => void walked.errors.push(`${on}: ${error.message}`));
  try {
    await page.goto(`${pages}index.php?view=login`, { timeout: 60_000 });
    await page.fill('input[name=username]', user);
    await page.fill('input[name=password]', password);
    await Promise.all([page.waitForURL(/view=console/, { timeout: 60_000 }), page.click('button[type=submit], input[type=submit]')]);
    for (const { view, asks, press = [] } of visits) {
      on = view;
      const open = (): Promise<unknown> => page.goto(`${pages}index.php?view=${view}`, { waitUntil: 'load', timeout: 60_000 });
      const all: Press[] = [[open, asks ?? /./], ...press];
      for (const [what, wanted] of all)
        await pressed(page, what, wanted).catch((thrown: unknown) => walked.unanswered.push(`${view}: ${what === open ? 'opened' : what}, for ${wanted.source}: ${String(thrown).slice(0, 300)}`));
    }
    await Promise.all(work);
  } finally {
    await context.close();
  }
  return walked;
}

async function pressed(page: Page, what: string | ((page: Page) => Promise<unknown>), asks: RegExp): Promise<void> {
  const asked = page.waitForResponse((response) => asks.test(`${response.request().method()} ${response.url()}`));
  await Promise.all([asked, typeof what === 'string' ? page.locator(what).first().click() : what(page)]);
  await page.waitForLoadState('load', { timeout: 60_000 });
}
