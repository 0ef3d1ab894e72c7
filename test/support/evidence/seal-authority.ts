// The unit's e-seal for tests: a CA, certificates under it, and programs that sign with openssl as `documents.seal.command` wants it.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';

export interface SealAuthority {
  /** PEM of its root, and where it lies. */
  ca: string;
  caFile: string;
  /** Command of a certificate: `good`, `ecdsa`, `expired`, `foreign` (under another root). */
  command(certificate?: string): [string, ...string[]];
  /** Command of a program in shell, for what programs do wrong. */
  program(script: string): [string, ...string[]];
}

export function aSealAuthority(folder: string): SealAuthority {
  fs.mkdirSync(folder, { recursive: true });
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const rsa = ['-newkey', 'rsa:2048', '-nodes'];
  for (const name of ['root', 'other'])
    openssl('req', '-x509', ...rsa, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '3650', '-subj', `/CN=示例 ${name}`, '-utf8', '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign');
  fs.writeFileSync(join(folder, 'leaf.ext'), 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation');
  const leaf = (name: string, ca: string, days: string, key: string[] = rsa): void => {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/O=云帆广场(示例)/CN=单位电子印章 ${name}`, '-utf8');
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-out', `${name}.pem`, '-extfile', 'leaf.ext', '-days', days);
  };
  leaf('good', 'root', '365');
  leaf('ecdsa', 'root', '365', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']);
  leaf('expired', 'root', '-1');
  leaf('foreign', 'other', '365');
  const caFile = join(folder, 'root.pem');
  return {
    ca: fs.readFileSync(caFile, 'utf8'),
    caFile,
    command: (name = 'good') => ['/usr/bin/openssl', 'cms', '-sign', '-cades', '-binary', '-outform', 'DER', '-md', 'sha256', '-signer', join(folder, `${name}.pem`), '-inkey', join(folder, `${name}.key`)],
    program: (script) => ['/bin/sh', '-c', `PATH=/usr/bin:/bin; ${script}`],
  };
}
