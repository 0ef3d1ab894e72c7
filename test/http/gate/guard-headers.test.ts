// Headers through the gate, both ways: those that are named pass, and no other.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { requestHeaders } from '../../../plugin/http/gate/request-headers.js';
import type { Onward } from '../../../plugin/http/gate/request-headers.js';
import { responseHeaders } from '../../../plugin/http/gate/response-headers.js';
import type { Outward } from '../../../plugin/http/gate/response-headers.js';

const upstream = new URL('http://127.0.0.1:8080/zm');
const gate = new URL('https://zm.gate.example/');
const onward = (more: Partial<Onward> = {}): Onward => ({ upstream, gate, isAsset: false, cookie: null, body: null, upgrade: false, ...more });
const outward = (more: Partial<Outward> = {}): Outward => ({ upstream, gate, isAsset: false, mayChange: false, ...more });
const always = { host: '127.0.0.1:8080', 'accept-encoding': 'identity' };

describe('headers on to the system', () => {
  const table: readonly (readonly [what: string, raw: string[], more: Partial<Onward>, goes: Record<string, unknown>])[] = [
    ['nothing but what is always', [], {}, {}],
    ['what browsers say of themselves', ['Accept', 'text/html', 'Accept-Language', 'zh-CN', 'User-Agent', 'A/1', 'X-Requested-With', 'XMLHttpRequest'], {}, { accept: 'text/html', 'accept-language': 'zh-CN', 'user-agent': 'A/1', 'x-requested-with': 'XMLHttpRequest' }],
    ['the host is the system’s', ['Host', 'zm.gate.example'], {}, {}],
    ['encodings are never asked for', ['Accept-Encoding', 'gzip, br'], {}, {}],
    ['methods by other names', ['X-HTTP-Method-Override', 'DELETE', 'X-Method-Override', 'PUT', 'X-HTTP-Method', 'PUT', '_method', 'DELETE'], {}, {}],
    ['addresses by other names', ['X-Original-URL', '/zm/cache/', 'X-Rewrite-URL', '/zm/cache/'], {}, {}],
    ['who is asking', ['X-Forwarded-For', '1.2.3.4', 'X-Forwarded-Host', 'a', 'X-Forwarded-Proto', 'https', 'X-Forwarded-Server', 'b', 'Forwarded', 'for=1.2.3.4', 'X-Real-IP', '1.2.3.4'], {}, {}],
    ['what inner servers obey', ['X-Accel-Redirect', '/a', 'X-Accel-Buffering', 'no', 'X-Sendfile', '/b', 'X-Sendfile-Type', 'c', 'X-LiteSpeed-Location', '/d'], {}, {}],
    ['users by name', ['Remote-User', 'admin', 'Remote-Groups', 'all', 'X-Remote-User', 'admin', 'Authorization', 'Bearer a', 'X-Authorization', 'a', 'Proxy-Authorization', 'Basic YQ==', 'X-Proxy-Secret', 'a', 'Cookie', 'ZMSESSID=stolen'], {}, {}],
    ['this hop alone', ['Connection', 'keep-alive', 'Keep-Alive', 'timeout=5', 'TE', 'trailers', 'Trailer', 'a', 'Transfer-Encoding', 'chunked', 'Upgrade', 'h2c', 'Proxy-Connection', 'close', 'HTTP2-Settings', 'AAA'], {}, {}],
    ['what Connection names', ['Connection', 'close, User-Agent,accept', 'User-Agent', 'A/1', 'Accept', 'text/html', 'Accept-Language', 'en'], {}, { 'accept-language': 'en' }],
    ['the session’s cookies, from the gate', ['Cookie', 'gate=opaque'], { cookie: 'ZMSESSID=kept' }, { cookie: 'ZMSESSID=kept' }],
    ['the body as the gate wrote it', ['Content-Type', 'multipart/form-data; boundary=x', 'Content-Length', '99999', 'Content-Encoding', 'gzip'], { body: { contentType: 'application/x-www-form-urlencoded', bytes: 12 } }, { 'content-type': 'application/x-www-form-urlencoded', 'content-length': 12 }],
    ['no body, no type', ['Content-Type', 'text/plain', 'Content-Length', '5'], {}, {}],
    ['a page of the gate is a page of the system', ['Origin', 'https://zm.gate.example', 'Referer', 'https://zm.gate.example/zm/index.php?view=console'], {}, { origin: 'http://127.0.0.1:8080', referer: 'http://127.0.0.1:8080/zm/index.php?view=console' }],
    ['a stranger’s page is a stranger’s', ['Origin', 'https://elsewhere.example', 'Referer', 'https://elsewhere.example/a'], {}, { origin: 'null' }],
    ['a page without origin', ['Origin', 'null'], {}, { origin: 'null' }],
    ['a referer that is no address', ['Referer', 'about:client'], {}, {}],
    ['a referer with a login', ['Referer', 'https://a:b@zm.gate.example/zm/'], {}, { referer: 'http://127.0.0.1:8080/zm/' }],
    ['a referer that looks two ways', ['Referer', 'https://zm.gate.example\\@elsewhere.example/'], {}, {}],
    ['the middle of a page', ['Range', 'bytes=1000-', 'If-Range', '"a"', 'If-None-Match', '"a"', 'If-Modified-Since', 'x', 'If-Match', '*', 'If-Unmodified-Since', 'x'], {}, {}],
    ['an asset that the browser has', ['If-None-Match', '"a"', 'If-Modified-Since', 'Sun, 01 Mar 2026 02:00:00 GMT'], { isAsset: true }, { 'if-none-match': '"a"', 'if-modified-since': 'Sun, 01 Mar 2026 02:00:00 GMT' }],
    ['an asset from its first byte', ['Range', 'bytes=0-', 'If-Range', '"a"'], { isAsset: true }, { range: 'bytes=0-', 'if-range': '"a"' }],
    ['the beginning of an asset', ['Range', 'bytes=0-1023'], { isAsset: true }, { range: 'bytes=0-1023' }],
    ['the middle of an asset', ['Range', 'bytes=1000-', 'If-Range', '"a"'], { isAsset: true }, {}],
    ['the end of an asset', ['Range', 'bytes=-500'], { isAsset: true }, {}],
    ['two parts of an asset', ['Range', 'bytes=0-1,5-9'], { isAsset: true }, {}],
    ['a name twice, the same', ['User-Agent', 'A/1', 'user-agent', 'A/1'], {}, { 'user-agent': 'A/1' }],
    ['a name twice, and not the same', ['User-Agent', 'A/1', 'user-agent', 'B/2', 'Range', 'bytes=0-', 'Range', 'bytes=5-'], { isAsset: true }, {}],
    ['a value without end', ['User-Agent', 'A'.repeat(1025)], {}, {}],
    ['a value that is none', ['User-Agent', 'A\x01'], {}, {}],
    ['names nobody knows', ['X-Anything', '1', 'Sec-Fetch-Dest', 'video', 'DNT', '1', 'Cache-Control', 'no-cache', 'Expect', '100-continue', 'Max-Forwards', '1', 'Via', '1.1 a'], {}, {}],
    ['an upgrade', ['Connection', 'Upgrade', 'Upgrade', 'websocket', 'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version', '13', 'Sec-WebSocket-Protocol', 'mse, chat', 'Sec-WebSocket-Extensions', 'permessage-deflate'], { upgrade: true }, { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol': 'mse, chat' }],
    ['an upgrade with a key that is none', ['Sec-WebSocket-Key', 'short', 'Sec-WebSocket-Protocol', 'a b'], { upgrade: true }, { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }],
    ['no upgrade where none belongs', ['Connection', 'Upgrade', 'Upgrade', 'websocket', 'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='], {}, {}],
  ];
  for (const [what, raw, more, goes] of table) it(what, () => assert.deepEqual(requestHeaders(raw, onward(more)), { ...always, ...goes }));

  it('whatever a client sends, no other name goes on', () => {
    const named = new Set(['host', 'accept-encoding', 'accept', 'accept-language', 'user-agent', 'x-requested-with', 'origin', 'referer', 'if-none-match', 'if-modified-since', 'range', 'if-range']);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom(...named, 'Cookie', 'Authorization', 'X-Forwarded-For', 'Connection')), fc.string()), { maxLength: 12 }), fc.boolean(), (pairs, isAsset) => {
        const headers = requestHeaders(pairs.flat(), onward({ isAsset }));
        for (const [name, value] of Object.entries(headers)) {
          assert.ok(named.has(name), name);
          assert.ok(!/[\r\n\0]/.test(String(value)));
        }
        assert.equal(headers['accept-encoding'], 'identity');
        assert.equal(headers['host'], '127.0.0.1:8080');
      }),
    );
  });
});

describe('headers out to the client', () => {
  const noStore = { 'cache-control': 'no-store' };
  const json = ['Content-Type', 'application/json'];
  const table: readonly (readonly [what: string, raw: string[], more: Partial<Outward>, goes: Record<string, unknown>])[] = [
    ['what says what it is', ['Content-Type', 'application/json', 'Content-Language', 'zh', 'Content-Disposition', 'inline', 'Content-Length', '12', 'Vary', 'Cookie', 'Date', 'x', 'Retry-After', '5'], {}, { 'content-type': 'application/json', 'content-language': 'zh', 'content-disposition': 'inline', 'content-length': '12', vary: 'Cookie', date: 'x', 'retry-after': '5' }],
    ['the length is the upstream’s, not the answer’s', [...json, 'Content-Length', '12', 'Digest', 'a', 'Repr-Digest', 'b'], { mayChange: true }, { 'content-type': 'application/json' }],
    ['what an outer server would obey', [...json, 'X-Accel-Redirect', '/zm/cache/', 'X-Accel-Expires', '1', 'X-Sendfile', '/etc/passwd', 'X-LiteSpeed-Location', '/a', 'X-Reproxy-URL', 'http://a'], {}, { 'content-type': 'application/json' }],
    ['what browsers would keep', [...json, 'Set-Cookie', 'ZMSESSID=a', 'Clear-Site-Data', '"*"', 'Alt-Svc', 'h3=":443"', 'Strict-Transport-Security', 'max-age=1', 'Public-Key-Pins', 'a', 'NEL', '{}', 'Report-To', '{}', 'Service-Worker-Allowed', '/', 'Accept-CH', 'a', 'Set-Login', 'logged-in'], {}, { 'content-type': 'application/json' }],
    ['what the system is made of', [...json, 'Server', 'Apache', 'X-Powered-By', 'PHP', 'Via', '1.1 a', 'X-Backend', 'a', 'X-Frigate-Offline', 'true'], {}, { 'content-type': 'application/json' }],
    ['who else may read it', [...json, 'Access-Control-Allow-Origin', '*', 'Access-Control-Allow-Credentials', 'true', 'Cross-Origin-Resource-Policy', 'cross-origin', 'Timing-Allow-Origin', '*'], {}, { 'content-type': 'application/json' }],
    ['logins that the browser would ask for', [...json, 'WWW-Authenticate', 'Basic', 'Proxy-Authenticate', 'Basic', 'Authentication-Info', 'a'], {}, { 'content-type': 'application/json' }],
    ['this hop alone', [...json, 'Connection', 'close, Content-Language', 'Keep-Alive', 'a', 'Transfer-Encoding', 'chunked', 'Trailer', 'a', 'Upgrade', 'h2c', 'Content-Language', 'zh'], {}, { 'content-type': 'application/json' }],
    ['a page is kept by nobody', [...json, 'Cache-Control', 'public, max-age=9', 'Expires', 'a', 'ETag', '"a"', 'Last-Modified', 'a', 'Accept-Ranges', 'bytes', 'Content-Range', 'bytes 0-1/2', 'Pragma', 'public', 'Age', '3'], {}, { 'content-type': 'application/json' }],
    ['an asset is kept', ['Content-Type', 'image/png', 'Cache-Control', 'max-age=9', 'Expires', 'a', 'ETag', '"a"', 'Last-Modified', 'b', 'Accept-Ranges', 'bytes', 'Content-Range', 'bytes 0-1/2', 'Digest', 'c'], { isAsset: true }, { 'content-type': 'image/png', 'cache-control': 'max-age=9', expires: 'a', etag: '"a"', 'last-modified': 'b', 'accept-ranges': 'bytes', 'content-range': 'bytes 0-1/2', digest: 'c' }],
    ['an asset that may be changed has another digest', ['Content-Type', 'text/css', 'ETag', '"a"', 'Content-MD5', 'b', 'Content-Length', '9'], { isAsset: true, mayChange: true }, { 'content-type': 'text/css', etag: '"a"' }],
    ['a value that is none', [...json, 'Content-Language', 'zh\x01'], {}, { 'content-type': 'application/json' }],
  ];
  for (const [what, raw, more, goes] of table)
    it(what, () => assert.deepEqual(responseHeaders(raw, outward(more)), { ...(more.isAsset ? {} : noStore), ...goes }));

  const places: readonly (readonly [address: string, becomes: string | undefined])[] = [
    ['http://127.0.0.1:8080/zm/?view=login', 'https://zm.gate.example/zm/?view=login'],
    ['https://127.0.0.1:8080/zm/#a', 'https://zm.gate.example/zm/#a'],
    ['http://user:pass@127.0.0.1:8080/zm/', 'https://zm.gate.example/zm/'],
    ['//127.0.0.1:8080/zm/', 'https://zm.gate.example/zm/'],
    ['https://zm.gate.example/zm/a', 'https://zm.gate.example/zm/a'],
    ['/zm/index.php?view=login', '/zm/index.php?view=login'],
    ['?view=login', '?view=login'],
    ['index.php', 'index.php'],
    ['', ''],
    ['http://127.0.0.1:30001/zm/', undefined],
    ['http://elsewhere.example/zm/', undefined],
    ['//elsewhere.example/', undefined],
    ['\\\\elsewhere.example/', undefined],
    ['/\\elsewhere.example/', undefined],
    ['/\t/elsewhere.example/', undefined],
    ['https:elsewhere.example/', undefined],
    ['rtsp://127.0.0.1:8080/live', undefined],
    ['javascript:alert(1)', undefined],
    ['data:text/html,a', undefined],
    ['http://127.0.0.1:8080 .elsewhere.example/', undefined],
    ['http://127.0.0.1:8080@elsewhere.example/', undefined],
    ['http://[', undefined],
  ];
  for (const [address, becomes] of places)
    it(`an address: ${JSON.stringify(address)} → ${becomes ?? 'dropped'}`, () => {
      const out = responseHeaders(['Location', address, 'Content-Location', address, 'Refresh', `3; url=${address}`, 'Link', `<${address}>; rel="preload"; as=style`], outward());
      assert.equal(out['location'], becomes);
      assert.equal(out['content-location'], becomes);
      assert.equal(out['refresh'], becomes === undefined ? undefined : `3; url=${becomes}`);
      assert.equal(out['link'], becomes === undefined ? undefined : `<${becomes}>; rel="preload"; as=style`);
    });

  it('of several links the foreign ones are dropped, and anchors with them', () => {
    const raw = ['Link', '</a.css>; rel=preload, <https://elsewhere.example/b>; rel="next, or not", </c>; rel=next; anchor="http://elsewhere.example/"', 'link', '<http://127.0.0.1:8080/d>'];
    assert.equal(responseHeaders(raw, outward())['link'], '</a.css>; rel=preload, <https://zm.gate.example/d>');
  });

  const refreshes: readonly (readonly [string, string | undefined])[] = [
    ['5', '5'],
    ['0;url="/zm/"', '0; url=/zm/'],
    ["0, URL='/zm/'", '0; url=/zm/'],
    ['0; url = /zm/', '0; url=/zm/'],
    ['0; /zm/', undefined],
    ['soon', undefined],
    ['5; url=/a; url=http://elsewhere.example/', undefined],
  ];
  for (const [value, becomes] of refreshes) it(`Refresh: ${value} → ${becomes ?? 'dropped'}`, () => assert.equal(responseHeaders(['Refresh', value], outward())['refresh'], becomes));

  const policies: readonly (readonly [what: string, raw: string[], becomes: string | undefined])[] = [
    ['a page without one', ['Content-Type', 'text/html'], "worker-src 'none'"],
    ['a page with one', ['Content-Type', 'text/html; charset=utf-8', 'Content-Security-Policy', "script-src 'self'; worker-src *"], "script-src 'self'; worker-src *, worker-src 'none'"],
    ['a page with two', ['Content-Type', 'TEXT/HTML', 'Content-Security-Policy', 'a b', 'Content-Security-Policy', 'c d'], "a b, c d, worker-src 'none'"],
    ['a page that reports', ['Content-Type', 'text/html', 'Content-Security-Policy', "object-src 'self'; report-uri https://elsewhere.example/; report-to a"], "object-src 'self', worker-src 'none'"],
    ['a page that nobody names', [], "worker-src 'none'"],
    ['a drawing', ['Content-Type', 'image/svg+xml'], "worker-src 'none'"],
    ['JSON', ['Content-Type', 'application/json'], undefined],
    ['only reported', ['Content-Type', 'application/json', 'Content-Security-Policy-Report-Only', "default-src 'self'"], undefined],
  ];
  for (const [what, raw, becomes] of policies) it(`a policy for the page: ${what}`, () => assert.equal(responseHeaders(raw, outward())['content-security-policy'], becomes));
});
