// The SOAP door against servers that answer in every way a recorder does: faults of two kinds, at any status, pages, and what is no SOAP.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asProblem, list, makeSoap, member, SoapFault, text, type Soap } from '../../../adapters/onvif/soap.js';
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
