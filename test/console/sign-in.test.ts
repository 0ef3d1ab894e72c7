// Signing in at the console: what is wrong is said, the second factor, an invitation, the first administrator; leaving, locking, and a session that
// ends while somebody types.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Client } from '../../plugin/cli/client.js';
import { codeAt, fromBase32, stepOf } from '../../plugin/identity/totp.js';
import { cardOf, nameOf, password, shanghai } from '../support/gate.js';
import { expectAccessible } from './support/axe.js';
import { openDesk, type Desk } from './support/desk.js';
import { picture } from './support/picture.js';

const [clerk] = shanghai.steps;
const menu = (page: Page) => page.getByRole('navigation', { name: '主导航' });
const over = (page: Page, title: string) => page.getByRole('dialog', { name: title });
const current = (page: Page) => page.getByLabel('当前密码');

describe('signing in at the console', function () {
  this.timeout(120_000);
  let desk: Desk;
  before(async () => void (desk = await openDesk()));
  after(() => desk.close());
  afterEach(() => desk.expectQuiet());

  it('a wrong password is said, the name stays, and the right one goes on', async () => {
    const page = await desk.stranger();
    await page.getByRole('heading', { name: '登录' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'sign-in');
    await desk.gate.as(shanghai.officer);
    await desk.signIn(page, shanghai.officer, 'not-the-password-1');
    await page.getByRole('alert').getByText('用户名、密码或一次性口令不正确').waitFor();
    assert.deepEqual([await page.getByLabel('用户名').inputValue(), await page.getByLabel('密码').inputValue()], ['sh.lu', '']);
    await expectAccessible(page);
    await desk.signIn(page, shanghai.officer);
    await menu(page).waitFor();
    assert.equal(await page.title(), '调取申请 · 监控录像调取网关');
  });

  it('no script can read what opens the session, and a reload keeps it', async () => {
    const page = await desk.as(shanghai.officer);
    assert.deepEqual([await page.evaluate('document.cookie'), await page.evaluate('Object.keys(sessionStorage).length')], ['', 0]);
    assert.deepEqual(await page.evaluate("Object.keys(localStorage).filter((name) => !['exportgate.language', 'exportgate.touched'].includes(name))"), []);
    const [cookie] = await page.context().cookies();
    assert.deepEqual([cookie!.name, cookie!.httpOnly, cookie!.secure, cookie!.sameSite], ['__Host-exportgate', true, true, 'Strict']);
    await page.reload();
    await menu(page).waitFor();
  });

  it('who has a second factor needs its code', async () => {
    const page = await desk.stranger();
    await page.getByLabel('用户名').fill(clerk.slice(5));
    await page.getByLabel('密码').fill((await desk.gate.loginOf(clerk)).password);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('alert').getByText('用户名、密码或一次性口令不正确').waitFor();
    await desk.signIn(page, clerk);
    await menu(page).waitFor();
    await page.getByRole('button', { name: /我的账号.*核验员/ }).waitFor();
  });

  it('an invitation: a password of one’s own, the second factor shown once, and in', async () => {
    const user = shanghai.steps[1];
    const manager = await desk.gate.as('user:root.luo');
    const { code } = await manager.post<{ code: string }>('/api/v1/invitations', { user, name: nameOf(user), unit: '示例单位', card: cardOf(user) });
    const page = await desk.stranger();
    await page.getByRole('button', { name: '我有邀请码' }).click();
    await page.getByLabel('邀请码').fill(code);
    await page.getByLabel('新密码', { exact: true }).fill('short');
    await page.getByLabel('再次输入新密码').fill('other');
    await page.getByRole('button', { name: '设定密码并启用账号' }).click();
    await page.getByText('两次输入不一致').waitFor();
    await page.getByLabel('再次输入新密码').fill('short');
    await page.getByRole('button', { name: '设定密码并启用账号' }).click();
    await page.getByRole('alert').getByText('提交内容不符合要求').waitFor();
    for (const label of ['新密码', '再次输入新密码']) await page.getByLabel(label, { exact: true }).fill(password);
    await page.getByRole('button', { name: '设定密码并启用账号' }).click();
    await page.getByRole('img', { name: '第二因素二维码' }).waitFor();
    await expectAccessible(page);
    const secret = (await page.locator('.secret').innerText()).trim();
    await page.getByRole('button', { name: '已登记，去登录' }).click();
    await page.getByLabel('用户名').fill(user.slice(5));
    await page.getByLabel('密码').fill(password);
    await page.getByLabel('一次性口令').fill(codeAt(fromBase32(secret)!, stepOf(new Date())));
    await page.getByRole('button', { name: '登录' }).click();
    await menu(page).waitFor();
  });

  it('a session that ends while somebody types takes nothing with it', async () => {
    const officer = await desk.gate.as(shanghai.officer);
    await officer.get('/api/v1/session');
    const page = await desk.as(shanghai.officer, '/account');
    await current(page).fill('half typed');
    const { sessions } = await officer.get<{ sessions: { id: string; kind: string }[] }>('/api/v1/sessions');
    for (const { id, kind } of sessions) if (kind === 'cookie') await officer.post(`/api/v1/sessions/${id}/end`, {});
    await page.getByRole('row', { name: /程序/ }).getByRole('button', { name: '结束' }).first().click();
    await over(page, '登录已失效').waitFor();
    assert.equal(await current(page).isVisible(), false, 'nobody reads what lies behind');
    assert.equal(await page.getByLabel('用户名').isEditable(), false, 'the page is this person’s');
    await expectAccessible(page);
    await picture(page, 'session-over');
    await desk.signIn(page, shanghai.officer);
    await over(page, '登录已失效').waitFor({ state: 'detached' });
    assert.equal(await current(page).inputValue(), 'half typed');
    // What was asked is asked again, by itself: the session of the command line is over.
    await page.getByText('会话已结束').waitFor();
    desk.gate.again();
  });

  it('a page that nobody touches locks: the session ends at the gate, and what was typed waits', async () => {
    const page = await desk.as(shanghai.officer, '/account');
    await page.clock.install();
    await page.reload();
    await current(page).fill('half typed');
    await page.clock.fastForward('14:00');
    assert.equal(await current(page).isVisible(), true);
    await page.clock.fastForward('02:00');
    await over(page, '已锁定').waitFor();
    await picture(page, 'locked');
    const { sessions } = await (await desk.gate.as(shanghai.officer)).get<{ sessions: { kind: string }[] }>('/api/v1/sessions');
    assert.equal(sessions.filter(({ kind }) => kind === 'cookie').length <= 1, true, 'that of the first test may live');
    await page.keyboard.press('Escape');
    await desk.signIn(page, shanghai.officer);
    await over(page, '已锁定').waitFor({ state: 'detached' });
    assert.equal(await current(page).inputValue(), 'half typed');
  });

  it('windows of one browser follow each other, and leaving leaves nothing behind', async () => {
    const page = await desk.as(shanghai.officer, '/requests');
    const other = await page.context().newPage();
    await other.goto(`${desk.gate.url}/console/#/account`);
    await menu(other).waitFor();
    await page.getByRole('button', { name: /^我的账号/ }).click();
    await page.getByRole('menuitem', { name: '退出登录' }).click();
    await page.getByRole('heading', { name: '登录' }).waitFor();
    await over(other, '登录已失效').waitFor();
    await desk.signIn(page, shanghai.officer);
    await menu(page).waitFor();
    await menu(other).waitFor();
    await other.close();
  });

  it('the password is changed by its owner, and the others of its sessions end', async () => {
    const user = 'user:sh.pan';
    const page = await desk.as(user, '/account');
    const next = 'another-long-password-9';
    await current(page).fill(password);
    for (const label of ['新密码', '再次输入新密码']) await page.getByLabel(label, { exact: true }).fill(next);
    await page.getByRole('button', { name: '修改', exact: true }).click();
    await page.getByText('密码已修改').waitFor();
    const stranger = new Client(desk.gate.url, null);
    await assert.rejects(stranger.post('/api/v1/session', { user, password }), /login-failed/);
    await stranger.post('/api/v1/session', { user, password: next });
  });
});

describe('the first administrator', function () {
  this.timeout(60_000);
  let desk: Desk;
  before(async () => void (desk = await openDesk({ setUp: false })));
  after(() => desk.close());
  afterEach(() => desk.expectQuiet());

  it('is made with the machine’s one-time token, and only once', async () => {
    const page = await desk.stranger();
    const fill = async (token: string): Promise<void> => {
      await page.getByRole('button', { name: '首次设置' }).click();
      const typed = { 设置令牌: token, 用户名: 'root.luo', 姓名: '罗启明', 单位: '示例单位', 新密码: password, 再次输入新密码: password };
      for (const [label, text] of Object.entries(typed)) await page.getByLabel(label, { exact: true }).fill(text);
      await page.getByRole('button', { name: '建立管理员账号' }).click();
    };
    await fill('not the token');
    await page.getByRole('alert').getByText('设置令牌不正确或已用过').waitFor();
    await picture(page, 'set-up');
    await page.getByRole('button', { name: '返回登录' }).click();
    const token = desk.gate.setupToken!;
    await fill(token);
    const secret = (await page.locator('.secret').innerText()).trim();
    await page.getByRole('button', { name: '已登记，去登录' }).click();
    await page.getByLabel('用户名').fill('root.luo');
    await page.getByLabel('密码').fill(password);
    await page.getByLabel('一次性口令').fill(codeAt(fromBase32(secret)!, stepOf(new Date())));
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('button', { name: /罗启明 · 管理员/ }).waitFor();
    const again = await desk.stranger();
    await again.getByRole('button', { name: '首次设置' }).click();
    const typed = { 设置令牌: token, 用户名: 'root.bai', 姓名: '白若谷', 单位: '示例单位', 新密码: password, 再次输入新密码: password };
    for (const [label, text] of Object.entries(typed)) await again.getByLabel(label, { exact: true }).fill(text);
    await again.getByRole('button', { name: '建立管理员账号' }).click();
    await again.getByRole('alert').waitFor();
  });
});
