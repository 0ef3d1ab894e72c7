// Is what a CMS (RFC 5652) says by one signer signed: by the certificate that it names, under an authority, valid at a time? What time stamps and e-seals share.
import { X509Certificate, createHash, verify } from 'node:crypto';
import { readDer, tags } from '../domain/formats/der.js';
import { attributeOf, oidOf } from './time-stamp.js';
import type { Signer } from './time-stamp.js';

/** RSA (PKCS#1 v1.5) and ECDSA, with digests that still hold. */
const digests: Record<string, string> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
/** `sha256` of its dotted identifier; undefined for one that does not hold any more. */
export const nameOfDigest = (oid: string): string | undefined => digests[oid];
const rsa = '1.2.840.113549.1.1.1';
const algorithms: Record<string, string> = {
  ...{ '1.2.840.113549.1.1.11': 'sha256', '1.2.840.113549.1.1.12': 'sha384', '1.2.840.113549.1.1.13': 'sha512' },
  ...{ '1.2.840.10045.4.3.2': 'sha256', '1.2.840.10045.4.3.3': 'sha384', '1.2.840.10045.4.3.4': 'sha512' },
};
const attribute = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;
const longestChain = 8;

/** ESSCertIDv2 (RFC 5816, RFC 5035): the signed attributes name the certificate by its hash, so that no other can be put in its place. */
export function isNamed({ raw }: X509Certificate, { attributes }: Signer): boolean {
  const [value] = attributeOf(attributes, attribute.signingCertificateV2);
  const [ids] = value ? readDer(value.content) : [];
  const [first] = ids ? readDer(ids.content) : [];
  const [head, ...rest] = first ? readDer(first.content) : [];
  // SHA-256 is the default and is not written then; another one stands in front of the hash.
  const digest = head?.tag === tags.sequence ? digests[oidOf(readDer(head.content)[0])] : 'sha256';
  const hash = head?.tag === tags.sequence ? rest[0] : head;
  return digest !== undefined && hash?.tag === tags.octetString && hash.content.equals(createHash(digest).update(raw).digest());
}

/** The attributes are signed by this certificate's key, and name this content by its digest. `type`: of the content, dotted. */
export function isSigned(signer: Signer, { type: wanted, content }: { type: string; content: Buffer }, certificate: X509Certificate): boolean {
  const { attributes } = signer;
  const digest = digests[signer.digest];
  const signed = signer.algorithm === rsa ? digest : algorithms[signer.algorithm];
  if (!digest || !signed) return false;
  const [type] = attributeOf(attributes, attribute.contentType);
  const [sum] = attributeOf(attributes, attribute.messageDigest);
  if (oidOf(type) !== wanted || !sum?.content.equals(createHash(digest).update(content).digest())) return false;
  try {
    return verify(signed, attributes, certificate.publicKey, signer.signature);
  } catch {
    return false;
  }
}

/** From the signer up to one of the authorities; null where none of them stands behind it. */
export function chainOf(
  signer: X509Certificate,
  known: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): X509Certificate[] | null {
  const chain = [signer];
  for (let last = signer; chain.length <= longestChain;) {
    if (authorities.some(({ raw }) => raw.equals(last.raw))) return chain;
    const issuer = [...authorities, ...known].find((each) => each.ca && !chain.includes(each) && isIssuedBy(last, each));
    if (!issuer) return null;
    chain.push(issuer);
    last = issuer;
  }
  return null;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

export const isValidAt = ({ validFrom, validTo }: X509Certificate, at: Date): boolean =>
  Date.parse(validFrom) <= at.getTime() && at.getTime() <= Date.parse(validTo);

export function parseCertificate(der: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

/** PEM of authorities. Throws where a block is none: the configuration was judged before. */
export const readAuthorities = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []).map((block) => new X509Certificate(block));
