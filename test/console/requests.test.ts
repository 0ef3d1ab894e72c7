// An officer's requests: where each stands in one line, one request's page, and fetching it: the counted download, the passphrase by another way, the
// receipt with the hash of the list.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { unwrapTo } from '../../plugin/cli/unwrap.js';
import { openSource } from '../../plugin/evidence/source.js';
import { shanghai } from '../support/gate.js';
import { approveAll, letGo, submit, until, vote } from '../support/walk.js';
import { expectAccessible } from './support/axe.js';
import { openDesk, type Desk } from './support/desk.js';
import { picture } from './support/picture.js';

describe('requests at the console', function () {
  this.timeout(180_000);
  let desk: Desk;
  before(async () => void (desk = await openDesk()));
  after(() => desk.close());
  afterEach(() => desk.expectQuiet());

  it('each says in one line what it waits for', async () => {
    const { gate } = desk;
    const { requestId } = await submit(gate);
    await until(gate, requestId, ({ custody }) => custody === 'sealed');
    for (const step of shanghai.steps.slice(0, 2)) await vote(gate, step, requestId);
    await submit(gate);
    const page = await desk.as(shanghai.officer, '/requests');
    await page.getByRole('row', { name: new RegExp(`${requestId}.*等待 3/4：隐私审查`) }).waitFor();
    await page.getByRole('row', { name: /等待 1\/4：核验/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'requests');
    await page.getByRole('link', { name: requestId }).click();
    await page.getByText('等待 3/4：隐私审查').waitFor();
    const steps = await page.getByRole('region', { name: '审批进度' }).getByRole('listitem').allInnerTexts();
    assert.match(steps[0]!, /^核验\n示例shzhou · \d{4}-\d\d-\d\d \d\d:\d\d$/);
    assert.match(steps[2]!, /^隐私审查\n等待中$/);
    // Beijing time, in a browser that is in Lima.
    await page.getByText('2026-03-01 10:00:01 – 10:00:04').waitFor();
    await page.getByText('北侧道路').waitFor();
    await expectAccessible(page);
    await picture(page, 'request-held');
  });

  it('is fetched, opened with the passphrase that an executor tells, and signed for', async () => {
    const { gate } = desk;
    const { requestId } = await submit(gate);
    await approveAll(gate, requestId);
    await until(gate, requestId, ({ state }) => state === 'packaged');
    for (const executor of shanghai.executors) await letGo(gate, executor, requestId);
    const page = await desk.as(shanghai.officer, `/requests/${requestId}`);
    await page.getByText('已领取 0 次').waitFor();
    await page.getByRole('button', { name: '领取查阅件' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '确定领取' }).click()]);
    const [file, opened] = ['fetched.zip', 'opened.zip'].map((name) => path.join(gate.folder, name)) as [string, string];
    await download.saveAs(file);
    assert.match(download.suggestedFilename(), new RegExp(`^${requestId}`));

    const desktop = await desk.as(shanghai.executors[0], `/requests/${requestId}`);
    await desktop.getByRole('button', { name: '查看口令' }).click();
    await unwrapTo(file, (await desktop.locator('.secret').innerText()).trim(), opened);
    const manifest = (await page.locator('.hash').innerText()).trim();
    assert.equal(manifest, await manifestOf(opened));
    await page.getByLabel('您手中 manifest.json 的 SHA-256').fill('0'.repeat(64));
    await page.getByRole('button', { name: '签收' }).click();
    await page.getByRole('alert').getByText('哈希与封存内容不一致').waitFor();
    // What is typed outlives the screen.
    await desk.as(shanghai.officer, '/notices');
    await page.getByRole('heading', { name: '通知' }).waitFor();
    await page.goBack();
    assert.equal(await page.getByLabel('您手中 manifest.json 的 SHA-256').inputValue(), '0'.repeat(64));
    await page.getByLabel('您手中 manifest.json 的 SHA-256').fill(manifest);
    await page.getByRole('button', { name: '签收' }).click();
    await page.getByText('· 已签收').waitFor();
    await expectAccessible(page);
    await picture(page, 'request-released');
    const { state } = await (await gate.as(shanghai.officer)).get<{ state: string }>(`/api/v1/requests/${requestId}`);
    assert.equal(state, 'released');
  });
});

/** SHA-256 of the package's manifest.json. */
async function manifestOf(zip: string): Promise<string> {
  const source = await openSource(zip);
  try {
    const sum = createHash('sha256');
    for await (const piece of source.read('manifest.json')) sum.update(piece);
    return sum.digest('hex');
  } finally {
    await source.close();
  }
}
