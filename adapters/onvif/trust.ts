// A TLS connection to a recorder that is handed over only once its certificate was judged: nothing is said to a stranger, no login and
// no question.
import { isIP } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';

export interface SecureParts {
  host: string;
  port: number;
  tls: RecorderAddress['tls'];
  signal: AbortSignal;
  /** Connecting and the handshake, milliseconds. */
  timeoutMs?: number;
}

const unreachable = (detail: string, cause?: unknown): Problem => new Problem('vms-unreachable', detail, { cause });

/** What OpenSSL and Node say → the class of the reason, without names or addresses. */
function reasonOf(cause: unknown): Problem {
  const code = String((cause as { code?: unknown }).code ?? '');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return unreachable('The recorder’s certificate is for another host name.', cause);
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return unreachable('The recorder’s certificate is not valid at this time.', cause);
  if (/SELF_SIGNED|ISSUER|VERIFY_LEAF|CERT_|INVALID_CA|INVALID_PURPOSE/.test(code))
    return unreachable('The recorder’s certificate is from no authority that the gate trusts.', cause);
  if (/SSL|TLS|EPROTO/.test(code)) return unreachable('The recorder does not speak TLS as the gate demands it (1.2 or later).', cause);
  return unreachable('The recorder did not answer.', cause);
}

function demands({ host, tls }: SecureParts): ConnectionOptions {
  const name = isIP(host) ? {} : { servername: host };
  // A pinned certificate is judged by its fingerprint and by nothing else: no name, no date, no authority, which a recorder's own lacks.
  if (tls?.fingerprint) return { ...name, rejectUnauthorized: false };
  return { ...name, rejectUnauthorized: true, ...(tls?.ca ? { ca: tls.ca } : {}) };
}

const plain = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase();

function judge(socket: TLSSocket, tls: RecorderAddress['tls']): void {
  const shown = socket.getPeerX509Certificate()?.fingerprint256;
  if (tls?.fingerprint && (!shown || plain(shown) !== plain(tls.fingerprint)))
    throw unreachable('The recorder’s certificate is not the pinned one.');
}

/**
 * Resolves after the certificate was judged: the fingerprint and nothing else where one is pinned, else the configured authority or those
 * of Node, and the host name. Problem: `vms-unreachable` with the class of the reason. The caller's abort throws its own reason.
 */
export async function openSecure(parts: SecureParts): Promise<TLSSocket> {
  const { host, port, tls, signal, timeoutMs = 10_000 } = parts;
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  return await new Promise<TLSSocket>((resolve, reject) => {
    let socket: TLSSocket;
    try {
      socket = connect({ host, port, ...demands(parts) });
    } catch (cause) {
      return reject(unreachable('The authority that the gate is to trust for this recorder cannot be read.', cause));
    }
    const fail = (error: unknown): void => {
      stop.removeEventListener('abort', onStop);
      socket.on('error', () => undefined).destroy();
      reject(error instanceof Error ? error : new Error('aborted', { cause: error }));
    };
    const onStop = (): void => fail(signal.aborted ? signal.reason : unreachable('The recorder did not answer in time.'));
    const onError = (cause: unknown): void => fail(reasonOf(cause));
    const onClose = (): void => fail(unreachable('The recorder closed the connection during the TLS handshake.'));
    stop.addEventListener('abort', onStop, { once: true });
    socket.once('error', onError).once('close', onClose);
    socket.once('secureConnect', () => {
      try {
        judge(socket, tls);
      } catch (error) {
        return fail(error);
      }
      stop.removeEventListener('abort', onStop);
      socket.off('error', onError).off('close', onClose).setNoDelay(true);
      resolve(socket);
    });
  });
}
