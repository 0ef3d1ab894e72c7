// Webhooks over real HTTPS, judged by signature as each vendor documents it; hosts, redirections, limits; nothing but the notice in the bytes.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { parseNetwork } from '../../plugin/domain/network.js';
import { allNoticeKinds, type WebhookFormat } from '../../plugin/domain/notice.js';
import { formats } from '../../plugin/notify/formats/index.js';
import type { Letter } from '../../plugin/notify/letter.js';
import type { Resolve } from '../../plugin/notify/resolve-host.js';
import { SendFailure } from '../../plugin/notify/send-failure.js';
import { makeWebhook, type Webhook } from '../../plugin/notify/webhook.js';
import { aHookServer, hooksHost, namedCert, says, type Heard, type HookServer } from '../support/letter-box.js';

const now = new Date('2026-03-02T00:00:00.000Z');
const letter: Letter = { id: '41-deadline-near-ops', at: '2026-03-01T23:59:59.000Z', kind: 'deadline-near', request: 'EG-310000-SH-YUNFAN-2026-000007', deadline: '2026-03-02T08:30:00.000Z', urgency: 'urgent' };
const secret = 'SEC-of-a-robot-0123456789';
const key = '633a31f6-7f9c-4bc4-97a0-0ec1eefa5898';
const loopback = [parseNetwork('127.0.0.0/8')!];
const never = new AbortController().signal;

interface Change extends Partial<Webhook> {
  resolve?: Resolve;
  timeoutMs?: number;
}

const hookTo = ({ port }: { port: number }, { resolve = async () => ['127.0.0.1'], timeoutMs = 5_000, ...change }: Change = {}) =>
  makeWebhook(
    { name: 'ops', format: 'generic', url: `https://${hooksHost}:${port}/send?key=${key}`, secret, ca: namedCert, networks: loopback, kinds: allNoticeKinds, ...change },
    { resolve, now: () => now, timeoutMs },
  );

/** The failure as one line. */
const failureOf = (sending: Promise<void>): Promise<string> =>
  sending.then(
    () => 'taken',
    (thrown: unknown) => {
      assert.ok(thrown instanceof SendFailure, String(thrown));
      // Neither the key nor the secret nor an address is in what is told, logged or kept.
      const told = JSON.stringify([thrown.message, thrown.stack, thrown.cause, Object.entries(thrown)]);
      for (const word of [key, secret, hooksHost, '/send']) assert.ok(!told.includes(word), `${word} stands in ${told}`);
      return thrown.message;
    },
  );

describe('webhooks', () => {
  let server: HookServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const hmac = (secretKey: string, over: string) => createHmac('sha256', secretKey).update(over);
  /** As the vendor would judge it: independent of the code that signs. */
  const judges: Record<WebhookFormat, (heard: Heard) => void> = {
    generic: ({ headers, body }) => {
      const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-exportgate-signature']))!;
      assert.equal(v1, hmac(secret, `${t}.${body}`).digest('hex'));
      assert.ok(Math.abs(Number(t) * 1000 - now.getTime()) < 300_000);
      const { text, ...rest } = JSON.parse(body) as Record<string, unknown>;
      assert.deepEqual(rest, { version: 1, id: letter.id, at: letter.at, kind: 'deadline-near', zh: '提供时限将至', en: 'The deadline is near', request: letter.request, deadline: letter.deadline, urgency: 'urgent' });
      assert.equal(typeof text, 'string');
    },
    wecom: ({ query, body }) => {
      assert.deepEqual([...query.keys()], ['key']);
      const { msgtype, text, ...more } = JSON.parse(body) as { msgtype: string; text: { content: string } };
      assert.deepEqual([msgtype, Object.keys(text), more], ['text', ['content'], {}]);
      assert.ok(Buffer.byteLength(text.content) <= 2048);
    },
    dingtalk: ({ query, body }) => {
      const timestamp = query.get('timestamp')!;
      // Decoded once by the server; what is compared is the base64 itself.
      assert.equal(query.get('sign'), hmac(secret, `${timestamp}\n${secret}`).digest('base64'));
      assert.equal(timestamp, String(now.getTime()));
      assert.deepEqual(Object.keys(JSON.parse(body) as object), ['msgtype', 'text']);
    },
    feishu: ({ body }) => {
      const { timestamp, sign, msg_type, content } = JSON.parse(body) as { timestamp: string; sign: string; msg_type: string; content: { text: string } };
      assert.equal(sign, hmac(`${timestamp}\n${secret}`, '').digest('base64'));
      assert.equal(timestamp, String(now.getTime() / 1000));
      assert.deepEqual([msg_type, Object.keys(content)], ['text', ['text']]);
    },
  };
  const good: Record<WebhookFormat, string> = { generic: '', wecom: '{"errcode":0,"errmsg":"ok"}', dingtalk: '{"errcode":0,"errmsg":"ok"}', feishu: '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}' };

  for (const format of Object.keys(judges) as WebhookFormat[])
    it(`${format}: signed as documented, the key kept in the query, zh then en, nothing else in it`, async () => {
      server = await aHookServer(says(200, good[format]));
      await hookTo(server, { format }).send(letter, never);
      const [heard] = server.heard;
      judges[format](heard!);
      assert.equal(heard!.query.get('key'), key);
      assert.equal(heard!.servername, hooksHost);
      assert.equal(heard!.headers['host'], `${hooksHost}:${server.port}`);
      assert.match(String(heard!.headers['content-type']), /^application\/json; charset=utf-8$/);
      const told = JSON.parse(heard!.body) as { text: string | { content: string }; content?: { text: string } };
      const text = told.content?.text ?? (typeof told.text === 'string' ? told.text : told.text.content);
      assert.equal(text, ['【监控录像调取网关】紧急:提供时限将至', '编号:EG-310000-SH-YUNFAN-2026-000007', '时限:2026-03-02 16:30(北京时间)', 'ExportGate: urgent: The deadline is near.', 'Request: EG-310000-SH-YUNFAN-2026-000007', 'Deadline: 2026-03-02 16:30 (UTC+8)'].join('\n'));
    });

  // Computed by the vendors' own sample code in Python, with this secret at this time.
  it('signatures: as the vendors’ samples make them', () => {
    const sign = (format: WebhookFormat) => formats[format].write(letter, secret, now);
    assert.equal(sign('dingtalk').query!['sign'], 'szuzRZ6Si2JGEN31wmiulNkk8k/Ni/km9BEONsdnSzI=');
    assert.equal((JSON.parse(sign('feishu').body) as { sign: string }).sign, '/k7esEDWR8/Xszm5ny62N3W4oDT0zlaZgyUxIF7So7U=');
  });

  it('signatures: a signature over other bytes, another secret or another time is another one', async () => {
    server = await aHookServer(says(200, ''));
    await hookTo(server).send(letter, never);
    const [, t, v1] = /^t=(\d+),v1=(.*)$/.exec(String(server.heard[0]!.headers['x-exportgate-signature']))!;
    for (const [secretKey, over] of [[secret, `${t}.${server.heard[0]!.body} `], [`${secret}x`, `${t}.${server.heard[0]!.body}`], [secret, `${Number(t) + 1}.${server.heard[0]!.body}`]] as const)
      assert.notEqual(v1, hmac(secretKey, over).digest('hex'));
  });

  const answers: readonly (readonly [string, WebhookFormat, (heard: Heard, response: ServerResponse) => void, string])[] = [
    ['a sign that does not match, told with 200', 'dingtalk', says(200, '{"errcode":310000,"errmsg":"sign not match"}'), 'answer-refused 310000'],
    ['too many messages, told with 200', 'wecom', says(200, '{"errcode":45009,"errmsg":"api freq out of limit"}'), 'answer-refused 45009'],
    ['a time too far away, told with 200', 'feishu', says(200, '{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}'), 'answer-refused 19021'],
    ['no code at all', 'wecom', says(200, '{}'), 'answer-malformed 200'],
    ['a code that is no number', 'wecom', says(200, '{"errcode":"0"}'), 'answer-malformed 200'],
    ['null', 'feishu', says(200, 'null'), 'answer-malformed 200'],
    ['a page of a proxy', 'wecom', says(200, '<html>sign in here</html>'), 'answer-malformed 200'],
    ['204, which is as good, of one’s own', 'generic', says(204, ''), 'taken'],
    ['404', 'generic', says(404, ''), 'status-refused 404'],
    ['500 with a good code', 'wecom', says(500, '{"errcode":0}'), 'status-refused 500'],
    ['a redirection', 'generic', says(302, '', { location: 'https://127.0.0.1:1/elsewhere' }), 'redirected 302'],
    ['a redirection that keeps the method', 'generic', says(308, '', { location: '/again' }), 'redirected 308'],
    ['an answer of a megabyte', 'generic', says(200, 'x'.repeat(1024 * 1024)), 'answer-long 200'],
    ['an answer without end', 'generic', (_, response) => {
      const pump = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(8_192)));
        if (!response.destroyed) response.once('drain', pump);
      };
      response.writeHead(200);
      pump();
    }, 'answer-long 200'],
    ['a connection that breaks off', 'generic', (_, response) => void response.socket!.destroy(), 'unreachable'],
  ];
  for (const [what, format, answer, expected] of answers)
    it(`${what} (${format}): ${expected}`, async () => {
      server = await aHookServer(answer);
      assert.equal(await failureOf(hookTo(server, { format }).send(letter, never)), expected);
      assert.equal(server.heard.length, 1);
    });

  it('who never answers is left after the deadline', async () => {
    server = await aHookServer(null);
    assert.equal(await failureOf(hookTo(server, { timeoutMs: 200 }).send(letter, never)), 'timed-out');
  });

  it('who answers drop by drop is left after the deadline too', async () => {
    server = await aHookServer((_, response) => {
      response.writeHead(200);
      const drops = setInterval(() => (response.destroyed ? clearInterval(drops) : response.write('x')), 20);
    });
    assert.equal(await failureOf(hookTo(server, { timeoutMs: 200 }).send(letter, never)), 'timed-out');
  });

  it('a resolver that never answers is left after the deadline', async () =>
    assert.equal(await failureOf(hookTo({ port: 1 }, { timeoutMs: 50, resolve: () => new Promise(() => undefined) }).send(letter, never)), 'timed-out'));

  it('a certificate of no trusted authority, or for another name: nothing is said', async () => {
    server = await aHookServer(says(200, ''));
    assert.equal(await failureOf(hookTo(server, { ca: null }).send(letter, never)), 'certificate-refused');
    assert.equal(await failureOf(hookTo(server, { url: `https://other.exportgate.example:${server.port}/send` }).send(letter, never)), 'certificate-refused');
    assert.deepEqual(server.heard, []);
  });

  describe('the host', () => {
    const resolvesTo: readonly (readonly [string, readonly string[], string[] | null, string])[] = [
      ['this machine', ['127.0.0.1'], null, 'host-forbidden'],
      ['this machine, by IPv6', ['::1'], null, 'host-forbidden'],
      ['this machine, mapped', ['::ffff:127.0.0.1'], null, 'host-forbidden'],
      ['the cloud’s metadata', ['169.254.169.254'], null, 'host-forbidden'],
      ['another cloud’s metadata', ['100.100.100.200'], null, 'host-forbidden'],
      ['metadata although all is allowed', ['169.254.169.254'], ['0.0.0.0/0', '::/0'], 'host-forbidden'],
      ['nowhere', ['0.0.0.0'], null, 'host-forbidden'],
      ['a group', ['224.0.0.1'], null, 'host-forbidden'],
      ['the link', ['fe80::1%lo'], null, 'host-forbidden'],
      ['outside its networks', ['192.0.2.9'], ['10.0.0.0/8'], 'host-forbidden'],
      ['nothing', [], null, 'host-unresolved'],
      ['words', ['elsewhere.example'], null, 'host-forbidden'],
    ];
    for (const [what, addresses, networks, expected] of resolvesTo)
      it(`that is ${what}: ${expected}`, async () => {
        server = await aHookServer(says(200, ''));
        const hook = hookTo(server, { resolve: async () => addresses, networks: networks?.map((it) => parseNetwork(it)!) ?? null });
        assert.equal(await failureOf(hook.send(letter, never)), expected);
        assert.deepEqual(server.heard, []);
      });

    it('that stands as an address in the configuration is judged too', async () => {
      server = await aHookServer(says(200, ''), { secure: false });
      const url = `http://127.0.0.1:${server.port}/send`;
      assert.equal(await failureOf(hookTo(server, { url, networks: null }).send(letter, never)), 'host-forbidden');
      await hookTo(server, { url }).send(letter, never);
      assert.equal(server.heard.length, 1);
    });

    it('is resolved once: a second answer (rebinding) is never asked for', async () => {
      server = await aHookServer(says(200, ''));
      let asked = 0;
      const hook = hookTo(server, { resolve: async () => (asked++ === 0 ? ['127.0.0.1'] : ['169.254.169.254']) });
      await hook.send(letter, never);
      assert.deepEqual([asked, server.heard.length], [1, 1]);
    });

    it('whose name the resolver cannot find', async () =>
      assert.equal(await failureOf(hookTo({ port: 1 }, { resolve: async () => Promise.reject(new Error(`ENOTFOUND ${hooksHost}`)) }).send(letter, never)), 'host-unresolved'));
  });
});
