// Digest login against published and computed vectors (RFC 7616 section 3.9.1), and against the spellings that recorders use.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { answerChallenge, chooseChallenge } from '../../../adapters/onvif/digest.js';

const mufasa = { user: 'Mufasa', password: 'Circle of Life' };
const admin = { user: 'admin', password: 'secret' };
const rfc =
  'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
  'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const get = { method: 'GET', uri: '/dir/index.html', count: 1, cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' };
const play = { method: 'PLAY', uri: 'rtsp://192.0.2.10/rec/REC_1', count: 1, cnonce: '0a4f113b' };

describe('digest login', () => {
  const vectors = [
    ['RFC 7616, MD5', `Digest ${rfc}, algorithm=MD5`, mufasa, get, '8ca523f5e9506fed4657c9700eebdbec'],
    [
      'RFC 7616, SHA-256',
      `Digest ${rfc}, algorithm=SHA-256`,
      mufasa,
      get,
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    ],
    ['RTSP without qop and algorithm', 'Digest realm="nvr", nonce="abc123"', admin, play, 'e3c92b09989bf25bff3166642acdd8a9'],
    [
      'RTSP, SHA-256 with qop',
      'Digest realm="nvr", nonce="abc123", qop=auth, algorithm=SHA-256',
      admin,
      play,
      '98654df2a426aafd5a3793ca42e4c629ab6fadfb41d9d43fa30e5534ca840cdf',
    ],
  ] as const;
  for (const [name, header, account, request, response] of vectors)
    it(name, () => {
      const challenge = chooseChallenge([header]);
      assert.ok(challenge);
      assert.match(answerChallenge(challenge, account, request), new RegExp(`response="${response}"`));
    });

  const choices: [string, string[], string | null][] = [
    ['the stronger of two headers', ['Digest realm="a", nonce="1", algorithm=MD5', 'Digest realm="a", nonce="2", algorithm=SHA-256'], '2'],
    ['the stronger of two in one header', ['Digest realm="a", nonce="1", Digest realm="a", nonce="2", algorithm="SHA-256"'], '2'],
    ['digest beside basic', ['Basic realm="a"', 'digest REALM="a",NONCE="3"'], '3'],
    ['basic first in one header', ['Basic realm="x, y", Digest realm="a", nonce="4"'], '4'],
    ['nothing but basic', ['Basic realm="a"'], null],
    ['an algorithm that nobody knows', ['Digest realm="a", nonce="1", algorithm=SHA-512-256'], null],
    ['only a protection of bodies', ['Digest realm="a", nonce="1", qop="auth-int"'], null],
    ['a session', ['Digest realm="a", nonce="5", qop="auth", algorithm=md5-sess'], '5'],
    ['a session without protection', ['Digest realm="a", nonce="5", algorithm=MD5-sess'], null],
    ['no nonce', ['Digest realm="a"'], null],
    ['nothing', [], null],
    ['rubbish', ['=,;"Digest'], null],
  ];
  for (const [name, headers, nonce] of choices) it(`chooses: ${name}`, () => assert.equal(chooseChallenge(headers)?.nonce ?? null, nonce));

  // By the definition (RFC 7616, section 3.4.2): H(H(H(user:realm:password):nonce:cnonce):nonce:nc:cnonce:auth:H(method:uri)).
  const sessions: [string, 'md5' | 'sha256'][] = [
    ['MD5-sess', 'md5'],
    ['SHA-256-sess', 'sha256'],
  ];
  for (const [algorithm, name] of sessions)
    it(`binds a session of ${algorithm} to the nonces`, () => {
      const hash = (text: string): string => createHash(name).update(text).digest('hex');
      const challenge = chooseChallenge([`Digest realm="nvr", nonce="abc123", qop="auth", algorithm=${algorithm}`]);
      assert.ok(challenge);
      const bound = hash(`${hash('admin:nvr:secret')}:abc123:${play.cnonce}`);
      const response = hash(`${bound}:abc123:00000001:${play.cnonce}:auth:${hash(`PLAY:${play.uri}`)}`);
      const answer = answerChallenge(challenge, admin, play);
      assert.ok(answer.includes(`response="${response}"`) && answer.includes(`algorithm=${algorithm},`), answer);
    });

  it('reads 64 kB of blanks in no time', () => {
    const begun = performance.now();
    assert.equal(chooseChallenge([`Digest${' '.repeat(65_536)}=`, `Digest realm="${' '.repeat(65_536)}`, ' ,'.repeat(32_768)]), null);
    assert.ok(performance.now() - begun < 500);
  });
  it('reads stale, opaque and escaped realms, and sends them back', () => {
    const challenge = chooseChallenge(['Digest realm="the \\"yard\\"", nonce="1", opaque="o", stale=TRUE']);
    assert.equal(challenge?.stale, true);
    assert.match(answerChallenge(challenge, admin, play), /realm="the \\"yard\\"".*opaque="o"/);
  });
  it('counts the uses of a nonce in eight digits', () => {
    const challenge = chooseChallenge(['Digest realm="a", nonce="1", qop="auth"']);
    assert.ok(challenge);
    assert.match(answerChallenge(challenge, admin, { ...play, count: 255 }), /nc=000000ff/);
  });
});
