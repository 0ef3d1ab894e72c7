// The time stamp of a package: the one that was sealed with it, and, where authorities are given, a genuine one over its envelope.
import type { X509Certificate } from 'node:crypto';
import { sha256Hex } from '../domain/formats/digest.js';
import { checkTimeStamp } from './check-time-stamp.js';
import { envelopePath, maxManifestBytes, timeStampPath } from './layout.js';
import { Broken } from './package-fault.js';
import type { Seal } from './read-history.js';
import { readWhole } from './source.js';
import type { Source } from './source.js';
import { maxTimeStampBytes } from './time-stamp.js';

/** `checked` false: it is there as it was sealed, and nobody said whom to believe. */
export type StampVerdict = { at: string; checked: boolean } | null;

/** Throws Broken: `file-missing`, `file-changed` (not the one that package-sealed names), `time-stamp-invalid`. */
export async function openTimeStamp(
  source: Source,
  seal: Seal | null,
  authorities: readonly X509Certificate[] | null,
): Promise<StampVerdict> {
  const named = seal?.timeStamp;
  if (!named) return null;
  const answer = await readWhole(source, timeStampPath, maxTimeStampBytes, 'file-changed');
  if (sha256Hex(answer) !== named.sha256) throw new Broken('file-changed', timeStampPath);
  if (!authorities) return { at: named.at, checked: false };
  const body = await readWhole(source, envelopePath, 2 * maxManifestBytes, 'manifest-changed');
  const found = checkTimeStamp(answer, { body, authorities });
  if ('fault' in found || found.at.toISOString() !== named.at) throw new Broken('time-stamp-invalid', timeStampPath);
  return { at: named.at, checked: true };
}
