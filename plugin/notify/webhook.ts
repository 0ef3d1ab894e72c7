// One letter to one webhook: to the address that was judged and to no other, the certificate held against the configured name, no redirection
// followed, a deadline for all of it, a limit on the answer.
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import { parseAddress } from '../domain/network.js';
import { deadlineOr } from '../domain/deadline.js';
import type { NoticeKind, WebhookFormat } from '../domain/notice.js';
import { isCertificateFault, type Channel, type Outside, type Place } from './channel.js';
import { formats } from './formats/index.js';
import { resolveHost } from './resolve-host.js';
import { SendFailure } from './send-failure.js';

export interface Webhook extends Place {
  name: string;
  format: WebhookFormat;
  /** With its key, where the vendor puts one there: a secret. */
  url: string;
  /** Empty where the format has none. */
  secret: string;
  kinds: readonly NoticeKind[];
}

/** Bytes. Answers of bots have a hundred. */
const longestAnswer = 64 * 1024;

export function makeWebhook(webhook: Webhook, outside: Outside): Channel {
  const format = formats[webhook.format];
  return {
    name: webhook.name,
    kinds: webhook.kinds,
    gapMs: format.gapMs,
    async send(letter, stop) {
      const { body, headers = {}, query = {} } = format.write(letter, webhook.secret, outside.now());
      const url = new URL(webhook.url);
      for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
      const answer = await post(url, body, headers, webhook, { ...outside, stop });
      if (answer.status >= 300 && answer.status < 400) throw new SendFailure('redirected', answer.status);
      if (answer.status < 200 || answer.status > 299) throw new SendFailure('status-refused', answer.status);
      const code = format.codeOf(readJson(answer.body));
      if (code === undefined) throw new SendFailure('answer-malformed', answer.status);
      if (code !== null) throw new SendFailure('answer-refused', code);
    },
  };
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

interface Answer {
  status: number;
  body: Buffer;
}

async function post(
  url: URL,
  body: string,
  headers: Record<string, string>,
  place: Place,
  outside: Outside & { stop: AbortSignal },
): Promise<Answer> {
  const deadline = deadlineOr(outside.timeoutMs, outside.stop);
  try {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const address = await resolveHost(host, { networks: place.networks, resolve: outside.resolve, deadline });
    const bytes = Buffer.from(body, 'utf8');
    const options: RequestOptions = {
      // The judged address. Node looks nothing up for it.
      host: address,
      port: url.port || (url.protocol === 'https:' ? 443 : 80),
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: {
        ...headers,
        host: url.host,
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(bytes.length),
        'user-agent': 'ExportGate',
      },
      // A connection of its own for each letter: a kept one would outlive its judgement.
      agent: false,
      signal: deadline,
    };
    const name = parseAddress(host) ? {} : { servername: host };
    const secure = { ...options, ...name, ...(place.ca !== null && { ca: place.ca }), minVersion: 'TLSv1.2' as const };
    return await new Promise<Answer>((resolve, reject) => {
      const onAnswer = (response: IncomingMessage): void => void collect(response).then(resolve, reject);
      const sending = url.protocol === 'https:' ? requestSecure(secure, onAnswer) : requestPlain(options, onAnswer);
      sending.on('error', reject).end(bytes);
    });
  } catch (thrown) {
    throw failureOf(thrown, deadline);
  }
}

async function collect(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    // Leaving the loop destroys the connection.
    if (bytes > longestAnswer) throw new SendFailure('answer-long', response.statusCode ?? null);
    chunks.push(chunk as Buffer);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks) };
}

function failureOf(thrown: unknown, deadline: AbortSignal): SendFailure {
  if (thrown instanceof SendFailure) return thrown;
  if (deadline.aborted) return new SendFailure('timed-out');
  return new SendFailure(isCertificateFault((thrown as { code?: unknown }).code) ? 'certificate-refused' : 'unreachable');
}
