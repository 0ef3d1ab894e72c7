// exportgate verify PACKAGE --key FILE: intact, or the first broken thing. Needs nothing but the package and the public key, and of
// witnesses theirs.
import fs from 'node:fs';
import { Problem } from '../domain/problem.js';
import type { Verb } from './context.js';

export const verifyFile: Verb<{ package: string; key: string; witness: readonly string[] }> = async ({ output }, options) => {
  const key = await readSmall(options.key);
  await fs.promises.access(options.package).catch(() => {
    throw new Problem('not-found', `${options.package} cannot be read.`);
  });
  // Loaded when asked for: else every verb would start with all that judges packages.
  const { verifyPackage } = await import('../evidence/verify.js');
  const found = await verifyPackage(options.package, key, options.witness);
  const fault = found.intact ? null : found.fault;
  const line = found.intact
    ? `intact · 完整无误: ${found.requestId}, ${found.files} files, ${found.entries} entries; 密钥 key ${found.algorithm} ${found.keyId}`
    : `NOT intact · 已被改动: ${found.fault.code} at ${found.fault.where}`;
  output.result(
    { intact: found.intact, fault, keyId: found.intact ? found.keyId : null, algorithm: found.intact ? found.algorithm : null },
    [line],
  );
  return found.intact ? 0 : 1;
};

const mostBytes = 64 * 1024;

async function readSmall(file: string): Promise<string> {
  try {
    const handle = await fs.promises.open(file, 'r');
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(mostBytes + 1), 0, mostBytes + 1, 0);
      if (bytesRead <= mostBytes) return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    // Told below.
  }
  throw new Problem('key-invalid', `${file} cannot be read; it should be the gate’s public key (PEM).`);
}
