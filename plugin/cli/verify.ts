// exportgate verify PACKAGE --key FILE: intact, or the first broken thing. Needs nothing but the package and the public key, and of
// witnesses theirs.
import fs from 'node:fs';
import { Problem } from '../domain/problem.js';
import type { Verb } from './context.js';

export const verifyFile: Verb<{ package: string; key: string; witness: readonly string[] }> = async ({ output }, options) => {
  const key = await fs.promises.readFile(options.key, 'utf8').catch(() => {
    throw new Problem('key-invalid', `${options.key} cannot be read; it should be the gate’s public key (PEM).`);
  });
  await fs.promises.access(options.package).catch(() => {
    throw new Problem('not-found', `${options.package} cannot be read.`);
  });
  // Loaded when asked for: else every verb would start with all that judges packages.
  const { verifyPackage } = await import('../evidence/verify.js');
  const found = await verifyPackage(options.package, key, options.witness);
  const fault = found.intact ? null : found.fault;
  const line = found.intact
    ? `intact · 完整无误: ${found.requestId}, ${found.files} files, ${found.entries} entries`
    : `NOT intact · 已被改动: ${found.fault.code} at ${found.fault.where}`;
  output.result({ intact: found.intact, fault }, [line]);
  return found.intact ? 0 : 1;
};
