// exportgate verify PACKAGE --key FILE: intact, or the first broken thing. Needs nothing but the package and the public key, and of
// witnesses theirs.
import fs from 'node:fs';
import { Problem } from '../domain/problem.js';
import type { Verb } from './context.js';

export const verifyFile: Verb<{ package: string; key: string; witness: readonly string[]; tsaCa?: string }> = async ({ output }, options) => {
  const key = await readSmall(options.key, 'the gate’s public key (PEM)');
  const authorities =
    options.tsaCa === undefined ? null : await readSmall(options.tsaCa, 'certificates of a time-stamping authority (PEM)');
  await fs.promises.access(options.package).catch(() => {
    throw new Problem('not-found', `${options.package} cannot be read.`);
  });
  // Loaded when asked for: else every verb would start with all that judges packages.
  const { verifyPackage } = await import('../evidence/verify.js');
  const found = await verifyPackage(options.package, key, { witnesses: options.witness, authoritiesPem: authorities });
  const fault = found.intact ? null : found.fault;
  const line = found.intact
    ? `intact · 完整无误: ${found.requestId}, ${found.files} files, ${found.entries} entries; 密钥 key ${found.algorithm} ${found.keyId}`
    : `NOT intact · 已被改动: ${found.fault.code} at ${found.fault.where}`;
  output.result(
    {
      intact: found.intact,
      fault,
      keyId: found.intact ? found.keyId : null,
      algorithm: found.intact ? found.algorithm : null,
      contents: found.intact ? found.contents : null,
      timeStamp: found.intact ? found.timeStamp : null,
    },
    [line, ...(found.intact ? [`证据内容摘要 contents, as the papers name them: ${found.contents}`, stampLine(found.timeStamp)] : [])],
  );
  return found.intact ? 0 : 1;
};

function stampLine(stamp: { at: string; checked: boolean } | null): string {
  if (!stamp) return '时间戳 time stamp: 无 none';
  return `时间戳 time stamp: ${stamp.at}, ${stamp.checked ? '已核验 checked' : '未核验 there and not checked; give --tsa-ca FILE'}`;
}

const mostBytes = 64 * 1024;

async function readSmall(file: string, what: string): Promise<string> {
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
  throw new Problem('key-invalid', `${file} cannot be read; it should be ${what}.`);
}
