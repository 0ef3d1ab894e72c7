// Salted commitments: a personal value is in the log without being in it, and is gone when its salt is erased (PIPL art 47).
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import { FormatError } from './format-error.js';

/** Salt length in bytes: guessing names against an erased salt must stay hopeless. */
export const saltBytes = 32;

/** `sha256:` + hex(SHA-256(salt ‖ UTF-8 of canonical JSON {"field":…,"value":…})). */
export function commit(salt: Buffer, field: string, value: unknown): string {
  if (salt.length !== saltBytes) throw new FormatError(`A salt has ${saltBytes} bytes, not ${salt.length}.`);
  return `sha256:${createHash('sha256').update(salt).update(canonicalJson({ field, value })).digest('hex')}`;
}
