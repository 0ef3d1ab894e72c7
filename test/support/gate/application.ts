// An application made on the page that asks why, on its way through the voices: asked for by its applicant, who need be no police officer.
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from '../../../plugin/cli/client.js';
import type { TestGate } from '../gate.js';
import type { Seen } from '../walk.js';
import { sayWhy } from './before-pages.js';

/** Its number. */
export async function applyOnPage(link: string): Promise<string> {
  const { status, text } = await sayWhy(link, '核实门口推搡', { act: 'apply', ticket: '示例工单-7' });
  assert.equal(status, 200, text);
  return /(EG-[\w-]+)/.exec(text)?.[1] ?? assert.fail(text);
}

export async function untilSeen(client: Client, id: string, isSo: (seen: Seen) => boolean): Promise<Seen> {
  for (let tries = 0; tries < 300; tries++) {
    const seen = await client.get<Seen>(`/api/v1/requests/${id}`);
    if (isSo(seen)) return seen;
    await wait(50);
  }
  throw new Error(`${id} is still ${JSON.stringify(await client.get(`/api/v1/requests/${id}`))}`);
}

/** A voice for it, once it is sealed; who has to look first, looks. */
export async function agree(gate: TestGate, user: string, id: string): Promise<void> {
  const client = await gate.as(user);
  const { plan, waitsFor, footage, planDigest } = await untilSeen(client, id, ({ custody }) => custody === 'sealed');
  if (plan!.inspect.includes(waitsFor!.step))
    for (const { camera } of footage)
      for (const edge of ['first', 'last'])
        await client.download(`/api/v1/requests/${id}/frame?camera=${camera}&edge=${edge}`, path.join(gate.folder, `${user.slice(5)}-${id}-${camera}-${edge}.jpg`));
  await client.post(`/api/v1/requests/${id}/reviews`, { verdict: 'approve', planDigest });
}
