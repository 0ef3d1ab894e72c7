// The SOAP door against servers that answer in every way a recorder does: faults of two kinds, at any status, pages, and what is no SOAP.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asProblem, label, list, makeSoap, member, SoapFault, text, type Soap } from '../../../adapters/onvif/soap.js';
import { makeTranscript } from '../../../adapters/onvif/transcript.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { addressOf, aRecorder } from './rig.js';

const wrap = (body: string): string =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${body}</s:Body></s:Envelope>`;
const fault12 = (...codes: string[]): string =>
  wrap(`<s:Fault><s:Code><s:Value>s:Sender</s:Value>
    ${codes.map((code) => `<s:Subcode><s:Value>${code}</s:Value>`).join('')}${'</s:Subcode>'.repeat(codes.length)}</s:Code>
    <s:Reason><s:Text xml:lang="en">secret words of the recorder</s:Text></s:Reason></s:Fault>`);
const fault11 = wrap('<s:Fault><faultcode>s:Client</faultcode><faultstring>secret words</faultstring></s:Fault>');

describe('the SOAP door', () => {
  let server: Server;
  let url: URL;
  let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  let soap: Soap;
  const options = () => ({ signal: new AbortController().signal, transcript: makeTranscript() });
  const ask = () => soap.call('GetDeviceInformation', url, '', options());

  beforeEach(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      answer(request, response, body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/onvif/device_service?x=1`);
    soap = makeSoap({ id: 'r', url: url.href, user: 'a<b', password: 'hush-hush' }, 500);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const faults: [string, number, string, string[]][] = [
    ['SOAP 1.2 with status 400', 400, fault12('ter:InvalidArgVal', 'ter:NoRecording'), ['Sender', 'InvalidArgVal', 'NoRecording']],
    ['SOAP 1.2 with status 200', 200, fault12('ter:ActionNotSupported'), ['Sender', 'ActionNotSupported']],
    ['SOAP 1.1 with status 500', 500, fault11, ['Client']],
    ['SOAP 1.1 with a code inside a code', 500, fault11.replace('s:Client', 's:Client.Busy'), ['Client', 'Busy']],
    ['a subcode that is a sentence', 500, fault12('ter:No &lt;b&gt; such'), ['Sender']],
  ];
  for (const [name, status, body, subcodes] of faults)
    it(`reads the subcodes of a fault: ${name}`, async () => {
      answer = (_, response) => response.writeHead(status).end(body);
      const thrown: unknown = await ask().catch((error: unknown) => error);
      assert.ok(thrown instanceof SoapFault);
      assert.deepEqual(thrown.subcodes, subcodes);
      const problem = asProblem(thrown);
      assert.ok(problem instanceof Problem && problem.code === 'vms-fault' && !problem.detail.includes('secret'));
    });

  const odd: [string, string][] = [
    ['a page to sign in at', '<html><body>Login'],
    ['nothing', ''],
    ['another answer', wrap('<a:GetServicesResponse xmlns:a="u"/>')],
    ['a document type', `<!DOCTYPE a>${wrap('<GetDeviceInformationResponse/>')}`],
    ['a cut answer', wrap('<GetDeviceInformationResponse>').slice(0, -9)],
    ['names of JavaScript', wrap('<__proto__><GetDeviceInformationResponse/></__proto__>')],
    ['10 000 levels', '<a>'.repeat(10_000)],
  ];
  for (const [name, body] of odd)
    it(`${name} → vms-fault`, async () => {
      answer = (_, response) => response.end(body);
      await assert.rejects(ask(), { code: 'vms-fault' });
    });
  it('an answer that ends before its length → vms-unreachable', async () => {
    answer = (_, response) => void response.writeHead(200, { 'content-length': 5000 }).write(wrap(''), () => response.destroy());
    await assert.rejects(ask(), { code: 'vms-unreachable' });
  });
  it('a redirection is not followed', async () => {
    answer = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    await assert.rejects(ask(), { code: 'vms-fault' });
  });
  it('the abort’s own reason is thrown', async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error('enough'));
    await assert.rejects(soap.call('GetDeviceInformation', url, '', { signal: controller.signal, transcript: makeTranscript() }), /enough/);
  });

  it('tries a login twice at most', async () => {
    let asked = 0;
    answer = (_, response) => response.writeHead(401, { 'www-authenticate': `Digest realm="a", nonce="${++asked}"` }).end();
    await assert.rejects(ask(), { code: 'vms-refused' });
    assert.equal(asked, 2);
    await assert.rejects(ask(), { code: 'vms-refused' });
    assert.ok(asked <= 5);
  });
  it('never sends a password in the clear, whatever is asked for', async () => {
    const seen: string[] = [];
    answer = (request, response, body) => {
      seen.push(request.headers.authorization ?? '', body);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="a"' }).end();
    };
    await assert.rejects(ask(), { code: 'vms-refused' });
    assert.ok(!seen.join().includes('hush-hush') && !/Basic/.test(seen.join()));
  });
  it('escapes the user of a token, and makes each nonce anew', async () => {
    const tokens: string[] = [];
    answer = (_, response, body) => {
      const nonce = /<Nonce[^>]*>([^<]+)</.exec(body)?.[1];
      if (nonce) tokens.push(nonce);
      assert.ok(!nonce || body.includes('<Username>a&lt;b</Username>'));
      response.writeHead(400).end(fault12('ter:NotAuthorized'));
    };
    await assert.rejects(ask(), { code: 'vms-refused' });
    await assert.rejects(ask(), { code: 'vms-refused' });
    assert.equal(tokens.length, 2);
    assert.equal(new Set(tokens).size, 2);
  });
  /** What each request carries: `-` no login, `D` digest with its nonce, `T` token; answered by `script` in turn, the last one for ever. */
  const scripted = (script: readonly (readonly [status: number, body: string, challenges?: readonly string[]])[]): string[] => {
    const carried: string[] = [];
    answer = (request, response, body) => {
      const nonce = /nonce="(\w+)"/.exec(request.headers.authorization ?? '')?.[1];
      const token = body.includes('<UsernameToken>');
      assert.ok(!(nonce && token), 'never both in one request');
      const [status, reply, challenges] = script[Math.min(carried.length, script.length - 1)]!;
      carried.push(nonce ? `D${nonce}` : token ? 'T' : '-');
      response.writeHead(status, challenges ? { 'www-authenticate': [...challenges] } : {}).end(reply);
    };
    return carried;
  };
  const fine = [200, wrap('<GetDeviceInformationResponse/>')] as const;
  const wantsToken = [400, fault12('ter:NotAuthorized')] as const;
  const wantsDigest = (nonce: string, more = '') => [401, '', [`Digest realm="a", nonce="${nonce}", qop="auth"${more}`]] as const;
  type Script = Parameters<typeof scripted>[0];
  const logins: [string, Script, string, string][] = [
    ['no login wanted', [fine], '-', 'answered'],
    ['digest', [wantsDigest('1'), fine], '- D1', 'answered'],
    ['digest by the fault’s side', [[401, fault12('ter:NotAuthorized'), ['Digest realm="a", nonce="1"']], fine], '- D1', 'answered'],
    [
      'the stronger of several headers',
      [[401, '', ['Basic realm="a"', 'Digest realm="a", nonce="1"', 'Digest realm="a", nonce="2", algorithm=SHA-256']], fine],
      '- D2',
      'answered',
    ],
    ['digest whose nonce was stale at once', [wantsDigest('1'), wantsDigest('2', ', stale=true'), fine], '- D1 D2', 'answered'],
    ['digest that is stale without end', [wantsDigest('1'), wantsDigest('2', ', stale=true')], '- D1 D2', 'vms-refused'],
    ['a wrong password by digest', [wantsDigest('1'), wantsDigest('2')], '- D1', 'vms-refused'],
    ['a token', [wantsToken, fine], '- T', 'answered'],
    ['a token, wanted with status 200', [[200, fault12('ter:NotAuthorized')], fine], '- T', 'answered'],
    ['a token, wanted with status 500 and other words', [[500, fault12('wsse:FailedAuthentication')], fine], '- T', 'answered'],
    ['a token, wanted with 401 and no challenge', [[401, ''], fine], '- T', 'answered'],
    ['a wrong password by token, the clock unchanged', [wantsToken], '- T', 'vms-refused'],
    ['digest after a token was refused', [wantsToken, wantsDigest('1'), fine], '- T D1', 'answered'],
    ['a locked account', [[403, '<html>locked'], fine], '-', 'vms-refused'],
    ['forbidden by digest', [wantsDigest('1'), wantsToken], '- D1', 'vms-refused'],
  ];
  for (const [name, script, requests, outcome] of logins)
    it(`signs in: ${name} → ${outcome}`, async () => {
      const carried = scripted(script);
      assert.equal(await ask().then(() => 'answered', (error: unknown) => (error as Problem).code), outcome);
      assert.equal(carried.join(' '), requests);
    });
  it('remembers the kind of login, and renews a nonce that ran out', async () => {
    const carried = scripted([wantsDigest('1'), fine, fine, wantsDigest('2'), fine, wantsDigest('3', ', stale=true'), fine]);
    for (let calls = 0; calls < 4; calls++) await ask();
    assert.equal(carried.join(' '), '- D1 D1 D1 D2 D2 D3');
    assert.equal(soap.loginKind(), 'digest');
  });
  it('tells an operation that the account may not use from a refused login', async () => {
    scripted([wantsDigest('1'), fine, [400, fault12('ter:NotAuthorized', 'ter:Operator')]]);
    await ask();
    const thrown: unknown = await ask().catch((error: unknown) => error);
    assert.ok(thrown instanceof SoapFault);
    const problem = asProblem(thrown) as Problem;
    assert.equal(problem.code, 'vms-refused');
    assert.match(problem.detail, /Sender NotAuthorized Operator/);
  });
  it('measures the clock once more after a refused token, and tries again where it moved', async () => {
    let measured = 0;
    soap = makeSoap({ id: 'r', url: url.href, user: 'u', password: 'p' }, 500, {
      remeasure: async () => {
        await soap.call('GetSystemDateAndTime', url, '', { ...options(), anonymous: true });
        soap.setSkew(++measured * 3_600_000);
      },
    });
    const created: string[] = [];
    answer = (_, response, body) => {
      created.push(/<Created[^>]*>([^<]+)</.exec(body)?.[1] ?? '-');
      if (body.includes('GetSystemDateAndTime')) response.end(wrap('<GetSystemDateAndTimeResponse/>'));
      else if (created.length === 4) response.end(fine[1]);
      else response.writeHead(400).end(fault12('ter:NotAuthorized'));
    };
    await ask();
    assert.deepEqual([created.length, created[0], created[2], measured], [4, '-', '-', 1]);
    const moved = Date.parse(created[3]!) - Date.parse(created[1]!);
    assert.ok(moved > 3_599_000 && moved < 3_602_000, String(moved));
  });
  it('answers a digest challenge to what everybody may ask, and gives up where only a token would do', async () => {
    const anonymous = () => soap.call('GetDeviceInformation', url, '', { ...options(), anonymous: true });
    let carried = scripted([wantsDigest('1'), fine]);
    await anonymous();
    assert.equal(carried.join(' '), '- D1');
    carried = scripted([wantsToken]);
    await assert.rejects(anonymous(), { code: 'vms-fault' });
    assert.equal(carried.join(' '), '-');
  });
  it('says each header once, and the path with its query', async () => {
    answer = (request, response) => {
      assert.equal(request.url, '/onvif/device_service?x=1');
      assert.equal(request.headers.host, url.host);
      assert.match(request.headers['content-type'] ?? '', /action="http:\/\/www\.onvif\.org\/ver10\/device\/wsdl\/GetDeviceInformation"/);
      response.end(fine[1]);
    };
    await ask();
  });
  it('reads an answer with a line before it and a zero byte behind it', async () => {
    answer = (_, response) => response.end(`\r\n${fine[1]}\n\0`);
    await ask();
  });
  for (const [name, slow] of [
    ['headers and then silence', (response: ServerResponse) => void response.writeHead(200).write(' ')],
    ['silence', () => undefined],
    ['a byte now and then', (response: ServerResponse) => void setInterval(() => response.write(' '), 20).unref()],
  ] as const)
    it(`ends at its deadline: ${name} → vms-unreachable`, async () => {
      answer = (_, response) => slow(response);
      soap = makeSoap({ id: 'r', url: url.href, user: 'u', password: 'p' }, 100);
      const begun = performance.now();
      await assert.rejects(ask(), { code: 'vms-unreachable', detail: 'The recorder did not answer in time.' });
      assert.ok(performance.now() - begun < 1000);
    });
  it('an answer of more than 4 MB → vms-fault, and the connection is gone', async () => {
    let gone = (): void => undefined;
    const closed = new Promise<void>((resolve) => (gone = resolve));
    answer = (_, response) => {
      response.on('close', gone);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
      };
      response.on('drain', more);
      more();
    };
    soap = makeSoap({ id: 'r', url: url.href, user: 'u', password: 'p' }, 5000);
    await assert.rejects(ask(), { code: 'vms-fault', detail: 'The recorder’s answer is longer than 4 MB.' });
    await closed;
  });
  it('lets others work while it reads a long answer', async () => {
    const entry = '<a><b>1</b><c>2</c><d/></a>';
    const long = wrap(`<GetDeviceInformationResponse>${entry.repeat(20_000)}</GetDeviceInformationResponse>`);
    answer = (_, response) => response.end(long);
    soap = makeSoap({ id: 'r', url: url.href, user: 'u', password: 'p' }, 10_000);
    let turns = 0;
    const timer = setInterval(() => void turns++, 1);
    assert.equal(list(member(await ask(), 'a')).length, 20_000);
    clearInterval(timer);
    assert.ok(turns > 3, `${turns} turns`);
  });

  it('counts a nonce up over calls side by side', async () => {
    const counts: string[] = [];
    answer = (request, response) => {
      const nc = /nc=(\w+)/.exec(request.headers.authorization ?? '')?.[1];
      if (nc) counts.push(nc);
      if (nc) response.end(wrap('<GetDeviceInformationResponse/>'));
      else response.writeHead(401, { 'www-authenticate': 'Digest realm="a", qop="auth", nonce="1"' }).end();
    };
    await ask();
    await Promise.all([ask(), ask(), ask()]);
    assert.deepEqual(counts.sort(), ['00000001', '00000002', '00000003', '00000004']);
  });
  it('leaves logins out of the transcript: the same words with another password give the same hash', async () => {
    const hashes = new Set<string>();
    answer = (request, response) =>
      request.headers.authorization
        ? response.end(wrap('<GetDeviceInformationResponse/>'))
        : response.writeHead(401, { 'www-authenticate': `Digest realm="a", nonce="${Math.random()}"` }).end();
    for (const password of ['one', 'two']) {
      const transcript = makeTranscript();
      await makeSoap({ id: 'r', url: url.href, user: password, password }, 500).call('GetDeviceInformation', url, '', {
        ...options(),
        transcript,
      });
      hashes.add(transcript.sha256());
    }
    assert.equal(hashes.size, 1);
  });

  it('reads shapes that come and go', () => {
    assert.deepEqual([list(undefined), list(''), list('a'), list(['a', 'b'])], [[], [], ['a'], ['a', 'b']]);
    assert.equal(text({ a: { _: ' x ', $: {} } }, 'a'), 'x');
    assert.equal(member({ a: 1 }, 'constructor', 'name'), undefined);
    assert.equal(text({ a: 'x'.repeat(3000) }, 'a'), null);
  });
  it('cuts what a recorder calls itself, and takes signs out that paint', () => {
    assert.equal(label({ a: ` NVR\u001B[31m\u202E${'x'.repeat(200)}` }, 'a').length, 100);
    assert.ok(label({ a: 'NVR\u001B[31m\u202E' }, 'a') === 'NVR\uFFFD[31m\uFFFD');
    assert.equal(label({}, 'a'), '');
  });
  it('speaks to the recorder in a box while others do', async () => {
    const recorder = await aRecorder();
    try {
      const own = makeSoap(addressOf(recorder), 2000);
      const device = new URL(recorder.url);
      const replies = await Promise.all(Array.from({ length: 8 }, () => own.call('GetDeviceInformation', device, '', options())));
      assert.ok(replies.every((reply) => text(reply, 'Manufacturer') === 'Box'));
    } finally {
      await recorder.close();
    }
  });
});
