// The one door to nodemailer: one letter as one mail over SMTP, to the address that was judged. TLS from the start or by STARTTLS, never
// without where it was configured; in the clear to this machine alone.
import { createTransport } from 'nodemailer';
import { parseAddress } from '../domain/network.js';
import { deadlineOr } from '../domain/deadline.js';
import type { NoticeKind } from '../domain/notice.js';
import { isCertificateFault, type Channel, type Outside, type Place } from './channel.js';
import { textOf, titleOf, type Letter } from './letter.js';
import { resolveHost } from './resolve-host.js';
import { SendFailure } from './send-failure.js';

export interface MailAccount extends Place {
  host: string;
  port: number;
  security: 'tls' | 'starttls' | 'none-on-loopback';
  /** Null: the server takes mail without a login. */
  login: { user: string; password: string } | null;
  from: string;
  to: readonly string[];
  kinds: readonly NoticeKind[];
}

/** The channel's name: there is one. */
export const mailName = 'mail';

/** Bytes of one answer of the server. */
const longestAnswer = 64 * 1024;

export function makeMail(account: MailAccount, outside: Outside): Channel {
  return {
    name: mailName,
    kinds: account.kinds,
    gapMs: 0,
    async send(letter, stop) {
      const deadline = deadlineOr(outside.timeoutMs, stop);
      try {
        const { networks } = account;
        const address = await resolveHost(account.host, { networks, resolve: outside.resolve, deadline });
        const transport = createTransport(optionsOf(account, address, outside.timeoutMs));
        await transport.sendMail({ ...messageOf(letter, account), signal: deadline });
      } catch (thrown) {
        throw failureOf(thrown, deadline);
      }
    },
  };
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

function optionsOf({ host, port, security, login, from, ca }: MailAccount, address: string, timeoutMs: number) {
  const named = parseAddress(host) ? {} : { servername: host };
  return {
    host: address,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none-on-loopback',
    tls: { ...named, ...(ca !== null && { ca }), minVersion: 'TLSv1.2' as const, rejectUnauthorized: true },
    ...(login && { auth: { user: login.user, pass: login.password } }),
    // What the gate calls itself to the server: not this machine's name.
    name: domainOf(from),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    socketCloseTimeout: 0,
    maxResponseSize: longestAnswer,
    logger: false as const,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function messageOf(letter: Letter, { from, to }: MailAccount) {
  return {
    from,
    to: [...to],
    subject: [titleOf(letter), ...(letter.request === null ? [] : [letter.request])].join(' '),
    text: textOf(letter),
    textEncoding: 'base64' as const,
    // The same at each try: a mail that came twice is seen to be one.
    messageId: `<${letter.id}@${domainOf(from)}>`,
    date: new Date(letter.at),
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false as const,
  };
}

function failureOf(thrown: unknown, deadline: AbortSignal): SendFailure {
  if (thrown instanceof SendFailure) return thrown;
  if (deadline.aborted) return new SendFailure('timed-out');
  const { code, responseCode, message } = thrown as { code?: string; responseCode?: number; message?: string };
  const answer = Number.isSafeInteger(responseCode) ? responseCode! : null;
  if (code === 'EAUTH' || code === 'ENOAUTH') return new SendFailure('login-refused', answer);
  if (code === 'ETIMEDOUT') return new SendFailure('timed-out');
  if (code === 'EPROTOCOL') return new SendFailure(/maximum allowed size/.test(message ?? '') ? 'answer-long' : 'answer-malformed', answer);
  if (isCertificateFault(certificateCode(thrown))) return new SendFailure('certificate-refused');
  if (code === 'ETLS') return new SendFailure('tls-refused', answer);
  return answer === null ? new SendFailure('unreachable') : new SendFailure('mail-refused', answer);
}

/** nodemailer keeps Node's word for it in the error, or only in its text. */
function certificateCode(thrown: unknown): string {
  const { code, cause, message } = thrown as { code?: string; cause?: { code?: string }; message?: string };
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE' && /certificate|altname/i.test(message ?? '')) return 'CERT';
  return cause?.code ?? code ?? '';
}
