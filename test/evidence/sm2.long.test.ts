// SM2: the examples of the standard, both ways with openssl, and everything beside a signature refused, by the command and by the page alike.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { readInside, readInteger, tags, writeDer, writeInteger } from '../../plugin/domain/formats/der.js';
import { algorithmOf, sm2Point } from '../../plugin/domain/formats/key-algorithm.js';
import { fitsSignature, signBytes } from '../../plugin/evidence/signature.js';
import { sm2Over, type CurveParameters } from '../../plugin/evidence/sm2.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { isSignedBy, readGateKeys } from '../../verifier/engine/key.js';
import { verifySm2 } from '../../verifier/engine/sm2.js';
import { filesOf, makeTempFolder, putFolder } from '../support/evidence/bytes.js';
import { verifyByPage } from '../support/evidence/by-page.js';
import { publicPem, seededKey } from '../support/evidence/keys.js';
import { aSealedPackage } from '../support/evidence/sealed-package.js';

interface Example {
  curve: CurveParameters;
  id: string;
  message: string;
  secret: bigint;
  k: bigint;
  point: string;
  r: bigint;
  s: bigint;
}
const examples: Record<string, Example> = {
  'GB/T 32918.2-2016, A.2': {
    curve: {
      p: 0x8542d69e4c044f18e8b92435bf6ff7de457283915c45517d722edb8b08f1dfc3n,
      a: 0x787968b4fa32c3fd2417842e73bbfeff2f3c848b6831d7e0ec65228b3937e498n,
      b: 0x63e4c6d3b23b0c849cf84241484bfe48f61d59a5b16ba06e6e12d1da27c5249an,
      n: 0x8542d69e4c044f18e8b92435bf6ff7dd297720630485628d5ae74ee7c32e79b7n,
      Gx: 0x421debd61b62eab6746434ebc3cc315e32220b3badd50bdc4c4e6c147fedd43dn,
      Gy: 0x0680512bcbb42c07d47349d2153b70c4e5d7fdfcbfa36ea1a85841b9e46e09a2n,
    },
    id: 'ALICE123@YAHOO.COM',
    message: 'message digest',
    secret: 0x128b2fa8bd433c6c068c8d803dff79792a519a55171b1b650c23661d15897263n,
    k: 0x6cb28d99385c175c94f94e934817663fc176d925dd72b727260dbaae1fb2f96fn,
    point: '0ae4c7798aa0f119471bee11825be46202bb79e2a5844495e97c04ff4df2548a7c0240f88f1cd4e16352a73c17b7f16f07353e53a176d684a9fe0c6bb798e857',
    r: 0x40f1ec59f793d9f49e09dcef49130d4194f79fb1eed2caa55bacdb49c4e755d1n,
    s: 0x6fc6dac32c5d5cf10c77dfb20f7c2eb667a457872fb09ec56327a67ec7deebe7n,
  },
  'GB/T 32918.5-2017, A.2': {
    curve: {
      p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
      a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
      b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
      n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
      Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
      Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
    },
    id: '1234567812345678',
    message: 'message digest',
    secret: 0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n,
    k: 0x59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21n,
    point: '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
    r: 0xf5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3n,
    s: 0xb1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aan,
  },
};

/** What the command says of a signature; the page, which has its own arithmetic, has to say the same. */
function fitsBoth(message: Buffer, pub: string, signature: Buffer): boolean {
  const fits = fitsSignature(message, createPublicKey(pub), signature);
  assert.equal(isSignedBy(readGateKeys(pub)![0]!, message, signature), fits, 'the page');
  return fits;
}
/** As our keys are: read from a PEM file. */
const aKey = () => createPrivateKey(generateKeyPairSync('ec', { namedCurve: 'SM2' }).privateKey.export({ type: 'pkcs8', format: 'pem' }));
const standardId = ['-pkeyopt', 'distid:1234567812345678'];

describe('sm2', function () {
  this.timeout(60_000);
  let folder: string;
  const put = (name: string, bytes: Buffer | string): string => {
    fs.writeFileSync(join(folder, name), bytes, { mode: 0o600 });
    return join(folder, name);
  };
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const opensslVerifies = (pub: string, message: Buffer, signature: Buffer, id = standardId): boolean => {
    try {
      return /Verified Successfully/.test(openssl('pkeyutl', '-verify', '-pubin', '-inkey', put('pub.pem', pub), '-in', put('message', message), '-sigfile', put('signature', signature), '-rawin', '-digest', 'sm3', ...id).toString());
    } catch {
      return false;
    }
  };
  before(() => {
    folder = makeTempFolder();
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  for (const [name, { curve, id, message, secret, k, point, r, s }] of Object.entries(examples))
    it(`${name}: the public key, the signature and its verification are the standard’s`, () => {
      const scheme = sm2Over(curve, id);
      assert.equal(scheme.pointOf(secret).toString('hex'), point);
      assert.deepEqual(scheme.sign(Buffer.from(message), secret, () => k), { r, s });
      assert.equal(scheme.verify(Buffer.from(message), Buffer.from(point, 'hex'), { r, s }), true);
      const n = curve.n;
      for (const wrong of [{ r: 0n, s }, { r, s: 0n }, { r: n, s }, { r, s: n }, { r: r + n, s }, { r, s: s + n }, { r: s, s: r }, { r, s: n - r }, { r: r ^ 1n, s }, { r, s: s ^ 1n }])
        assert.equal(scheme.verify(Buffer.from(message), Buffer.from(point, 'hex'), wrong), false);
      assert.equal(sm2Over(curve, `${id} `).verify(Buffer.from(message), Buffer.from(point, 'hex'), { r, s }), false, 'another user id');
      for (const out of [0n, n - 1n, n]) assert.throws(() => scheme.sign(Buffer.from(message), out), /out of its range/);
    });

  it('the page: the signature of the standard’s example, no number out of its range, no point beside the curve', () => {
    const { curve: { n, p }, message, point, r, s } = examples['GB/T 32918.5-2017, A.2']!;
    const fits = (key: Buffer, ...pair: bigint[]): boolean => verifySm2(key, Buffer.from(message), writeDer(tags.sequence, ...pair.map(writeInteger)));
    const key = Buffer.from(point, 'hex');
    assert.equal(fits(key, r, s), true);
    for (const pair of [[0n, s], [r, 0n], [n, s], [r, n], [r + n, s], [r, s + n], [s, r], [r, n - r], [r ^ 1n, s], [r, s ^ 1n], [r], [r, s, s]]) assert.equal(fits(key, ...pair), false);
    const [x, y] = [point.slice(0, 64), point.slice(64)].map((half) => BigInt(`0x${half}`)) as [bigint, bigint];
    const place = (...numbers: bigint[]): Buffer => Buffer.from(numbers.map((each) => each.toString(16).padStart(64, '0')).join(''), 'hex');
    for (const other of [place(x, p - y), place(x, y ^ 1n), place(y, x), place(0n, 0n), place(p, y), key.subarray(1)]) assert.equal(fits(other, r, s), false);
  });

  for (const [what, make] of [['our key', () => aKey()], ['a key of openssl', () => createPrivateKey(openssl('genpkey', '-algorithm', 'SM2'))]] as const)
    it(`${what}: openssl verifies what we sign and we verify what it signs, under the standard user id alone`, () => {
      const key = make();
      assert.equal(algorithmOf(key), 'SM2');
      const pub = publicPem(key);
      const file = put('key.pem', key.export({ type: 'pkcs8', format: 'pem' }));
      for (const message of [Buffer.alloc(0), Buffer.from('message digest'), randomBytes(100_000)]) {
        const ours = signBytes(message, key);
        assert.equal(opensslVerifies(pub, message, ours), true);
        assert.equal(opensslVerifies(pub, message, ours, []), false, 'with an empty user id');
        const theirs = openssl('pkeyutl', '-sign', '-inkey', file, '-in', put('message', message), '-rawin', '-digest', 'sm3', ...standardId);
        assert.equal(fitsBoth(message, pub, theirs), true);
        const empty = openssl('pkeyutl', '-sign', '-inkey', file, '-in', put('message', message), '-rawin', '-digest', 'sm3');
        assert.equal(fitsBoth(message, pub, empty), false);
      }
    });

  it('takes one spelling of a signature, and never throws', () => {
    const key = aKey();
    const [message, pub] = [randomBytes(50), publicPem(key)];
    const right = signBytes(message, key);
    assert.equal(fitsBoth(message, pub, right), true);
    const [r, s] = readInside(right).map(readInteger) as [bigint, bigint];
    const pair = (...inside: Buffer[]): Buffer => writeDer(tags.sequence, ...inside);
    const padded = writeDer(tags.integer, Buffer.concat([Buffer.alloc(2), Buffer.from(r.toString(16).padStart(64, '0'), 'hex')]));
    const wrong = [
      Buffer.alloc(0), right.subarray(1), Buffer.concat([right, Buffer.of(0)]), pair(writeInteger(r)), pair(writeInteger(r), writeInteger(s), writeInteger(s)),
      pair(padded, writeInteger(s)), pair(writeInteger(s), writeInteger(r)), Buffer.concat([Buffer.of(0x30, 0x81, right[1]!), right.subarray(2)]), randomBytes(64), Buffer.alloc(70, 0xff),
    ];
    for (const each of wrong) assert.equal(fitsBoth(message, pub, each), false, each.toString('hex'));
    for (let bit = 0; bit < right.length * 8; bit += 5) {
      const flipped = Buffer.from(right);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(fitsBoth(message, pub, flipped), false, `bit ${bit}`);
    }
    assert.equal(fitsBoth(Buffer.concat([message, Buffer.of(0)]), pub, right), false);
    assert.equal(fitsBoth(message, publicPem(aKey()), right), false);
  });

  it('a package signed by it verifies with its PEM, beside Ed25519 keys too, and openssl checks its envelope', async () => {
    const key = aKey();
    const files = await filesOf(aSealedPackage({ key }));
    const place = putFolder(folder, files);
    const pub = publicPem(key);
    for (const keys of [pub, publicPem(seededKey(7)) + pub]) {
      const found = await verifyPackage(place, keys);
      assert.deepEqual([found.intact, found.intact && found.algorithm], [true, 'SM2']);
      assert.equal((await verifyByPage(files, keys)).intact, true, 'the page');
    }
    assert.deepEqual(await verifyPackage(place, publicPem(aKey())), { intact: false, fault: { code: 'key-foreign', where: 'manifest.dsse.json' } });
    const { payload, payloadType, signatures } = JSON.parse(files.get('manifest.dsse.json')!.toString()) as { payload: string; payloadType: string; signatures: [{ sig: string }] };
    const body = Buffer.from(payload, 'base64');
    const signed = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]);
    assert.equal(opensslVerifies(pub, signed, Buffer.from(signatures[0].sig, 'base64')), true);
  });

  it('knows an SM2 key from a P-256 one', () => {
    assert.equal(algorithmOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey), null);
    assert.equal(algorithmOf(generateKeyPairSync('ed25519').privateKey), 'Ed25519');
    assert.equal(sm2Point(aKey()).length, 64);
  });
});
