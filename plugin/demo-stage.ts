// The demo's stage: a recorder in a box and a gate in front of it, in a folder of their own that goes when they end.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startRecorder } from '../test/support/recorder/start-recorder.js';
import { adapters } from '../adapters/index.js';
import { startGate, type Surroundings } from './assemble.js';
import type { Stage } from './cli/demo.js';
import { loadConfig } from './config/config.js';
import { isAlive } from './store/is-alive.js';

const HOUR = 3_600_000;
const CAMERA = 'sh-yf-street';

/** `root`: where policies/ and the footage lie. */
export async function raiseStage(root: string, around: Surroundings): Promise<Stage> {
  await sweepStages();
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
  const recorderAccount = { user: 'operator', password: randomBytes(12).toString('hex') };
  const minute = Math.floor(around.now().getTime() / 60_000) * 60_000;
  const recorder = await startRecorder({
    media: path.join(root, 'test/fixtures/street.mp4'),
    ...recorderAccount,
    start: new Date(minute - 24 * HOUR),
    end: new Date(minute + 24 * HOUR),
  });
  const removeFolder = () => fs.promises.rm(folder, { recursive: true, force: true });
  try {
    await fs.promises.writeFile(path.join(folder, 'exportgate.yaml'), configuration(root, recorder.url, recorderAccount.user));
    const config = await loadConfig(
      path.join(folder, 'exportgate.yaml'),
      { EXPORTGATE_RECORDER_NVR_1_PASSWORD: recorderAccount.password },
      adapters,
    );
    // A demo shows the procedure on any machine, also on one whose clock nobody keeps in step.
    const gate = await startGate(config, { ...around, synchronised: async () => 'unknown' });
    const frontUrl = gate.fronts[0]!.url;
    return {
      url: gate.url,
      frontUrl,
      setupToken: gate.setupToken!,
      camera: CAMERA,
      span: { from: new Date(minute - HOUR).toISOString(), to: new Date(minute - HOUR + 60_000).toISOString() },
      ffmpegWarning: gate.tools.bundled
        ? '未找到系统 ffmpeg,演示使用随附的 2018 年旧版,切勿用于真实录像。 No ffmpeg on this machine: the demo renders with the BUNDLED, UNPATCHED build of 2018. `exportgate serve` refuses it; install ffmpeg (Debian: apt-get install ffmpeg).'
        : null,
      askForReplay: () => askForReplay(frontUrl, 'REC_1'),
      close: async () => {
        await gate.close();
        await recorder.close();
        await removeFolder();
      },
    };
  } catch (thrown) {
    await recorder.close();
    await removeFolder();
    throw thrown;
  }
}

const prefix = 'exportgate-demo-';

/** What a killed demo left: keys, and while it rendered, footage. A folder bears the number of its process. */
async function sweepStages(): Promise<void> {
  for (const name of await fs.promises.readdir(os.tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid && !isAlive(Number(pid)))
      await fs.promises.rm(path.join(os.tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

const configuration = (root: string, url: string, user: string): string => `listen: { host: 127.0.0.1, port: 0 }
dataFolder: data
keysFolder: keys
policiesFolder: ${JSON.stringify(path.join(root, 'policies'))}
journal: { origin: demo.exportgate.example/sh-yunfan }
recorders:
  - { id: nvr-1, adapter: onvif, url: "${url}", user: ${user}, passwordEnv: EXPORTGATE_RECORDER_NVR_1_PASSWORD, front: { host: 127.0.0.1, port: 0 } }
cameras:
  - { camera: ${CAMERA}, recorder: nvr-1, recording: REC_1 }
`;

/** What any ONVIF client sends to get a replay address (Replay service specification, GetReplayUri). */
async function askForReplay(url: string, recording: string): Promise<string | null> {
  const body = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:trp="http://www.onvif.org/ver10/replay/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body><trp:GetReplayUri><trp:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trp:StreamSetup><trp:RecordingToken>${recording}</trp:RecordingToken></trp:GetReplayUri></s:Body></s:Envelope>`;
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/soap+xml; charset=utf-8; action="http://www.onvif.org/ver10/replay/wsdl/GetReplayUri"' },
  });
  const text = await response.text();
  if (response.ok && text.includes('GetReplayUriResponse')) return null;
  return `HTTP ${response.status}: ${[...text.matchAll(/<[\w:]*Text[^>]*>([^<]*)</g)].map((match) => match[1]).join(' / ')}`;
}
