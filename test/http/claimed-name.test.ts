// The name in a client's HTTP login, however it is spelt, and never its password.
import assert from 'node:assert/strict';
import { claimedName } from '../../plugin/http/claimed-name.js';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const onTheLine = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const table: readonly (readonly [what: string, authorization: string | undefined, name: string | null])[] = [
  ['nothing', undefined, null],
  ['a digest', 'Digest username="vms-client", realm="x", nonce="y", uri="/", response="z"', 'vms-client'],
  ['a digest whose name comes later', 'digest realm="x",username="vms-client"', 'vms-client'],
  ['a digest with another parameter of a like name', 'Digest xusername="no", username="yes"', 'yes'],
  ['a digest with an escaped quote', String.raw`Digest username="a\"b"`, 'a"b'],
  ['a digest in Chinese', onTheLine('Digest username="值班员"'), '值班员'],
  ['a digest without a name', 'Digest realm="x"', null],
  ['basic', basic('operator:secret:more'), 'operator'],
  ['basic without a password', basic('operator'), 'operator'],
  ['basic without a name', basic(':secret'), null],
  ['a line break in a name', basic('a\r\nb:x'), 'ab'],
  ['a name without an end', `Digest username="${'n'.repeat(500)}"`, 'n'.repeat(128)],
  ['a token of the gate', 'Bearer a.b.c', null],
];

describe('the name in a client’s login', () => {
  for (const [what, authorization, name] of table) it(`${what}: ${name?.slice(0, 12) ?? 'none'}`, () => assert.equal(claimedName(authorization), name));
});
