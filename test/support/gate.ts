// A whole gate for tests: real policies, real store, real journal, a recorder in a box, everything on loopback in a temporary folder.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { adapters } from '../../adapters/index.js';
import { startGate, type Surroundings } from '../../plugin/assemble.js';
import { Client } from '../../plugin/cli/client.js';
import { loadConfig } from '../../plugin/config/config.js';
import type { Application } from '../../plugin/domain/export-request.js';
import { noLog } from '../../plugin/domain/log.js';
import { startRecorder, type Recorder, type RecorderOptions } from './recorder/start-recorder.js';

export const root = path.resolve(import.meta.dirname, '../..');
export const street = path.join(root, 'test/fixtures/street.mp4');

/** The recorder's footage: two days that end well in the past. */
export const footage = { start: new Date('2026-03-01T00:00:00.000Z'), end: new Date('2026-03-03T00:00:00.000Z') };
export const password = 'correct-horse-battery-7';

export interface GateOptions {
  recorder?: Partial<RecorderOptions>;
  /** Lines of YAML that are added to the configuration. */
  config?: string;
  /** Which of the policy's cameras the recorder records. */
  cameras?: readonly string[];
  retryDelays?: readonly number[];
  /** The recorder has no replay by standard: its vendor's own playback addresses are configured. */
  playback?: boolean;
  /** Policy files instead of the shipped ones. */
  policiesFolder?: string;
  /** The gate's clock; one that is handed in is no step, so the time that only grows follows it. */
  now?: () => Date;
  monotonic?: () => number;
  /** What the system says of its clock; left out: it cannot say. */
  synchronised?: Surroundings['synchronised'];
}

export interface TestGate {
  url: string;
  frontUrl: string;
  folder: string;
  recorder: Recorder;
  /** The API as this person; the account is made when it is first asked for. */
  as(user: string): Promise<Client>;
  /** Stops and starts the gate on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function aGate(options: GateOptions = {}): Promise<TestGate> {
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-test-'));
  const cameras = options.cameras ?? ['sh-yf-street', 'sh-yf-gate'];
  const recorder = await startRecorder({ media: street, user: 'operator', password: 'box-password', ...footage, recordings: cameras.map((_, at) => `REC_${at + 1}`), ...options.recorder });
  const file = path.join(folder, 'exportgate.yaml');
  await fs.promises.writeFile(file, configuration(recorder, cameras, options));
  const { now } = options;
  const monotonic = options.monotonic ?? (now && (() => now().getTime()));
  const env = { EXPORTGATE_RECORDER_NVR_1_PASSWORD: 'box-password' };
  const start = async () =>
    startGate(await loadConfig(file, env, adapters.map((it) => it.kind), Object.fromEntries(adapters.map((it) => [it.kind, it.vendors ?? []]))), {
      version: '0.0.0', log: noLog, now: now ?? (() => new Date()), ...(monotonic && { monotonic }), synchronised: options.synchronised ?? (async () => 'unknown'), searchPath: process.env['PATH'] ?? '', allowBundledFfmpeg: true,
      retryDelays: options.retryDelays ?? [50, 50],
    });
  let gate = await start().catch(async (thrown: unknown) => {
    await recorder.close();
    throw thrown;
  });
  const admin = { user: 'user:root.luo', name: '罗启明', unit: '示例监控中心', password };
  await new Client(gate.url, null).post('/api/v1/setup', { token: gate.setupToken, ...admin });
  const clients = new Map<string, Client>([[admin.user, new Client(gate.url, admin)]]);
  return {
    folder, recorder,
    get url() {
      return gate.url;
    },
    get frontUrl() {
      return gate.fronts[0]!.url;
    },
    async as(user) {
      const known = clients.get(user) ?? new Client(gate.url, { user, password });
      if (!clients.has(user)) await clients.get(admin.user)!.post('/api/v1/accounts', { user, name: nameOf(user), unit: '示例单位', password });
      clients.set(user, known);
      return known;
    },
    async restart() {
      await gate.close();
      gate = await start();
      for (const user of clients.keys()) clients.set(user, new Client(gate.url, { user, password }));
    },
    stop: () => gate.close(),
    async close() {
      await gate.close();
      await recorder.close();
      await fs.promises.rm(folder, { recursive: true, force: true });
    },
  };
}

const nameOf = (user: string): string => `示例${user.slice(5).replaceAll(/[^a-z]/g, '')}`;

const configuration = ({ url, rtspPort }: Recorder, cameras: readonly string[], { playback, policiesFolder, config }: GateOptions): string => `listen: { host: 127.0.0.1, port: 0 }
dataFolder: data
keysFolder: keys
policiesFolder: ${JSON.stringify(policiesFolder ?? path.join(root, 'policies'))}
journal: { origin: test.exportgate.example/one }
recorders:
  - { id: nvr-1, adapter: onvif, url: "${url}", user: operator, vendor: { rtspPort: ${rtspPort} }, front: { host: 127.0.0.1, port: 0 } }
cameras:
${cameras.map((camera, at) => `  - { camera: ${camera}, recorder: nvr-1, ${playback ? `playback: { vendor: hikvision, channel: ${at + 1} }` : `recording: REC_${at + 1}`} }`).join('\n')}
${config ?? ''}`;

/** A sound application for Shanghai; what differs is named. */
export function anApplication(change: Partial<Application> = {}): Application {
  const span = { from: '2026-03-01T02:00:01.000Z', to: '2026-03-01T02:00:04.000Z' };
  const items = change.items ?? [{ camera: 'sh-yf-street', ...span }];
  return {
    basis: 'CRIMINAL_CASE', items, reason: '示例案件:核实电动车被盗经过', caseNumber: '示例刑立字〔2026〕第7号',
    officers: [
      { name: '陆一舟', unit: '示例支队', idKind: 'POLICE', idNumber: '示例-000001' }, { name: '江映川', unit: '示例支队', idKind: 'POLICE', idNumber: '示例-000002' },
    ],
    instrument: {
      type: 'RETRIEVAL_NOTICE', number: '示例公(刑)调证字〔2026〕12号', issuer: '示例市公安局', sealPresent: true, issuedOn: '2026-03-02',
      covers: [{ cameras: [...new Set(items.map((item) => item.camera))], from: '2026-03-01T00:00:00.000Z', to: '2026-03-03T00:00:00.000Z' }],
      scanSha256: createHash('sha256').update('a scan').digest('hex'),
    },
    ...change,
  };
}

/** Who agrees in Shanghai, in order; then the two executors. */
export const shanghai = { officer: 'user:sh.lu', steps: ['user:sh.zhou', 'user:sh.qian', 'user:sh.gu', 'user:sh.shen'], executors: ['user:sh.wei', 'user:sh.jin'] } as const;
