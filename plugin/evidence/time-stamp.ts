// A time stamp (RFC 3161): the question, and what an answer says. Reads DER strictly; that it is genuine is asked in check-time-stamp.ts.
import { createHash } from 'node:crypto';
import { readDer, readInside, readInteger, tags, writeDer, writeInteger, writeOid } from '../domain/formats/der.js';
import type { Element } from '../domain/formats/der.js';
import { FormatError } from '../domain/formats/format-error.js';

export const maxTimeStampBytes = 64 * 1024;
const oid = { sha256: '2.16.840.1.101.3.4.2.1', signedData: '1.2.840.113549.1.7.2', tstInfo: '1.2.840.113549.1.9.16.1.4' } as const;

const setTag = 0x31;
const explicit0 = 0xa0;
const booleanTrue = Buffer.from('0101ff', 'hex');
const generalizedTime = 0x18;

/** TimeStampReq (2.4.1) over SHA-256 of `body`; the certificate is wanted in the answer. `policy` dotted, or none. */
export function timeStampQuery(body: Buffer, nonce: bigint, policy: string | null): Buffer {
  const algorithm = writeDer(tags.sequence, writeOid(oid.sha256), Buffer.from('0500', 'hex'));
  const imprint = writeDer(tags.sequence, algorithm, writeDer(tags.octetString, createHash('sha256').update(body).digest()));
  return writeDer(
    tags.sequence,
    writeInteger(1n),
    imprint,
    ...(policy === null ? [] : [writeOid(policy)]),
    writeInteger(nonce),
    booleanTrue,
  );
}

export interface TimeStamp {
  /** Whole seconds or parts of them, UTC. */
  at: Date;
  /** Dotted. */
  policy: string;
  nonce: bigint | null;
  /** SHA-256 of what was stamped. */
  imprint: Buffer;
  /** DER of TSTInfo: what the signature covers by its digest. */
  content: Buffer;
  /** DER of each certificate that came along. */
  certificates: readonly Buffer[];
  signer: Signer;
}

/** SignerInfo (RFC 5652, 5.3); algorithms dotted, `attributes` as they are signed. */
export interface Signer {
  digest: string;
  attributes: Buffer;
  algorithm: string;
  signature: Buffer;
}

/** PKIStatus 0 (granted) or 1 (with modifications); else null: nothing was granted. Throws FormatError. */
export function readTimeStamp(answer: Buffer): TimeStamp | null {
  const [statusInfo, token, ...more] = readInside(answer);
  const [status] = readDer(expect(statusInfo, tags.sequence).content);
  if (readInteger(expect(status)) > 1n) return null;
  if (more.length > 0) throw malformed();
  const [type, wrapped] = readDer(expect(token, tags.sequence).content);
  if (oidOf(type) !== oid.signedData) throw malformed();
  const [, , encapsulated, ...rest] = readInside(expect(wrapped, explicit0).content);
  const [contentType, content] = readDer(expect(encapsulated, tags.sequence).content);
  if (oidOf(contentType) !== oid.tstInfo) throw malformed();
  const [octets] = readDer(expect(content, explicit0).content);
  const signers = readDer(expect(rest.at(-1), setTag).content);
  if (signers.length !== 1) throw malformed();
  const info = expect(octets, tags.octetString).content;
  const certificates = rest.filter(({ tag }) => tag === explicit0).flatMap(({ content: inside }) => readDer(inside));
  return { ...readInfo(info), content: info, certificates: certificates.map(derOf), signer: readSigner(signers[0]!) };
}

/** TSTInfo (2.4.2). */
function readInfo(der: Buffer): Pick<TimeStamp, 'at' | 'policy' | 'nonce' | 'imprint'> {
  const [version, policy, imprint, serial, time, ...rest] = readInside(der);
  if (readInteger(expect(version)) !== 1n || serial?.tag !== tags.integer) throw malformed();
  const [algorithm, hash] = readDer(expect(imprint, tags.sequence).content);
  if (oidOf(readDer(expect(algorithm, tags.sequence).content)[0]) !== oid.sha256) throw malformed();
  const nonce = rest.find(({ tag }) => tag === tags.integer);
  return {
    at: timeOf(expect(time, generalizedTime).content.toString('latin1')),
    policy: oidOf(policy),
    nonce: nonce ? readInteger(nonce) : null,
    imprint: expect(hash, tags.octetString).content,
  };
}

/** SignerInfo (RFC 5652, 5.3). The attributes are signed as a SET (5.4), not under the tag by which they travel. */
export function readSigner({ tag, content }: Element): Signer {
  if (tag !== tags.sequence) throw malformed();
  const [, , digest, attributes, algorithm, signature] = readDer(content);
  const [digestOid] = readDer(expect(digest, tags.sequence).content);
  const [algorithmOid] = readDer(expect(algorithm, tags.sequence).content);
  return {
    digest: oidOf(digestOid),
    attributes: writeDer(setTag, expect(attributes, explicit0).content),
    algorithm: oidOf(algorithmOid),
    signature: expect(signature, tags.octetString).content,
  };
}

/** Values of one attribute of a SET of them; each may be there once. Throws FormatError. */
export function attributeOf(attributes: Buffer, type: string): Element[] {
  const found = readInside(attributes, setTag).filter((each) => oidOf(readDer(each.content)[0]) === type);
  if (found.length > 1) throw malformed();
  const [, values] = found[0] ? readDer(found[0].content) : [];
  return values ? readDer(expect(values, setTag).content) : [];
}

export const derOf = ({ tag, content }: Element): Buffer => writeDer(tag, content);

/** Dotted. Throws FormatError. */
export function oidOf(element: Element | undefined): string {
  const bytes = expect(element, tags.oid).content;
  const numbers: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(value)) throw malformed();
    if (byte < 0x80) value = (numbers.push(value), 0);
  }
  const [first = 0, ...rest] = numbers;
  const head = Math.min(2, Math.floor(first / 40));
  return [head, first - head * 40, ...rest].join('.');
}

/** `20261129153000.5Z`: UTC, parts of a second without trailing zeros. */
function timeOf(text: string): Date {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(text) ?? [];
  const [year, month, day, hour, minute, second, fraction = ''] = parts;
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction.slice(0, 4)}Z`);
  if (parts.length === 0 || Number.isNaN(at.getTime())) throw malformed();
  return at;
}

function expect(element: Element | undefined, tag = element?.tag): Element {
  if (!element || element.tag !== tag) throw malformed();
  return element;
}

const malformed = (): FormatError => new FormatError('The answer is not a time stamp as RFC 3161 has it.');
