// A whole gate for tests: real policies, real store, real journal, a recorder in a box, everything on loopback in a temporary folder.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { adapters } from '../../adapters/index.js';
import { startGate } from '../../plugin/assemble.js';
import { Client } from '../../plugin/cli/client.js';
import { Login, type Credentials } from '../../plugin/cli/login.js';
import { loadConfig } from '../../plugin/config/config.js';
import type { Application } from '../../plugin/domain/export-request.js';
import { noLog, type Log } from '../../plugin/domain/log.js';
import { makeSetupToken } from '../../plugin/identity/setup-token.js';
import { machineTools } from '../media/tools.js';
import { join, joinGate } from './people.js';
import { aPng } from './papers.js';
import { startRecorder, type Recorder, type RecorderOptions } from './recorder/start-recorder.js';

export const root = path.resolve(import.meta.dirname, '../..');
export const street = path.join(root, 'test/fixtures/street.mp4');

export { password } from './people.js';

/** The recorder's footage: two days that end well in the past. */
export const footage = { start: new Date('2026-03-01T00:00:00.000Z'), end: new Date('2026-03-03T00:00:00.000Z') };

/** The scan that `anApplication` names: a picture of one grey pixel. */
export const aScan = aPng();
export const scanSha256 = createHash('sha256').update(aScan).digest('hex');

/** What the gate says of a scan that this person uploads. */
export const uploadScan = (client: Client, bytes: Buffer = aScan): Promise<{ sha256: string; kind: string; bytes: number; width?: number; height?: number }> =>
  client.upload('/api/v1/scans', bytes);

export interface GateOptions {
  recorder?: Partial<RecorderOptions>;
  /** Lines of YAML that are added to the configuration. */
  config?: string;
  /** More keys of `journal`, as YAML: `public: true`. */
  journal?: string;
  /** Which of the policy's cameras the recorder records. */
  cameras?: readonly string[];
  retryDelays?: readonly number[];
  /** The recorder has no replay by standard: its vendor's own playback addresses are configured. */
  playback?: boolean;
  /** Policy files instead of the shipped ones. */
  policiesFolder?: string;
  /** The gate's clock; one that is handed in is no step, so the time that only grows follows it. */
  now?: () => Date;
  /** Left out: it steps as `now` does. */
  monotonic?: () => number;
  synchronised?: () => Promise<'yes' | 'no' | 'unknown'>;
  log?: Log;
  /** YAML lines of further recorders and of their cameras. */
  beside?: { recorders: string; cameras: string };
  /** May clients of the front be told where the recorder itself streams? Left out: no. */
  streams?: 'recorder';
  /** `false`: nobody is set up, and nobody can be asked for by `as`; its `setupToken` waits. */
  setUp?: false;
  /** Beside the recorder's password. */
  env?: Record<string, string>;
  /** Waits before a letter is sent again. */
  letterRetries?: readonly number[];
}

export interface TestGate {
  url: string;
  frontUrl: string;
  /** Of a recorder's place at the gate. */
  placeOf(recorder: string): string;
  folder: string;
  recorder: Recorder;
  /** A token of this person, as `exportgate session start` prints one: for the command line. */
  tokenOf(user: string): Promise<string>;
  /** The machine's one-time token, while nobody is set up. */
  setupToken: string | null;
  /** What this person types to sign in; each code of the second factor counts once. */
  loginOf(user: string): Promise<Credentials>;
  /** What the gate does every half minute, done now. */
  look(): Promise<void>;
  /** The API as this person; the account is made when it is first asked for. */
  as(user: string, unit?: string): Promise<Client>;
  /** Everybody signs in anew when next asked for: for tests whose clock jumps past the end of a session. */
  again(): void;
  /** After years: every account has ended, so the gate is started and set up anew, and everybody invited again when next asked for. */
  anew(): Promise<void>;
  /** The same as `as`, of a person who has uploaded `aScan`: who can apply. Uploaded once. */
  withScan(user: string): Promise<Client>;
  /** Stops and starts the gate on the same data. */
  restart(): Promise<void>;
  /** The same, with lines of YAML added to its configuration. */
  reconfigure(lines: string): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function aGate(options: GateOptions = {}): Promise<TestGate> {
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-test-'));
  const cameras = options.cameras ?? ['sh-yf-street', 'sh-yf-gate'];
  const recorder = await startRecorder({ media: street, user: 'operator', password: 'box-password', ...footage, recordings: cameras.map((_, at) => `REC_${at + 1}`), ...options.recorder });
  const file = path.join(folder, 'exportgate.yaml');
  await fs.promises.writeFile(file, configuration(recorder, cameras, options));
  const env = { EXPORTGATE_RECORDER_NVR_1_PASSWORD: 'box-password', ...options.env };
  const start = async () =>
    startGate(await loadConfig(file, env, adapters), {
      version: '0.0.0', log: options.log ?? noLog, now: options.now ?? (() => new Date()), monotonic: options.monotonic ?? (options.now ? () => options.now!().getTime() : () => performance.now()),
      synchronised: options.synchronised ?? (async () => 'unknown'), searchPath: process.env['PATH'] ?? '', allowBundledFfmpeg: true,
      retryDelays: options.retryDelays ?? [50, 50],
      ...(!options.config?.includes('ffmpeg:') && { tools: await machineTools() }),
      // Guesses are not what these tests are about; test/identity/passwords.test.ts has the real cost.
      passwordCost: { N: 2 ** 10, r: 8, p: 1 },
      ...(options.letterRetries && { letterRetries: options.letterRetries }),
    });
  let gate = await start().catch(async (thrown: unknown) => {
    await recorder.close();
    throw thrown;
  });
  const now = options.now ?? (() => new Date());
  const clients = new Map<string, Client>();
  const logins = new Map<string, Login>();
  const known = new Map<string, Credentials>();
  const signedUp = (credentials: Credentials): Client => {
    known.set(credentials.user, credentials);
    const login = new Login(credentials);
    const client = new Client(gate.url, login);
    logins.set(credentials.user, login);
    clients.set(credentials.user, client);
    return client;
  };
  const administrators = ['user:root.luo', 'user:root.bai'] as const;
  const setUp = async () => void signedUp(await join(gate.url, '/api/v1/setup', { token: gate.setupToken, ...whom(administrators[0]) }, now));
  if (options.setUp !== false) await setUp();
  const as = async (user: string, unit?: string): Promise<Client> => {
    const client = clients.get(user);
    if (client) return client;
    const [asks, confirms] = administrators;
    return signedUp(await joinGate(gate.url, { ...whom(user, unit), card: cardOf(user) }, clients.get(asks)!, () => as(confirms), now));
  };
  const scanned = new Set<string>();
  const restart = async (): Promise<void> => {
    await gate.close();
    gate = await start();
    // Sessions outlive a restart.
    for (const [user, login] of logins) clients.set(user, new Client(gate.url, login));
  };
  return {
    folder, recorder, as,
    get url() {
      return gate.url;
    },
    get setupToken() {
      return gate.setupToken;
    },
    get frontUrl() {
      return gate.fronts[0]!.url;
    },
    placeOf: (recorder) => gate.fronts.find((it) => it.recorder === recorder)!.url,
    again: () => [...known.values()].forEach(signedUp),
    async anew() {
      for (const made of [clients, logins, known]) made.clear();
      await restart();
      await setUp();
      // One hand alone invites nobody again, not even the other administrator.
      const token = await makeSetupToken(path.join(folder, 'keys'));
      signedUp(await join(gate.url, '/api/v1/setup', { token, ...whom(administrators[1]) }, now));
    },
    async withScan(user) {
      const client = await as(user);
      if (!scanned.has(user)) await uploadScan(client);
      scanned.add(user);
      return client;
    },
    restart,
    async reconfigure(lines) {
      await fs.promises.appendFile(file, lines);
      await restart();
    },
    async tokenOf(user) {
      await as(user);
      return logins.get(user)!.token((at, body) => new Client(gate.url, null).post(at, body));
    },
    async loginOf(user) {
      await as(user);
      return known.get(user)!;
    },
    look: () => gate.look(),
    stop: () => gate.close(),
    async close() {
      await gate.close();
      await recorder.close();
      await fs.promises.rm(folder, { recursive: true, force: true });
    },
  };
}

const whom = (user: string, unit = '示例单位') => ({ user, name: nameOf(user), unit });
export const cardOf = (user: string) => ({ idKind: 'WORK' as const, idNumber: `示例-${createHash('sha256').update(user).digest('hex').slice(0, 8)}` });
export const nameOf = (user: string): string => `示例${user.slice(5).replaceAll(/[^a-z]/g, '')}`;

const configuration = ({ url, rtspPort }: Recorder, cameras: readonly string[], { playback, policiesFolder, config, journal, beside, streams }: GateOptions): string => `listen: { host: 127.0.0.1, port: 0 }
dataFolder: data
keysFolder: keys
policiesFolder: ${JSON.stringify(policiesFolder ?? path.join(root, 'policies'))}
journal: { origin: test.exportgate.example/one${journal ? `, ${journal}` : ''} }
recorders:
  - { id: nvr-1, adapter: onvif, url: "${url}", user: operator, vendor: { rtspPort: ${rtspPort} }, front: { host: 127.0.0.1, port: 0${streams ? `, streams: ${streams}` : ''} } }
${beside?.recorders ?? ''}
cameras:
${cameras.map((camera, at) => `  - { camera: ${camera}, recorder: nvr-1, ${playback ? `playback: { vendor: hikvision, channel: ${at + 1} }` : `recording: REC_${at + 1}`} }`).join('\n')}
${beside?.cameras ?? ''}
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
      scanSha256,
    },
    ...change,
  };
}

/** Who agrees in Shanghai, in order; then the two executors. */
export const shanghai = { officer: 'user:sh.lu', steps: ['user:sh.zhou', 'user:sh.qian', 'user:sh.gu', 'user:sh.shen'], executors: ['user:sh.wei', 'user:sh.jin'] } as const;
