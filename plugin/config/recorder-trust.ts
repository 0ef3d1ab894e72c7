// Whom the gate believes behind a recorder's https and rtsps: an authority's file, read and judged at start, or one certificate's fingerprint.
import { X509Certificate } from 'node:crypto';
import { Problem, type Fault } from '../domain/problem.js';
import { fromFile } from './folders.js';
import { readSmallFile } from './small-file.js';

/** A chain of authorities, not a machine's whole list of them. */
const longestFile = 256 * 1024;

type Trust = { ca: string } | { fingerprint: string } | null;

/** Codes: `not-allowed` (both, or neither), `file-missing`, `file-malformed`. `where` is the place of the recorder. */
export async function readTrust(
  tls: { caFile?: string | undefined; fingerprint?: string | undefined } | null,
  where: string,
  { file }: { file: string },
): Promise<{ tls: Trust } | { faults: Fault[] }> {
  if (!tls) return { tls: null };
  const refuse = (code: string, key: string, detail: string) => ({ faults: [{ code, where: `${where}.${key}`, detail }] });
  const { caFile, fingerprint } = tls;
  if ((caFile === undefined) === (fingerprint === undefined))
    return refuse('not-allowed', 'tls', 'Right is exactly one of caFile and fingerprint.');
  if (fingerprint !== undefined) return { tls: { fingerprint } };
  const read = await readAuthorities(caFile ?? '', `${where}.tls.caFile`, { file });
  return 'faults' in read ? read : { tls: { ca: read.ca } };
}

/** A file of certificates, PEM. Codes: `file-missing`, `file-malformed`, `file-long`. */
export async function readAuthorities(caFile: string, where: string, { file }: { file: string }): Promise<{ ca: string } | { faults: Fault[] }> {
  const refuse = (code: string, detail: string) => ({ faults: [{ code, where, detail }] });
  try {
    const ca = await readSmallFile(fromFile(file, caFile), longestFile);
    if (holdsCertificates(ca)) return { ca };
    return refuse('file-malformed', 'It holds no certificate, or a broken one; right is one or more of them in PEM.');
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    const code = thrown.faults?.[0]?.code ?? 'file-missing';
    return refuse(code, 'It cannot be read; right is a small file of certificates in PEM that this process may read.');
  }
}

/** Every block between BEGIN and END CERTIFICATE is one: OpenSSL would stop at the first broken one without a word. */
function holdsCertificates(text: string): boolean {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.length > 0 && blocks.every((block) => new X509Certificate(block).subject !== undefined);
  } catch {
    return false;
  }
}
