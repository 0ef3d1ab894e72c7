// A time-stamping authority for tests: openssl's own, behind a small HTTP server that answers as a test wants.
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const openssl = (folder: string, ...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

export interface TimeAuthority {
  folder: string;
  /** PEM of its root. */
  ca: string;
  url: string;
  /** What came in, each a TimeStampReq. */
  asked: Buffer[];
  /** Replaces what is answered. Left out: what openssl makes of the question, under the good certificate. */
  answer: ((query: Buffer, response: ServerResponse) => Promise<void> | void) | null;
  /** `openssl ts -reply` to this question, under one of the certificates. */
  reply(query: Buffer, certificate?: string): Promise<Buffer>;
  close(): Promise<void>;
}

const extensions = {
  good: 'extendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE',
  uncritical: 'extendedKeyUsage=timeStamping\nbasicConstraints=CA:FALSE',
  wide: 'extendedKeyUsage=critical,timeStamping,serverAuth\nbasicConstraints=CA:FALSE',
};

/** Certificates: `good`, `ecdsa`, `expired`, `uncritical`, `wide`, all under one root; `foreign` under another. */
export async function aTimeAuthority(folder: string): Promise<TimeAuthority> {
  fs.mkdirSync(folder, { recursive: true });
  const put = (name: string, text: string): void => fs.writeFileSync(join(folder, name), text);
  const rsa = ['-newkey', 'rsa:2048', '-nodes'];
  const root = (name: string): Buffer =>
    openssl(folder, 'req', '-x509', ...rsa, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '3650', '-subj', `/CN=示例 ${name}`, '-utf8', '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign');
  const leaf = (name: string, ca: string, extension: string, dates: string[] = ['-days', '365'], key: string[] = rsa): void => {
    put(`${name}.ext`, extension);
    openssl(folder, 'req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=TSA ${name}`);
    openssl(folder, 'x509', '-req', '-in', `${name}.csr`, '-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-out', `${name}.pem`, '-extfile', `${name}.ext`, ...dates);
  };
  root('root');
  root('other');
  leaf('good', 'root', extensions.good);
  leaf('ecdsa', 'root', extensions.good, ['-days', '365'], ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']);
  leaf('foreign', 'other', extensions.good);
  leaf('wide', 'root', extensions.wide);
  leaf('uncritical', 'root', extensions.uncritical);
  // `x509 -days` takes a negative number: it ended yesterday.
  leaf('expired', 'root', extensions.good, ['-days', '-1']);
  put('serial', '01\n');
  for (const name of ['good', 'ecdsa', 'foreign', 'wide', 'uncritical', 'expired'])
    put(`${name}.cnf`, `[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\nsigner_cert=${name}.pem\nsigner_key=${name}.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4\nother_policies=1.2.3.5\ndigests=sha256\naccuracy=secs:1\nclock_precision_digits=3\ness_cert_id_alg=sha256\ness_cert_id_chain=no\n`);

  let count = 0;
  const reply = async (query: Buffer, certificate = 'good'): Promise<Buffer> => {
    const id = count++;
    fs.writeFileSync(join(folder, `${id}.tsq`), query);
    await run('openssl', ['ts', '-reply', '-config', `${certificate}.cnf`, '-queryfile', `${id}.tsq`, '-out', `${id}.tsr`], { cwd: folder });
    return fs.promises.readFile(join(folder, `${id}.tsr`));
  };
  const asked: Buffer[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void (async () => {
      const pieces: Buffer[] = [];
      for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
      const query = Buffer.concat(pieces);
      asked.push(query);
      if (authority.answer) return authority.answer(query, response);
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(await reply(query));
    })().catch((cause: Error) => response.destroy(cause));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority: TimeAuthority = {
    folder,
    ca: fs.readFileSync(join(folder, 'root.pem'), 'utf8'),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsr`,
    asked,
    answer: null,
    reply,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return authority;
}
