// The frame around every screen: keyboard, titles, the bell, both languages, and the states that every screen has.
import assert from 'node:assert/strict';
import { shanghai } from '../support/gate.js';
import { submit } from '../support/walk.js';
import { expectAccessible } from './support/axe.js';
import { narrow, openDesk, wide, type Desk } from './support/desk.js';
import { picture } from './support/picture.js';

const [clerk] = shanghai.steps;

describe('the console’s frame', function () {
  this.timeout(120_000);
  let desk: Desk;
  let requestId: string;
  before(async () => {
    desk = await openDesk();
    ({ requestId } = await submit(desk.gate));
  });
  after(() => desk.close());
  afterEach(() => desk.expectQuiet());

  it('the first stop of the keyboard leads past the menu', async () => {
    const page = await desk.as(shanghai.officer, '/notices');
    await page.getByRole('heading', { name: '通知' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: '通知' }).waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), '跳到正文');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.id'), 'main');
  });

  it('a new screen has its title, and is read from its beginning', async () => {
    const page = await desk.as(shanghai.officer, '/requests');
    await page.getByRole('link', { name: requestId }).click();
    await page.getByRole('heading', { name: requestId }).waitFor();
    assert.deepEqual([await page.title(), await page.evaluate('document.activeElement.id')], ['申请详情 · 监控录像调取网关', 'main']);
    await page.goBack();
    await page.getByRole('table').waitFor();
  });

  it('the bell tells what waits, leads there, and is answered', async () => {
    const page = await desk.as(clerk, '/account');
    await page.reload();
    const bell = page.getByRole('button', { name: /^通知: 1 条未读$/ });
    await bell.click();
    await page.getByRole('link', { name: '有申请等待审批' }).waitFor();
    await picture(page, 'bell');
    await page.getByRole('button', { name: '全部标为已读' }).click();
    await page.getByRole('button', { name: /^通知: 0 条未读$/ }).waitFor();
    await page.getByText('没有未读通知').waitFor();
    await desk.as(clerk, '/notices');
    await page.getByRole('cell', { name: '有申请等待审批' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'notices');
  });

  it('on a phone the menu is one button away, and closes when it was used', async () => {
    const page = await desk.as(shanghai.officer, '/requests');
    await page.setViewportSize(narrow);
    await page.getByRole('button', { name: '打开菜单' }).click();
    await page.getByRole('link', { name: '我的账号' }).click();
    await page.getByRole('heading', { name: '我的账号' }).waitFor();
    await page.getByRole('link', { name: '我的账号' }).waitFor({ state: 'hidden' });
    await expectAccessible(page);
    await page.setViewportSize(wide);
  });

  it('English is one button away, is remembered, and leaves no Chinese word of ours', async () => {
    const page = await desk.as('user:sh.pan', '/account');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'My account' }).waitFor();
    await page.reload();
    for (const [at, heading] of [['/account', 'My account'], ['/notices', 'Notices'], ['/requests', 'Requests']] as const) {
      await desk.as('user:sh.pan', at);
      await page.getByRole('heading', { name: heading }).waitFor();
      assert.equal(await page.evaluate('document.documentElement.lang'), 'en');
      const texts = (await page.locator('body').innerText()).split('\n').filter((text) => /\p{Script=Han}/u.test(text));
      // Names of people and places, and the way back.
      assert.deepEqual(texts.filter((text) => !/示例|^中文$|上海/.test(text)), []);
      await expectAccessible(page);
      if (at === '/account') await picture(page, 'account-en');
    }
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('heading', { name: '调取申请' }).waitFor();
  });

  it('what is nobody’s, what is not theirs, and what is not there: said, each with a way on', async () => {
    const page = await desk.as(shanghai.officer, '/nowhere');
    await page.getByRole('heading', { name: '没有这个页面' }).waitFor();
    await page.getByRole('link', { name: '回到首页' }).click();
    await page.getByRole('heading', { name: '调取申请' }).waitFor();
    await desk.as(shanghai.officer, '/requests/EG-310000-SH-YUNFAN-2026-999999');
    await page.getByRole('alert').getByText('您不能查看此内容').waitFor();
    await picture(page, 'forbidden');
    const elsewhere = await desk.as('user:gl.lan.clerk', '/requests');
    await elsewhere.getByText('还没有您可以查阅的申请').waitFor();
    await picture(elsewhere, 'empty');
    await expectAccessible(elsewhere);
  });

  it('where the gate cannot be reached it says so, and tries again when told to', async () => {
    const page = await desk.as(shanghai.officer, '/requests');
    await page.getByRole('table').waitFor();
    await page.route('**/api/v1/requests?*', (route) => route.abort());
    await page.getByRole('button', { name: '刷新' }).click();
    await page.getByRole('alert').getByText('无法连接网关，请检查网络').waitFor();
    await picture(page, 'unreachable');
    await page.unroute('**/api/v1/requests?*');
    await page.getByRole('button', { name: '重试' }).click();
    await page.getByRole('table').waitFor();
    desk.forgive(/net::ERR_FAILED/);
  });

  it('of very many rows only those in view are drawn', async () => {
    const page = await desk.as(shanghai.officer, '/requests');
    const row = (number: number) => ({
      requestId: `EG-310000-SH-YUNFAN-2026-${String(number).padStart(6, '0')}`, state: 'held', city: '310000', site: 'SH-YUNFAN', basis: 'CRIMINAL_CASE',
      requestedAt: '2026-03-01T02:00:00.000Z', provideBy: null, waitsForStep: 'evidence-clerk', voices: 0, steps: 4, dueAt: null, late: false, applicant: shanghai.officer,
    });
    let asked = 0;
    await page.route('**/api/v1/requests?*', (route) => {
      const before = new URL(route.request().url()).searchParams.get('before');
      asked++;
      const first = before === null ? 900_000 : Number(before.slice(-6)) - 1;
      return route.fulfill({ json: { requests: Array.from({ length: 50 }, (_, at) => row(first - at)) } });
    });
    await page.getByRole('button', { name: '刷新' }).click();
    for (let round = 0; round < 3; round++) await page.getByRole('button', { name: '载入更多' }).click();
    await page.getByText('已显示 200 条').waitFor();
    const drawn = await page.getByRole('link', { name: /^EG-/ }).count();
    assert.ok(drawn > 5 && drawn < 60, `${drawn} of 200 rows are drawn`);
    // The last of them in view asks for more by itself.
    await page.locator('.ant-table-tbody-virtual-holder').hover();
    await page.mouse.wheel(0, 100_000);
    await page.getByText('已显示 250 条').waitFor();
    assert.equal(asked >= 5, true);
    await page.unroute('**/api/v1/requests?*');
  });
});
