// Connections for clients' own requests: kept open, and over TLS none before its certificate was judged.
import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { connectSecurely } from './trust.js';

const most = { keepAlive: true, maxSockets: 256, maxFreeSockets: 64 };
const HANDSHAKE_MS = 10_000;

class JudgedAgent extends https.Agent {
  constructor(
    private readonly url: URL,
    private readonly tls: RecorderAddress['tls'],
  ) {
    super(most);
  }

  override createConnection(_options: unknown, done?: (error: Error | null, socket: Duplex) => void): Duplex | null | undefined {
    connectSecurely(this.url, this.tls, AbortSignal.timeout(HANDSHAKE_MS)).then(
      (socket) => done?.(null, socket),
      (cause: Error) => done?.(cause, undefined as unknown as Duplex),
    );
    return undefined;
  }
}

export const makeAgent = (url: URL, tls: RecorderAddress['tls']): http.Agent =>
  url.protocol === 'https:' ? new JudgedAgent(url, tls) : new http.Agent(most);
