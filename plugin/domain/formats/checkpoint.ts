// Checkpoint (c2sp.org/tlog-checkpoint): which log, how long, which root. The text of a signed note.
import { decodeBase64 } from './base64.js';
import { FormatError } from './format-error.js';

export interface Checkpoint {
  /** The log's name for ever: a schema-less URL. */
  origin: string;
  size: number;
  /** 32 bytes. */
  root: Buffer;
}

export const checkpointText = (origin: string, size: number, root: Buffer): string => `${origin}\n${size}\n${root.toString('base64')}\n`;

/** Three lines and nothing else: extension lines are not ours. Throws FormatError. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split('\n');
  if (!origin || size === undefined || root === undefined || end !== '' || more.length > 0)
    throw new FormatError('A checkpoint is three lines: origin, size, root.');
  const bytes = decodeBase64(root, 'The root');
  if (bytes.length !== 32) throw new FormatError('The root has not 32 bytes.');
  return { origin, size: parseCount(size), root: bytes };
}

/** Decimal without leading zeros, at most 2^53 - 1. Throws FormatError. */
export function parseCount(text: string): number {
  if (!/^(0|[1-9]\d{0,15})$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new FormatError('A number is not written in decimal.');
  return Number(text);
}
