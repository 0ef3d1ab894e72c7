// A recorder in a box: SOAP over HTTP and ONVIF replay over RTSP, on this machine, from a real file. For tests and for the demo.
import type { AddressInfo, Server } from 'node:net';
import type { Faults } from './faults.js';
import { expectUnits, type Expected } from './expect-units.js';
import { prepareFootage } from './prepare-footage.js';
import { makeRtspServer } from './rtsp-server.js';
import { makeSoapServer } from './soap-server.js';
import { makeTimeline, type Hole } from './timeline.js';

export type { Expected } from './expect-units.js';

export interface RecorderOptions {
  /** MP4 or MOV: one video track (H.264, H.265, Motion JPEG), at most one audio track (AAC, G.711). */
  media: string;
  /** What is recorded from an instant on: other footage with the same kinds of tracks. */
  later?: { media: string; from: Date };
  /** Loopback unless told. */
  host?: string;
  /** 0 = any free one. */
  port?: number;
  rtspPort?: number;
  user: string;
  password: string;
  /** Who may list the users. Anybody who may sign in, where unset. */
  administrator?: { user: string; password: string };
  /** PEM. With them: https and rtsps. */
  tls?: { cert: Buffer; key: Buffer };
  /** What is recorded, by the recorder's own clock. Earlier and later there is nothing. */
  start: Date;
  end: Date;
  /** Tokens. All hold the same pictures. */
  recordings?: string[];
  holes?: Hole[];
  /** The recorder's clock minus the machine's. */
  clockOffsetMs?: number;
  now?: () => Date;
  faults?: Faults;
  /** Do key frames carry their parameter sets? Real recorders' do. */
  inBandParameterSets?: boolean;
  /** G.711 as A-law. */
  aLaw?: boolean;
  /** Times between pictures differ. */
  unevenRate?: boolean;
  /** Footage from another RTSP server: what GetReplayUri answers. */
  replayUri?: string;
}

type Span = { from: string | Date; to: string | Date };

export interface Recorder {
  /** Device service. */
  url: string;
  rtspUrl: string;
  /** Of the SOAP services. */
  port: number;
  rtspPort: number;
  /** Read at each use: turn a switch and the next answer is wrong. */
  faults: Faults;
  /** All that was asked of it, in order: SOAP operations, RTSP methods with addresses. */
  requests: { soap: string[]; rtsp: string[] };
  /** File frame numbers of the video frames inside the span (ISO instants or dates). */
  expectedFrames(span: Span): number[];
  /** What the recording holds of the span in one track (video unless told), see expect-units.ts. */
  expectedUnits(span: Span, track?: number): Expected[];
  close(): Promise<void>;
}

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });

const shut = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** Starts it and resolves when both ports listen. */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const { host = '127.0.0.1', recordings = ['REC_1'], holes = [], faults = {}, start, end, tls } = options;
  const how = {
    inBandParameterSets: options.inBandParameterSets ?? true,
    aLaw: options.aLaw ?? false,
    unevenRate: options.unevenRate ?? false,
  };
  const footage = prepareFootage(options.media, how);
  const later = options.later && { from: options.later.from, footage: prepareFootage(options.later.media, how) };
  const timeline = makeTimeline({ footage, start, end, holes, ...(later ? { later } : {}) });
  const machineClock = options.now ?? (() => new Date());
  const now = (): Date => new Date(machineClock().getTime() + (options.clockOffsetMs ?? 0) + (faults.clockOffsetMs ?? 0));
  const accounts = [{ user: options.user, password: options.password }, ...(options.administrator ? [options.administrator] : [])];
  const requests = { soap: [] as string[], rtsp: [] as string[] };

  const rtsp = makeRtspServer({ footage, timeline, recordings, accounts, faults, now, start, end, seen: requests.rtsp }, tls);
  const rtspPort = await listen(rtsp.server, options.rtspPort ?? 0, host);
  const rtspUrl = `${tls ? 'rtsps' : 'rtsp'}://${host}:${rtspPort}/replay`;
  const shown = (): string => `${rtspUrl}`.replace(host, faults.foreignHost ?? host);
  const replayUri = (recording: string): string => options.replayUri ?? `${shown()}?recording=${encodeURIComponent(recording)}&stream=0`;
  const parts = { base: '', footage, timeline, recordings, start, end, now, replayUri, accounts, faults, seen: requests.soap };
  const soap = makeSoapServer(parts, tls);
  const port = await listen(soap, options.port ?? 0, host);
  parts.base = `${tls ? 'https' : 'http'}://${host}:${port}`;

  const expectedUnits: Recorder['expectedUnits'] = (span, track = 0) => expectUnits(timeline, span, track);
  const close = async (): Promise<void> => {
    soap.closeAllConnections();
    for (const socket of rtsp.sockets) socket.destroy();
    await Promise.all([shut(soap), shut(rtsp.server)]);
  };
  return {
    url: `${parts.base}/onvif/device_service`,
    rtspUrl,
    port,
    rtspPort,
    faults,
    requests,
    expectedUnits,
    close,
    expectedFrames: (span) =>
      expectedUnits(span)
        .filter((unit) => !unit.preRoll && !unit.postRoll)
        .map((unit) => unit.fileFrame),
  };
}
