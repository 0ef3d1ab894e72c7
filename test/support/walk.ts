// Walks a Shanghai request through the API, as far as a test wants it.
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ReturnCode } from '../../plugin/domain/basis.js';
import type { Application, Item } from '../../plugin/domain/export-request.js';
import type { MaskArea } from '../../plugin/domain/mask-area.js';
import { Problem } from '../../plugin/domain/problem.js';
import { anApplication, shanghai, type TestGate } from './gate.js';

export interface Seen {
  requestId: string;
  state: string;
  custody: string;
  delivery: string;
  planDigest: string;
  lastFailure: string | null;
  waitsFor: { step: string } | null;
  waitsForRoom: string | null;
  late: boolean;
  voices: { step: string; by: string }[];
  footage: { camera: string; state: string; parts: number; frames: number }[];
  missing: { camera: string; cause: string }[];
  attempts: { preserve: number; fulfil: number };
  timesUnconfirmed: string[];
  returned: { codes: string[] } | null;
  release: { executors: string[]; fetched: number } | null;
  plan: { inspect: string[]; masks: string[] } | null;
  sla: { verifyBy: string; releaseBy: string } | null;
  slaMissed: string[];
  afterReview: { percent: number; drawn: boolean; dueAt: string; overdue: boolean; finding: string | null; by: string | null; at: string | null } | null;
}

export const submit = async (gate: TestGate, change: Partial<Application> = {}): Promise<Seen> =>
  (await gate.withScan(shanghai.officer)).post<Seen>('/api/v1/requests', anApplication(change));

export const show = async (gate: TestGate, id: string): Promise<Seen> => (await gate.as(shanghai.officer)).get<Seen>(`/api/v1/requests/${id}`);

/** The digest of no plan: what somebody names who may not read the request. */
export const noPlan = `sha256:${'0'.repeat(64)}`;

/** When no paper was served. */
export const noPaper = '2000-01-01T00:00:00.000Z';

interface Said {
  verdict: 'approve' | 'narrow' | 'return';
  items?: readonly Item[];
  code?: ReturnCode;
  planDigest?: string;
}

/** A yes names the plan that this person reads there, unless it names another. */
export async function vote(gate: TestGate, user: string, id: string, voice: Said = { verdict: 'approve' }): Promise<Seen> {
  const client = await gate.as(user);
  const read = async () => client.get<Seen>(`/api/v1/requests/${id}`).then(({ planDigest }) => planDigest ?? noPlan, () => noPlan);
  const seen = voice.verdict === 'return' ? {} : { planDigest: voice.planDigest ?? (await read()) };
  return client.post<Seen>(`/api/v1/requests/${id}/reviews`, { ...voice, ...seen });
}

/** The first and the last frame of each camera that has footage, as this person is shown them. */
export async function look(gate: TestGate, user: string, id: string): Promise<void> {
  const { footage } = await until(gate, id, ({ custody }) => custody === 'sealed');
  const client = await gate.as(user);
  for (const { camera } of footage)
    for (const edge of ['first', 'last']) {
      const file = path.join(gate.folder, `${user.slice(5)}-${camera}-${edge}.jpg`);
      await client.download(`/api/v1/requests/${id}/frame?camera=${camera}&edge=${edge}`, file);
    }
}

/** The upper left quarter of each camera that has footage is masked. */
export const quarter: MaskArea = { shape: { kind: 'rectangle', x: 0, y: 0, width: 5000, height: 5000 }, style: 'solid', hides: ['faces', 'plates'], reason: '示例:路人与车牌' };
export async function drawAll(gate: TestGate, user: string, id: string): Promise<void> {
  const { footage } = await until(gate, id, ({ custody }) => custody === 'sealed');
  const client = await gate.as(user);
  for (const { camera } of footage) await client.post(`/api/v1/requests/${id}/cameras/${camera}/areas`, { areas: [quarter] });
}

/** Who has to look first, looks; who draws what is masked, draws. */
export const approveAll = async (gate: TestGate, id: string): Promise<void> => {
  for (const user of shanghai.steps) {
    const { plan, waitsFor } = await show(gate, id);
    if (plan!.inspect.includes(waitsFor!.step)) await look(gate, user, id);
    if (plan!.masks.length > 0 && waitsFor!.step === 'privacy-officer') await drawAll(gate, user, id);
    await vote(gate, user, id);
  }
};

export const letGo = async (gate: TestGate, user: string, id: string): Promise<Seen> => (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/release`, {});

/** Asks until it is so; machines work in between, and have the more of the processor the less they are asked. */
export async function until(gate: TestGate, id: string, isSo: (seen: Seen) => boolean): Promise<Seen> {
  for (let tries = 0; tries < 150; tries++) {
    const seen = await show(gate, id);
    if (isSo(seen)) return seen;
    await wait(Math.min(150, 20 * 1.3 ** tries));
  }
  throw new Error(`${id} is still ${JSON.stringify(await show(gate, id))}`);
}

/** The Problem that a call ends in; null where it succeeds. */
export const problemOf = (call: Promise<unknown>): Promise<Problem | null> => call.then(() => null, (thrown: unknown) => Problem.from(thrown));
