// Ed25519 keys from fixed seeds, so that a failing case can be made again. For tests only.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

export const seededKey = (seed: number): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8Head, Buffer.alloc(32, seed)]), format: 'der', type: 'pkcs8' });

export const publicPem = (key: KeyObject): string => createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string;
