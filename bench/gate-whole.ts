// The whole gate in front of the stand-in's pages, in a process of its own: real policies, store, journal, and one person who is signed in.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { adapters } from '../adapters/index.js';
import { startGate } from '../plugin/assemble.js';
import { Client } from '../plugin/cli/client.js';
import { Login } from '../plugin/cli/login.js';
import { loadConfig } from '../plugin/config/config.js';
import { noLog } from '../plugin/domain/log.js';
import { account as systemAccount } from '../test/adapters/zoneminder/stand-in.js';
import { join, joinGate } from '../test/support/people.js';
import { root } from './children.js';
import { account } from './gate-mix.js';

const user = 'user:qhd.lian.duty';
const { upstream } = (await json(process.stdin)) as { upstream: string };
const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-bench-'));
await fs.promises.writeFile(
  path.join(folder, 'exportgate.yaml'),
  `listen: { host: 127.0.0.1, port: 0 }
dataFolder: data
keysFolder: keys
policiesFolder: ${JSON.stringify(path.join(root, 'policies'))}
journal: { origin: bench.exportgate.example/one }
recorders:
  - { id: zm-1, adapter: zoneminder, url: "${upstream}/zm/", user: ${systemAccount.user}, web: { host: 127.0.0.2, port: 0, people: [{ account: ${account}, user: "${user}" }] } }
cameras:
  - { camera: qhd-ho-gate, recorder: zm-1, recording: "1" }
`,
);
const now = (): Date => new Date();
const gate = await startGate(
  await loadConfig(path.join(folder, 'exportgate.yaml'), { EXPORTGATE_RECORDER_ZM_1_PASSWORD: systemAccount.password }, adapters),
  {
    ...{ version: '0.0.0', log: noLog, now, searchPath: process.env['PATH'] ?? '', allowBundledFfmpeg: true, retryDelays: [50] },
    synchronised: async () => 'unknown',
  },
);
const whom = (name: string) => ({ user: name, name: '示例', unit: '示例单位' });
const card = { idKind: 'WORK', idNumber: '示例-000001' };
const administrator = new Client(
  gate.url,
  new Login(await join(gate.url, '/api/v1/setup', { token: gate.setupToken, ...whom('user:root.luo') }, now)),
);
const nobody = (): Promise<never> => Promise.reject(new Error('This person needs two administrators.'));
await joinGate(gate.url, { ...whom(user), card }, administrator, nobody, now);

process.on(
  'SIGTERM',
  () =>
    void gate
      .close()
      .then(() => fs.promises.rm(folder, { recursive: true, force: true }))
      .then(() => process.exit(0)),
);
process.stdout.write(`listening ${gate.fronts.find(({ recorder }) => recorder === 'zm-1')!.url} ${process.pid}\n`);
