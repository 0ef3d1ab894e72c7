// Codes that are told once and read aloud: 128 random bits as four groups, `0f3a91c2-…`. Only their SHA-256 is kept.
import { createHash, randomBytes } from 'node:crypto';

const form = /^[0-9a-f]{8}(-[0-9a-f]{8}){3}$/;

export const newCode = (): string => randomBytes(16).toString('hex').match(/.{8}/g)!.join('-');
export const isCode = (text: string): boolean => form.test(text);

/** SHA-256 over the code's characters, hex. 128 random bits need no salt and no slow hash. */
export const hashOfCode = (code: string): string => createHash('sha256').update(code).digest('hex');
