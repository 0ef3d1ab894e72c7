// The page of shell of docs/guide/verify.md, run as it stands there.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { putFolder } from './bytes.js';

const tools = ['bash', 'unzip', 'sha256sum', 'openssl', 'jq', 'xxd'];
/** Whether this machine has what the page asks for. */
export const hasShellTools = (): boolean => tools.every((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0);

/** The one `sh` block of a document. */
export function shellOf(document: string): string {
  const text = fs.readFileSync(fileURLToPath(new URL(`../../../docs/${document}`, import.meta.url)), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);
  assert.equal(blocks.length, 1);
  return blocks[0]!;
}

export interface ShellVerdict {
  status: number | null;
  /** Last line of the output. */
  line: string;
  out: string;
  err: string;
}

/** An archive's bytes, or the files of a folder, in a place of their own below `root`; `env` as a person sets it before the command. */
export function verifyByShell(root: string, given: Buffer | ReadonlyMap<string, Buffer>, pem: string, env: Record<string, string> = {}): Promise<ShellVerdict> {
  const place = fs.mkdtempSync(join(root, 'shell-'));
  if (given instanceof Map) fs.renameSync(putFolder(place, given), join(place, 'package'));
  else fs.writeFileSync(join(place, 'package.zip'), given as Buffer);
  fs.writeFileSync(join(place, 'gate.pub'), pem);
  return runShell(place, env);
}

/** In a folder where `gate.pub` and the package lie. */
export const runShell = (place: string, env: Record<string, string> = {}): Promise<ShellVerdict> =>
  new Promise((resolve) => {
    const options = { cwd: place, env: { ...process.env, ...env }, timeout: 600_000 };
    const child = execFile('bash', ['-c', shellOf('guide/verify.md')], options, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode, line: stdout.trimEnd().split('\n').at(-1)!, out: stdout, err: stderr }),
    );
  });

/** What the guide's command for fingerprints prints in a folder with `gate.pub`. */
export function fingerprintsByShell(place: string): string {
  const guide = fs.readFileSync(fileURLToPath(new URL('../../../docs/guide/verify.md', import.meta.url)), 'utf8');
  const command = /^\$ (.*gate\.pub.*)$/m.exec(guide)![1]!;
  return spawnSync('bash', ['-c', command], { cwd: place }).stdout.toString();
}
