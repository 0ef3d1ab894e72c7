// A running witness: its key, its record, its socket.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { verifierKey } from '../domain/formats/signed-note.js';
import type { Log } from '../domain/log.js';
import { Problem } from '../domain/problem.js';
import { Record } from './record.js';
import { makeWitnessServer } from './serve-witness.js';

interface Parts {
  listen: { host: string; port: number };
  name: string;
  /** Made (0700) where it is not there. */
  dataFolder: string;
  /** Origin → verifier keys. */
  logs: ReadonlyMap<string, readonly string[]>;
  now: () => Date;
  log: Log;
  /** Takes a lock file for this process: two on one record would cosign two histories. Problem `journal-locked`. */
  hold: (path: string) => Promise<() => void>;
}

export interface RunningWitness {
  url: string;
  /** What the gates are told: type 0x04. */
  vkey: string;
  close(): Promise<void>;
}

/** Problems: `journal-locked`, `journal-corrupt`, `key-invalid`. */
export async function startWitness({ listen, name, dataFolder, logs, now, log, hold }: Parts): Promise<RunningWitness> {
  await fs.promises.mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const release = await hold(path.join(dataFolder, 'lock'));
  try {
    const key = readKey(path.join(dataFolder, 'witness.key'));
    const record = await Record.open(path.join(dataFolder, 'logs'), logs);
    const server = makeWitnessServer({ name, key, logs, record, now }, log);
    server.listen(listen.port, listen.host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
    return {
      url: `http://${host}:${port}`,
      vkey: verifierKey(name, key, 'cosignature'),
      async close() {
        const closed = once(server, 'close');
        server.close();
        server.closeIdleConnections();
        await closed;
        release();
      },
    };
  } catch (thrown) {
    release();
    throw thrown;
  }
}

/** PKCS#8 PEM, 0600; made at the first start. */
function readKey(file: string): KeyObject {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  if (found && (found.mode & 0o077) !== 0)
    throw new Problem('key-invalid', `witness.key has mode 0${(found.mode & 0o777).toString(8)}; others could read it, so it must be 0600.`);
  if (found) return keyIn(fs.readFileSync(file, 'utf8'));
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const part = fs.openSync(`${file}.part`, 'w', 0o600);
  try {
    fs.writeFileSync(part, pem);
    fs.fsyncSync(part);
  } finally {
    fs.closeSync(part);
  }
  fs.renameSync(`${file}.part`, file);
  return keyIn(pem);
}

function keyIn(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below: what OpenSSL says of it helps nobody.
  }
  throw new Problem('key-invalid', 'witness.key is not an Ed25519 private key in PEM form (PKCS#8).');
}
