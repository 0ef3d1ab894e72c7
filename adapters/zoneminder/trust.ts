// A connection to the configured ZoneMinder that is handed over only once its certificate was judged: nothing is said to a stranger, no
// login and no question.
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';

export const unreachable = (detail: string, cause?: unknown): Problem => new Problem('vms-unreachable', detail, { cause });

/** By Node's and OpenSSL's codes, the first that fits. Never a name or an address. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'The video system’s certificate is for another host name.'],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'The video system’s certificate is not valid at this time.'],
  [
    /SELF_SIGNED|ISSUER|VERIFY_LEAF|^CERT_|INVALID_CA|INVALID_PURPOSE/,
    'The video system’s certificate is from no authority that the gate trusts.',
  ],
  [/SSL|TLS|EPROTO/, 'The video system does not speak TLS as the gate demands it (1.2 or later).'],
];

export function asUnreachable(cause: unknown): Problem {
  const code = String((cause as { code?: unknown } | null)?.code ?? '');
  return unreachable(reasons.find(([pattern]) => pattern.test(code))?.[1] ?? 'The video system did not answer.', cause);
}

const plain = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase();

/**
 * Resolves once the certificate was judged: a pinned one by its fingerprint and by nothing else (an own one has no name, date or authority
 * that could be), any other by the configured authority or those that Node trusts, and by the host name. Problem `vms-unreachable`; throws
 * the signal's reason.
 */
export async function connectSecurely(url: URL, tls: RecorderAddress['tls'], signal: AbortSignal): Promise<TLSSocket> {
  signal.throwIfAborted();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const pinned = tls?.fingerprint;
  const options = { host, port: Number(url.port || 443), ...(!isIP(host) && { servername: host }), ...(tls?.ca && { ca: tls.ca }) };
  return await new Promise<TLSSocket>((resolve, reject) => {
    let socket: TLSSocket;
    try {
      socket = connect({ ...options, rejectUnauthorized: pinned === undefined });
    } catch (cause) {
      return reject(unreachable('The authority that the gate is to trust for this video system cannot be read.', cause));
    }
    const fail = (reason: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      socket.on('error', () => undefined).destroy();
      reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
    };
    const onAbort = (): void => fail(signal.reason);
    const onError = (cause: unknown): void => fail(asUnreachable(cause));
    const onClose = (): void => fail(unreachable('The video system closed the connection during the TLS handshake.'));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError).once('close', onClose);
    socket.once('secureConnect', () => {
      const shown = socket.getPeerX509Certificate()?.fingerprint256;
      if (pinned !== undefined && (!shown || plain(shown) !== plain(pinned)))
        return fail(unreachable('The video system’s certificate is not the pinned one.'));
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('close', onClose);
      resolve(socket);
    });
  });
}
