// Is a detached CMS the unit's e-seal: over these bytes, by the certificate that it names, under one of these authorities, valid now?
import type { X509Certificate } from 'node:crypto';
import { createHash } from 'node:crypto';
import { readDer, readInside, tags } from '../domain/formats/der.js';
import type { Element } from '../domain/formats/der.js';
import { FormatError } from '../domain/formats/format-error.js';
import { chainOf, isNamed, isSigned, isValidAt, nameOfDigest, parseCertificate } from './cms.js';
import { attributeOf, derOf, oidOf, readSigner } from './time-stamp.js';
import type { Signer } from './time-stamp.js';

export const sealFaults = ['malformed', 'digest', 'certificate', 'signature', 'untrusted', 'out-of-date'] as const;
export type SealFault = (typeof sealFaults)[number];

const oid = { signedData: '1.2.840.113549.1.7.2', data: '1.2.840.113549.1.7.1', messageDigest: '1.2.840.113549.1.9.4' } as const;
const [setTag, explicit0] = [0x31, 0xa0];

/** Null: it is. Else what is wrong with it, the first thing. Never throws for what the CMS is. */
export function checkSeal(cms: Buffer, signed: Buffer, authorities: readonly X509Certificate[], now: Date): SealFault | null {
  try {
    const { signer, certificates } = readSeal(cms);
    const digest = nameOfDigest(signer.digest);
    const [sum] = attributeOf(signer.attributes, oid.messageDigest);
    if (!digest || !sum?.content.equals(createHash(digest).update(signed).digest())) return 'digest';
    const known = certificates.map(parseCertificate).filter((each) => each !== null);
    const certificate = known.find((each) => isNamed(each, signer));
    if (!certificate || certificate.ca) return 'certificate';
    if (!isSigned(signer, { type: oid.data, content: signed }, certificate)) return 'signature';
    const chain = chainOf(certificate, known, authorities);
    if (!chain) return 'untrusted';
    return chain.every((each) => isValidAt(each, now)) ? null : 'out-of-date';
  } catch (thrown) {
    if (thrown instanceof FormatError) return 'malformed';
    throw thrown;
  }
}

/** ContentInfo of a SignedData without content and with one signer. Throws FormatError. */
function readSeal(cms: Buffer): { signer: Signer; certificates: readonly Buffer[] } {
  const [type, wrapped, ...more] = readInside(cms);
  if (oidOf(type) !== oid.signedData || more.length > 0) throw malformed();
  const [, , encapsulated, ...rest] = readInside(expect(wrapped, explicit0).content);
  const [contentType, content] = readDer(expect(encapsulated, tags.sequence).content);
  // With its content inside it would be a seal of something else that merely lies here.
  if (oidOf(contentType) !== oid.data || content) throw malformed();
  const signers = readDer(expect(rest.at(-1), setTag).content);
  if (signers.length !== 1) throw malformed();
  const certificates = rest.filter(({ tag }) => tag === explicit0).flatMap(({ content: inside }) => readDer(inside));
  return { signer: readSigner(signers[0]!), certificates: certificates.map(derOf) };
}

function expect(element: Element | undefined, tag: number): Element {
  if (!element || element.tag !== tag) throw malformed();
  return element;
}

const malformed = (): FormatError => new FormatError('It is no detached CMS by one signer.');
