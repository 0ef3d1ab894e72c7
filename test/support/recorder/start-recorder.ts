// A recorder in a box: SOAP over HTTP and ONVIF replay over RTSP, on this machine, from a real file. For tests and for the demo.
import type { AddressInfo, Server } from 'node:net';
import type { Faults } from './faults.js';
import { readMp4 } from './mp4.js';
import { makeRtspServer } from './rtsp-server.js';
import { makeSoapServer } from './soap-server.js';
import { makeTimeline, micros, type Hole, type Unit } from './timeline.js';

export interface RecorderOptions {
  /** MP4 with one H.264 track of constant frame rate without B-frames. */
  media: string;
  /** Loopback unless told. */
  host?: string;
  /** 0 = any free one. */
  port?: number;
  rtspPort?: number;
  user: string;
  password: string;
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
  /** Do key frames carry SPS and PPS? Real recorders' do. */
  inBandParameterSets?: boolean;
  /** Footage from another RTSP server: what GetReplayUri answers. */
  replayUri?: string;
}

export interface Expected extends Unit {
  /** Before the span: sent because decoding starts at a key frame. */
  preRoll: boolean;
}

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
  /** File frame numbers of the frames inside the span (ISO instants or dates). */
  expectedFrames(span: { from: string | Date; to: string | Date }): number[];
  /** The same with times and NAL units, from the key frame at or before the span on. */
  expectedUnits(span: { from: string | Date; to: string | Date }): Expected[];
  close(): Promise<void>;
}

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });

const shut = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** Starts it and resolves when both ports listen. */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const { host = '127.0.0.1', recordings = ['REC_1'], holes = [], faults = {}, start, end } = options;
  const footage = readMp4(options.media);
  const timeline = makeTimeline(footage, { start, end }, holes, options.inBandParameterSets ?? true);
  const machineClock = options.now ?? (() => new Date());
  const now = (): Date => new Date(machineClock().getTime() + (options.clockOffsetMs ?? 0));
  const account = { user: options.user, password: options.password };
  const requests = { soap: [] as string[], rtsp: [] as string[] };

  const rtsp = makeRtspServer({ footage, timeline, recordings, account, faults, now, end, seen: requests.rtsp });
  const rtspPort = await listen(rtsp.server, options.rtspPort ?? 0, host);
  const rtspUrl = `rtsp://${host}:${rtspPort}/replay`;
  const replayUri = (recording: string): string => options.replayUri ?? `${rtspUrl}?recording=${encodeURIComponent(recording)}&stream=0`;
  const parts = {
    base: '',
    timeline,
    recordings,
    start,
    end,
    now,
    replayUri,
    empty: () => faults.empty ?? false,
    searches: new Map<string, string[]>(),
    account,
    faults,
    seen: requests.soap,
  };
  const soap = makeSoapServer(parts);
  const port = await listen(soap, options.port ?? 0, host);
  parts.base = `http://${host}:${port}`;

  const expectedUnits: Recorder['expectedUnits'] = (span) => {
    const [from, to] = [micros(new Date(span.from)), micros(new Date(span.to))];
    return [...timeline.play(from, to)].map((unit) => ({ ...unit, preRoll: unit.utcMicros < from }));
  };
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
        .filter((unit) => !unit.preRoll)
        .map((unit) => unit.fileFrame),
  };
}
