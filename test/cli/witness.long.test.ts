// exportgate witness as another agency starts it: what it prints is what the gates are told, and SIGTERM ends it well.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { addCheckpointBody } from '../../plugin/domain/formats/add-checkpoint.js';
import { checkpointText } from '../../plugin/domain/formats/checkpoint.js';
import { isCosigned } from '../../plugin/domain/formats/cosignature.js';
import { emptyRoot } from '../../plugin/domain/formats/merkle.js';
import { signNote, verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { root } from '../support/gate.js';

describe('exportgate witness', function () {
  this.timeout(60_000);
  const origin = 'exportgate.example/sh-1';
  const key = generateKeyPairSync('ed25519').privateKey;
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-cli-witness-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  const run = (yaml: string) => {
    fs.writeFileSync(path.join(folder, 'witness.yaml'), yaml);
    const child = spawn(
      process.execPath,
      [path.join(root, 'bin/exportgate.js'), '--json', '--config', path.join(folder, 'witness.yaml'), 'witness'],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    child.stdout.setEncoding('utf8');
    return child;
  };

  it('cosigns under the key that it prints, with --json {url, vkey}, the same after a restart', async () => {
    const seen: string[] = [];
    for (const status of [200, 200]) {
      const child = run(`name: witness.example/sh\ndataFolder: data\nlisten: { port: 0 }\nlogs: [${verifierKey(origin, key)}]\n`);
      const [line] = (await once(child.stdout, 'data')) as [string];
      const { url, vkey } = JSON.parse(line) as { url: string; vkey: string };
      const note = signNote(checkpointText(origin, 0, emptyRoot()), origin, key);
      const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: addCheckpointBody({ old: 0, proof: [], note }) });
      assert.equal(answer.status, status);
      assert.ok(isCosigned(note + (await answer.text()), vkey));
      seen.push(vkey);
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    }
    assert.equal(seen[0], seen[1]);
  });

  it('ends 2 on a faulty configuration', async () => {
    assert.deepEqual(await once(run('name: x\n'), 'exit'), [2, null]);
  });
});
