// Is a time stamp genuine: over these bytes, by a certificate for time stamping, under one of these authorities, at a time when all held?
import { X509Certificate, createHash, verify } from 'node:crypto';
import { readDer, tags } from '../domain/formats/der.js';
import { FormatError } from '../domain/formats/format-error.js';
import { attributeOf, oidOf, readTimeStamp } from './time-stamp.js';
import type { TimeStamp } from './time-stamp.js';

export const stampFaults = [
  'malformed',
  'not-granted',
  'imprint',
  'nonce',
  'policy',
  'signature',
  'certificate',
  'untrusted',
  'out-of-date',
] as const;
export type StampFault = (typeof stampFaults)[number];

export interface Wanted {
  /** What was stamped. */
  body: Buffer;
  authorities: readonly X509Certificate[];
  /** Of the question, where the one who asks is the one who checks. */
  nonce?: bigint;
  policy?: string | null;
}

/** RSA (PKCS#1 v1.5) and ECDSA, with digests that still hold. */
const digests: Record<string, string> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
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
const tstInfo = '1.2.840.113549.1.9.16.1.4';
const timeStamping = '1.3.6.1.5.5.7.3.8';
/** Extension extKeyUsage, marked critical (RFC 3161, 2.3). */
const criticalUsage = Buffer.from('0603551d250101ff', 'hex');
const longestChain = 8;

/** When it was stamped; or what is wrong with it, the first thing. Never throws for what the answer is. */
export function checkTimeStamp(answer: Buffer, wanted: Wanted): { at: Date } | { fault: StampFault } {
  try {
    const stamp = readTimeStamp(answer);
    const fault = stamp ? faultOf(stamp, wanted) : 'not-granted';
    return fault ? { fault } : { at: stamp!.at };
  } catch (thrown) {
    if (thrown instanceof FormatError) return { fault: 'malformed' };
    throw thrown;
  }
}

function faultOf(stamp: TimeStamp, { body, authorities, nonce, policy }: Wanted): StampFault | null {
  if (!stamp.imprint.equals(createHash('sha256').update(body).digest())) return 'imprint';
  if (nonce !== undefined && stamp.nonce !== nonce) return 'nonce';
  if (policy && stamp.policy !== policy) return 'policy';
  const certificates = stamp.certificates.map(parse).filter((each) => each !== null);
  const signer = certificates.find((each) => isNamed(each, stamp));
  if (!signer || !isForTimeStamping(signer)) return 'certificate';
  if (!isSigned(stamp, signer)) return 'signature';
  const chain = chainOf(signer, certificates, authorities);
  if (!chain) return 'untrusted';
  return chain.every((each) => isValidAt(each, stamp.at)) ? null : 'out-of-date';
}

/** ESSCertIDv2 (RFC 5816, RFC 5035): the signed attributes name the certificate by its hash, so that no other can be put in its place. */
function isNamed({ raw }: X509Certificate, { signer: { attributes } }: TimeStamp): boolean {
  const [value] = attributeOf(attributes, attribute.signingCertificateV2);
  const [ids] = value ? readDer(value.content) : [];
  const [first] = ids ? readDer(ids.content) : [];
  const [head, ...rest] = first ? readDer(first.content) : [];
  // SHA-256 is the default and is not written then; another one stands in front of the hash.
  const digest = head?.tag === tags.sequence ? digests[oidOf(readDer(head.content)[0])] : 'sha256';
  const hash = head?.tag === tags.sequence ? rest[0] : head;
  return digest !== undefined && hash?.tag === tags.octetString && hash.content.equals(createHash(digest).update(raw).digest());
}

/** That and nothing else, and said so that nobody may overlook it. */
const isForTimeStamping = ({ keyUsage, raw, ca }: X509Certificate): boolean =>
  // Node gives the extended usages by this name.
  keyUsage?.length === 1 && keyUsage[0] === timeStamping && raw.includes(criticalUsage) && !ca;

function isSigned({ content, signer }: TimeStamp, certificate: X509Certificate): boolean {
  const { attributes } = signer;
  const digest = digests[signer.digest];
  const signed = signer.algorithm === rsa ? digest : algorithms[signer.algorithm];
  if (!digest || !signed) return false;
  const [type] = attributeOf(attributes, attribute.contentType);
  const [sum] = attributeOf(attributes, attribute.messageDigest);
  if (oidOf(type) !== tstInfo || !sum?.content.equals(createHash(digest).update(content).digest())) return false;
  try {
    return verify(signed, attributes, certificate.publicKey, signer.signature);
  } catch {
    return false;
  }
}

/** From the signer up to one of the authorities; null where none of them stands behind it. */
function chainOf(
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

const isValidAt = ({ validFrom, validTo }: X509Certificate, at: Date): boolean =>
  Date.parse(validFrom) <= at.getTime() && at.getTime() <= Date.parse(validTo);

function parse(der: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

/** PEM of authorities. Throws where a block is none: the configuration was judged before. */
export const readAuthorities = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []).map((block) => new X509Certificate(block));
