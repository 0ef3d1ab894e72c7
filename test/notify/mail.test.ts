// Mail over real SMTP: TLS from the start, by STARTTLS, in the clear to this machine; never less than was configured.
import assert from 'node:assert/strict';
import { parseNetwork } from '../../plugin/domain/network.js';
import { allNoticeKinds } from '../../plugin/domain/notice.js';
import type { Letter } from '../../plugin/notify/letter.js';
import { makeMail, type MailAccount } from '../../plugin/notify/mail.js';
import { SendFailure } from '../../plugin/notify/send-failure.js';
import { anSmtpServer, namedCert, smtpHost, type SmtpOptions, type SmtpServer } from '../support/letter-box.js';

const letter: Letter = { id: '41-sla-missed-mail', at: '2026-03-01T23:59:59.000Z', kind: 'sla-missed', request: 'EG-310000-SH-YUNFAN-2026-000007', deadline: null, urgency: 'urgent' };
const password = 'mail-password-0123456789';
const login = { user: 'exportgate', password };
const never = new AbortController().signal;

const mailTo = ({ port }: SmtpServer, change: Partial<MailAccount> & { timeoutMs?: number; addresses?: string[] } = {}) => {
  const { timeoutMs = 5_000, addresses = ['127.0.0.1'], ...account } = change;
  return makeMail(
    { host: smtpHost, port, security: 'starttls', login, from: 'gate@exportgate.example', to: ['duty@exportgate.example', 'head@exportgate.example'], ca: namedCert, networks: [parseNetwork('127.0.0.0/8')!], kinds: allNoticeKinds, ...account },
    { resolve: async () => addresses, now: () => new Date(), timeoutMs },
  );
};

const failureOf = (sending: Promise<void>): Promise<string> =>
  sending.then(
    () => 'taken',
    (thrown: unknown) => {
      assert.ok(thrown instanceof SendFailure, String(thrown));
      assert.doesNotMatch(JSON.stringify([thrown.message, thrown.stack, thrown.cause]), new RegExp(`${password}|exportgate\\.example`));
      return thrown.message;
    },
  );

describe('mail', () => {
  let server: SmtpServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const ways: readonly (readonly [MailAccount['security'], SmtpOptions, secure: boolean])[] = [
    ['tls', { implicit: true }, true],
    ['starttls', { starttls: true }, true],
    ['none-on-loopback', {}, false],
  ];
  for (const [security, options, secure] of ways)
    it(`${security}: one mail with number and words, and nothing of this machine`, async () => {
      server = await anSmtpServer(options);
      await mailTo(server, { security }).send(letter, never);
      const [mail, ...more] = server.mails;
      assert.deepEqual(more, []);
      const { data, ...rest } = mail!;
      assert.deepEqual(rest, { from: 'gate@exportgate.example', to: ['duty@exportgate.example', 'head@exportgate.example'], secure, login: `\0exportgate\0${password}` });
      const [head = '', ...body] = data.split('\n\n');
      const fields = new Map([...head.replaceAll(/\n[ \t]+/g, ' ').matchAll(/^([\w-]+): (.*)$/gm)].map(([, name, value]) => [name!, value!]));
      assert.deepEqual([...fields.keys()].sort(), ['Auto-Submitted', 'Content-Transfer-Encoding', 'Content-Type', 'Date', 'From', 'MIME-Version', 'Message-ID', 'Subject', 'To']);
      assert.deepEqual([fields.get('Message-ID'), fields.get('Auto-Submitted'), fields.get('Date')], ['<41-sla-missed-mail@exportgate.example>', 'auto-generated', 'Sun, 01 Mar 2026 23:59:59 +0000']);
      const words = fields.get('Subject')!.replaceAll(/=\?UTF-8\?([BQ])\?(.*?)\?=\s*/gi, (_, how: string, text: string) =>
        how.toUpperCase() === 'B' ? Buffer.from(text, 'base64').toString('latin1') : text.replaceAll('_', ' ').replaceAll(/=([0-9A-F]{2})/g, (__, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
      assert.equal(Buffer.from(words, 'latin1').toString('utf8').replaceAll(/\s+/g, ' '), '【监控录像调取网关】紧急:办理时限已过 · Urgent: A time of the procedure has passed EG-310000-SH-YUNFAN-2026-000007');
      const text = Buffer.from(body.join('\n\n'), fields.get('Content-Transfer-Encoding') === 'base64' ? 'base64' : 'utf8').toString('utf8');
      assert.match(text, /办理时限已过\n编号:EG-310000-SH-YUNFAN-2026-000007\nExportGate: urgent/);
      assert.match(server.bytes(), /^EHLO exportgate\.example/m);
    });

  it('without a login where none is configured', async () => {
    server = await anSmtpServer({ starttls: true });
    await mailTo(server, { login: null }).send(letter, never);
    assert.equal(server.mails[0]!.login, null);
  });

  const faults: readonly (readonly [string, SmtpOptions, Parameters<typeof mailTo>[1], string])[] = [
    // Threat: somebody in between takes STARTTLS out of the answer; nothing may be said in the clear then.
    ['a server that no longer offers STARTTLS', {}, {}, 'tls-refused 502'],
    ['STARTTLS refused', { starttls: true, answers: { STARTTLS: '454 not now' } }, {}, 'tls-refused 454'],
    ['a certificate of no trusted authority', { starttls: true }, { ca: null }, 'certificate-refused'],
    ['the same from the start', { implicit: true }, { ca: null, security: 'tls' }, 'certificate-refused'],
    ['a certificate for another name', { starttls: true }, { host: 'other.exportgate.example' }, 'certificate-refused'],
    ['a wrong password', { starttls: true, answers: { AUTH: '535 no' } }, {}, 'login-refused 535'],
    ['a sender that is refused', { starttls: true, answers: { MAIL: '550 no' } }, {}, 'mail-refused 550'],
    ['every recipient refused', { starttls: true, answers: { RCPT: '550 no' } }, {}, 'mail-refused 550'],
    ['a message refused at the end', { starttls: true, answers: { '.': '554 spam' } }, {}, 'mail-refused 554'],
    ['a greeting that is none', { answers: { greeting: 'HTTP/1.1 200 OK' } }, {}, 'answer-malformed'],
    ['an answer of half a megabyte', { starttls: true, answers: { EHLO: `250-${'x'.repeat(512 * 1024)}` } }, {}, 'answer-long'],
    ['who never answers', { starttls: true, answers: { MAIL: null } }, { timeoutMs: 200 }, 'timed-out'],
    ['a host that is the cloud’s metadata', {}, { addresses: ['169.254.169.254'] }, 'host-forbidden'],
    ['a host that is this machine and was not said to be', { starttls: true }, { networks: null }, 'host-forbidden'],
  ];
  for (const [what, options, change, expected] of faults)
    it(`${what}: ${expected}`, async () => {
      server = await anSmtpServer(options);
      assert.equal(await failureOf(mailTo(server, change).send(letter, never)), expected);
      if (!('.' in (options.answers ?? {}))) assert.deepEqual(server.mails, []);
      if (/STARTTLS|certificate/.test(what)) assert.doesNotMatch(server.bytes(), /AUTH|MAIL|EG-310000/);
    });
});
