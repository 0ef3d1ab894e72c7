// The built command as a process of its own, as an operator runs it. A server is ended by its pid.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { machineTools } from '../media/tools.js';
import { root } from '../support/gate.js';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Around {
  /** Beside PATH, the whole environment. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Standard input; none when unset. */
  stdin?: string;
}

const command = path.join(root, 'bin/exportgate.js');
/** A verb that takes longer hangs, milliseconds. */
const LONGEST_MS = 60_000;

function begin(args: readonly string[], { env = {}, cwd = os.tmpdir(), stdin }: Around): ChildProcess {
  const stdio = [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, [command, ...args], { cwd, env: { PATH: process.env['PATH'], ...env }, stdio: [...stdio] });
  child.stdin?.end(stdin);
  return child;
}

function endOf(child: ChildProcess): Promise<Ended> {
  const told = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]!.setEncoding('utf8').on('data', (text: string) => (told[name] += text));
  return new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve({ code, ...told })));
}

/** To its end. One that hangs is killed, and its code is null. */
export async function exportgate(args: readonly string[], around: Around = {}): Promise<Ended> {
  const child = begin(args, around);
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  return endOf(child).finally(() => clearTimeout(timer));
}

export interface Server {
  pid: number;
  url: string;
  fronts: { recorder: string; url: string }[];
  setupToken: string | null;
  /** SIGTERM. */
  stop(): Promise<Ended>;
}

let found: Promise<string> | undefined;
/** A PATH with which `serve` starts: where the machine has no ffmpeg, the bundled one stands in for it under its plain name. Tests may. */
const servingPath = (): Promise<string> =>
  (found ??= machineTools().then(async ({ bundled, ffmpeg, ffprobe }) => {
    const known = process.env['PATH'] ?? '';
    if (!bundled) return known;
    const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-ffmpeg-'));
    process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
    for (const [name, file] of Object.entries({ ffmpeg, ffprobe })) await fs.promises.symlink(file, path.join(folder, name));
    return `${folder}:${known}`;
  }));

/** `exportgate serve`, resolved when it listens. */
export async function serve(place: Place, around: Around = {}): Promise<Server> {
  const child = begin(['--config', place.config, '--json', 'serve'], { ...around, env: { PATH: await servingPath(), ...place.env, ...around.env } });
  const ended = endOf(child);
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (more: string) => {
      text += more;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    void ended.then(({ code, stderr }) => reject(new Error(`serve ended with ${code}: ${stderr}`)), reject);
  });
  const stop = (): Promise<Ended> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    return ended;
  };
  return { ...(JSON.parse(line) as Omit<Server, 'pid' | 'stop'>), pid: child.pid!, stop };
}

export interface Place {
  folder: string;
  config: string;
  data: string;
  keys: string;
  journal: string;
  env: Record<string, string>;
}

export const origin = 'test.exportgate.example/cli';

/** A folder with a configuration for one recorder. Data and keys are made by whoever starts there. */
export async function aPlace(recorderUrl = 'http://127.0.0.1:9/onvif/device_service', more = ''): Promise<Place> {
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-cli-'));
  const at = (...names: string[]): string => path.join(folder, ...names);
  await fs.promises.writeFile(
    at('exportgate.yaml'),
    `listen: { host: 127.0.0.1, port: 0 }
dataFolder: data
keysFolder: keys
policiesFolder: ${JSON.stringify(path.join(root, 'policies'))}
journal: { origin: ${origin} }
recorders:
  - { id: nvr-1, adapter: onvif, url: "${recorderUrl}", user: operator, front: { host: 127.0.0.1, port: 0 } }
cameras:
  - { camera: sh-yf-street, recorder: nvr-1, recording: REC_1 }
${more}`,
  );
  return {
    folder, config: at('exportgate.yaml'), data: at('data'), keys: at('keys'), journal: at('data', 'journal'),
    env: { EXPORTGATE_RECORDER_NVR_1_PASSWORD: 'box-password' },
  };
}
