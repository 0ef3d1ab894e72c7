// Is a time stamp genuine: over these bytes, by a certificate for time stamping, under one of these authorities, at a time when all held?
import { createHash } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import { FormatError } from '../domain/formats/format-error.js';
import { chainOf, isNamed, isSigned, isValidAt, parseCertificate } from './cms.js';
import { readTimeStamp } from './time-stamp.js';
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

const tstInfo = '1.2.840.113549.1.9.16.1.4';
const timeStamping = '1.3.6.1.5.5.7.3.8';
/** Extension extKeyUsage, marked critical (RFC 3161, 2.3). */
const criticalUsage = Buffer.from('0603551d250101ff', 'hex');

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
  const certificates = stamp.certificates.map(parseCertificate).filter((each) => each !== null);
  const signer = certificates.find((each) => isNamed(each, stamp.signer));
  if (!signer || !isForTimeStamping(signer)) return 'certificate';
  if (!isSigned(stamp.signer, { type: tstInfo, content: stamp.content }, signer)) return 'signature';
  const chain = chainOf(signer, certificates, authorities);
  if (!chain) return 'untrusted';
  return chain.every((each) => isValidAt(each, stamp.at)) ? null : 'out-of-date';
}

/** That and nothing else, and said so that nobody may overlook it. */
const isForTimeStamping = ({ keyUsage, raw, ca }: X509Certificate): boolean =>
  // Node gives the extended usages by this name.
  keyUsage?.length === 1 && keyUsage[0] === timeStamping && raw.includes(criticalUsage) && !ca;
