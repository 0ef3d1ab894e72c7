// What of ZoneMinder's pages and lists a browser may hold: no secret, no login of a camera, and what it sends back only in our words.
import assert from 'node:assert/strict';
import { hideInJson, redactText } from '../../../adapters/zoneminder/redact.js';

const hash = 'ddec9bc7040a8a092a9238eed03a663f';
const webToken = 'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJab25lTWluZGVyIiwidXNlciI6ImdhdGUifQ.VexPolmKHz186XtJpCUBoOdXdWnFCUQm-RurP1ghczY';
const swap = (credential: string): string => `<${credential.slice(0, 4)}>`;
const redact = (text: string, type = 'text/html; charset=UTF-8', path = '/index.php'): string => redactText(text, type, path, swap);

describe('a text of ZoneMinder without its secrets', () => {
  const html: [string, string, string][] = [
    ['the hash in an address', `<img src="/zm/cgi-bin/zms?mode=jpeg&amp;monitor=1&amp;auth=${hash}&amp;rand=1">`, '<img src="/zm/cgi-bin/zms?mode=jpeg&amp;monitor=1&amp;auth=<ddec>&amp;rand=1">'],
    ['the hash in a script', `var auth_hash = '${hash}'; var auth_relay = 'auth=${hash}';`, "var auth_hash = '<ddec>'; var auth_relay = 'auth=<ddec>';"],
    ['the nonce of a script stays', `<script nonce="${hash}">`, `<script nonce="${hash}">`],
    ['the token of a form stays', 'value="key:5e64581e0e3d9d0a8a4f52d3211f40c71a6cb7d1,1795967556"', 'value="key:5e64581e0e3d9d0a8a4f52d3211f40c71a6cb7d1,1795967556"'],
    ['a web token', `<a href="?token=${webToken}">`, '<a href="?token=<eyJ0>">'],
    ['the secret of all tokens, which each page has', "const ZM_AUTH_HASH_SECRET = 'it\\'s me';\nconst ZM_AUTH_HASH_TTL = '2';", "const ZM_AUTH_HASH_SECRET = '[hidden]';\nconst ZM_AUTH_HASH_TTL = '2';"],
    ['a setting that only sounds like one stays', "const ZM_UPLOAD_FTP_PASSIVE = '1';", "const ZM_UPLOAD_FTP_PASSIVE = '1';"],
    ['a field of the options', '<input type="text" name="newConfig[ZM_AUTH_HASH_SECRET]" value="abc" />', '<input disabled type="text" name="newConfig[ZM_AUTH_HASH_SECRET]" value="[hidden]" />'],
    ['other fields stay', '<input type="text" name="newConfig[ZM_WEB_TITLE]" value="ZoneMinder" />', '<input type="text" name="newConfig[ZM_WEB_TITLE]" value="ZoneMinder" />'],
    ['a camera’s password', '<input type="text" name="newMonitor[ONVIF_Password]" value="pw-1"/>', '<input disabled type="text" name="newMonitor[ONVIF_Password]" value="[hidden]"/>'],
    ['a camera’s address', '<input type="text" name="newMonitor[Path]" value="rtsp://admin:p@ss/w:rd@192.0.2.7:554/1" />', '<input disabled type="text" name="newMonitor[Path]" value="rtsp://[hidden]@192.0.2.7:554/1" />'],
    ['an address without a login stays', '<input type="text" name="newMonitor[Path]" value="rtsp://192.0.2.7:554/1" />', '<input type="text" name="newMonitor[Path]" value="rtsp://192.0.2.7:554/1" />'],
    ['a login in a query', 'http://192.0.2.7/snap?user=a&amp;password=geheim&x=1', 'http://192.0.2.7/snap?user=a&amp;password=[hidden]&x=1'],
    ['a plain relay', "auth_relay = 'username=op&password=geheim'", "auth_relay = 'username=op&password=[hidden]'"],
    ['an area', '<textarea name="newConfig[ZM_X_SECRET]">geheim</textarea>', '<textarea disabled name="newConfig[ZM_X_SECRET]">[hidden]</textarea>'],
    ['the hash of a password', '$2y$10$abcdefghijklmnopqrstuv0123456789ABCDEFGHIJKLMNOPQRSTU', '[hidden]'],
  ];
  for (const [what, given, expected] of html) it(`${what} in a page`, () => assert.equal(redact(given), expected));

  const json: [string, unknown, unknown][] = [
    ['a camera’s row', { Monitor: { Id: 2, Path: 'rtsp://camera:pw@192.0.2.1/2', User: 'camera', Pass: 'pw', ONVIF_Password: 'pw', Name: 'South' } }, { Monitor: { Id: 2, Path: 'rtsp://[hidden]@192.0.2.1/2', User: '[hidden]', Pass: '[hidden]', ONVIF_Password: '[hidden]', Name: 'South' } }],
    ['empty fields stay empty', { Monitor: { User: '', Pass: '' } }, { Monitor: { User: '', Pass: '' } }],
    ['a list of users stays', { users: [{ User: { Username: 'admin', System: 'Edit' } }] }, { users: [{ User: { Username: 'admin', System: 'Edit' } }] }],
    ['settings', [{ Config: { Name: 'ZM_DB_PASS', Value: 'pw' } }, { Config: { Name: 'ZM_DB_NAME', Value: 'zm' } }], [{ Config: { Name: 'ZM_DB_PASS', Value: '[hidden]' } }, { Config: { Name: 'ZM_DB_NAME', Value: 'zm' } }]],
    ['a login', { access_token: webToken, credentials: `auth=${hash}` }, { access_token: '<eyJ0>', credentials: 'auth=<ddec>' }],
    ['a page inside', { html: `<img src=\\"?auth=${hash}\\"><input name="newMonitor[Pass]" value="pw">` }, { html: '<img src=\\"?auth=<ddec>\\"><input disabled name="newMonitor[Pass]" value="[hidden]">' }],
  ];
  for (const [what, given, expected] of json) it(`${what} in JSON`, () => assert.deepEqual(JSON.parse(redact(JSON.stringify(given), 'application/json')), expected));

  it('a setting that was asked for by its name', () => {
    const answer = JSON.stringify({ config: { Value: 'geheim' } });
    assert.equal(redact(answer, 'application/json', '/api/configs/viewByName/ZM_AUTH_HASH_SECRET.json'), JSON.stringify({ config: { Value: '[hidden]' } }));
    assert.equal(redact(answer, 'application/json', '/api/configs/viewByName/ZM_WEB_TITLE.json'), answer);
  });

  it('PHP’s way to write addresses in JSON, also where the rest is no JSON', () => assert.ok(!redact(String.raw`{"Path":"rtsp:\/\/camera:pw-1@192.0.2.1\/2"`, 'application/json').includes('pw-1')));
  // What has no sign of a secret is not parsed: however JSON spells one, it has a sign.
  const spelled: [string, string, string][] = [
    ['an escaped name', String.raw`{"\u0050ass":"geheim"}`, '{"Pass":"[hidden]"}'],
    ['an escaped sign', String.raw`{"a":"rtsp:\/\/x:geheim\u0040192.0.2.1"}`, '{"a":"rtsp://[hidden]@192.0.2.1"}'],
    ['a hash behind a newline', String.raw`{"a":"\n${hash}"}`, String.raw`{"a":"\n<ddec>"}`],
    ['a hash behind a letter of another alphabet', String.raw`{"a":"\u4e2d ${hash}"}`, '{"a":"中 <ddec>"}'],
    ['a hash alone', `["${hash}"]`, '["<ddec>"]'],
    ['a name in capitals', '{"PASSWORD":"geheim"}', '{"PASSWORD":"[hidden]"}'],
    ['a setting’s own name', '{"ZM_DB_PASS":"geheim"}', '{"ZM_DB_PASS":"[hidden]"}'],
    ['none', String.raw`{"total":1,"rows":[{"Id":0,"Name":"\u4e2d"}]}`, String.raw`{"total":1,"rows":[{"Id":0,"Name":"\u4e2d"}]}`],
  ];
  for (const [what, given, expected] of spelled) it(`${what} in JSON as it is written`, () => assert.equal(redact(given, 'application/json'), expected));
  it('JSON that calls itself a page', () => assert.ok(!redact(JSON.stringify({ Monitor: { Pass: 'pw-1' } }), 'text/html').includes('pw-1')));
  it('a list as deep as none is does not go on', () => assert.ok(!redact(`${'['.repeat(500)}{"Pass":"pw-1"}${']'.repeat(500)}`, 'application/json').includes('pw-1')));
  it('what is no text comes back as it is', () => assert.equal(redact(`auth=${hash}`, 'image/jpeg'), `auth=${hash}`));
  it('the gate’s own questions tell no credential', () => assert.equal(hideInJson(JSON.stringify({ token: webToken })), '{"token":"[credential]"}'));

  it('takes its time by the length of the text, whatever is in it', () => {
    const whole = [`rtsp://${'a:'.repeat(200_000)}`, `<input ${'x'.repeat(400_000)}`, "const ZM_A = '".repeat(30_000), 'eyJ'.repeat(200_000), '&password='.repeat(60_000)];
    // Beginnings one behind the other: each of them looked for its end as far as it may be.
    const often = ['<input ', '<input', '<textarea ', '-eyJ', '.eyJ', `${'-eyJ'.repeat(300)}.eyJaaaaaaaa.`, `ab://${':'.repeat(512)} `].map((beginning) => `@${beginning.repeat((8 * 1024 * 1024) / beginning.length)}`);
    for (const text of [...whole, ...often, `${'<input '.repeat(1_000_000)}>`]) {
      const begun = performance.now();
      redact(text);
      assert.ok(performance.now() - begun < 5000, text.slice(0, 20));
    }
  });
});
