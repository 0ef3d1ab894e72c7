// The unit's e-seal in a PDF that has room for it: what is signed is everything but the room itself (ISO 32000-1, 12.8.1).
import { Problem } from '../domain/problem.js';
import { unknownPlace } from './pdf.js';

export interface Seal {
  /** Bytes that its signature may have. */
  most: number;
  /** A detached CMS (DER) over these bytes, checked. Problem `seal-missing`. */
  sign(signed: Buffer): Promise<Buffer>;
}

const blankRange = `/ByteRange [0 ${unknownPlace} ${unknownPlace} ${unknownPlace}]`;

/** Problem `seal-missing`. */
export async function sealPdf(drawn: Buffer, { most, sign }: Seal): Promise<Buffer> {
  const rangeAt = drawn.indexOf(blankRange, 0, 'latin1');
  const from = drawn.indexOf(`/Contents <${'00'.repeat(most)}>`, rangeAt, 'latin1') + '/Contents '.length;
  const to = from + 2 * most + 2;
  const sealed = Buffer.from(drawn);
  sealed.write(`/ByteRange [0 ${from} ${to} ${drawn.length - to}]`.padEnd(blankRange.length), rangeAt, 'latin1');
  const signature = await sign(Buffer.concat([sealed.subarray(0, from), sealed.subarray(to)]));
  if (signature.length > most) throw new Problem('seal-missing', `The e-seal has ${signature.length} bytes; a paper has room for ${most}.`);
  sealed.write(signature.toString('hex'), from + 1, 'latin1');
  return sealed;
}
