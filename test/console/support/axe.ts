// What axe-core finds on the page as it stands: no serious or critical violation of WCAG 2.1 AA.
import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Page } from 'playwright-core';

export async function expectAccessible(page: Page): Promise<void> {
  // The page's policy runs no script of others; the browser's own debugging protocol may.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; impact: string | null; nodes: { html: string; failureSummary?: string }[] }[] }> } };
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
    return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ''}`) }));
  });
  assert.deepEqual(found.filter(({ impact }) => impact === 'serious' || impact === 'critical'), []);
}
