// witness.yaml: read with its defaults, and every fault at once.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadWitnessConfig } from '../../plugin/config/witness-config.js';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { Problem } from '../../plugin/domain/problem.js';

const key = generateKeyPairSync('ed25519').privateKey;
const second = generateKeyPairSync('ed25519').privateKey;
const one = verifierKey('exportgate.example/sh-1', key);
const good = `name: witness.example/sh\ndataFolder: data\nlogs: [${one}]\n`;

describe('witness.yaml', () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-witness-config-'))));
  after(() => fs.rmSync(folder, { recursive: true }));
  const load = (text: string) => {
    fs.writeFileSync(path.join(folder, 'witness.yaml'), text);
    return loadWitnessConfig(path.join(folder, 'witness.yaml'));
  };

  it('is read with its defaults, beside its own file', async () =>
    assert.deepEqual(await load(good), {
      listen: { host: '127.0.0.1', port: 8449 },
      name: 'witness.example/sh',
      dataFolder: path.join(folder, 'data'),
      logs: new Map([['exportgate.example/sh-1', [one]]]),
    }));

  it('names several keys of one log', async () => {
    const [former, other] = [verifierKey('exportgate.example/sh-1', second), verifierKey('exportgate.example/sh-2', key)];
    assert.deepEqual(
      (await load(good.replace(one, `${one}, ${other}, ${former}`))).logs,
      new Map([
        ['exportgate.example/sh-1', [one, former]],
        ['exportgate.example/sh-2', [other]],
      ]),
    );
  });

  const wrong: [what: string, text: string, ...faults: string[]][] = [
    ['nothing', '', 'not-allowed (file)'],
    ['no name, and a stranger', good.replace('name', 'nane'), 'missing name', 'unknown-key nane'],
    [
      'a name with blanks and no logs',
      good.replace('witness.example/sh', 'a witness').replace(one, ''),
      'not-allowed name',
      'not-allowed logs',
    ],
    ['a key twice', good.replace(one, `${one}, ${one}`), 'named-twice logs[1]'],
    [
      'a witness’s key, and none',
      good.replace(one, `${verifierKey('w.example/x', key, 'cosignature')}, x`),
      'not-allowed logs[0]',
      'not-allowed logs[1]',
    ],
    ['a port that is none', `${good}listen: { port: 70000 }\n`, 'not-allowed listen.port'],
    ['no YAML', 'a: [', 'yaml-malformed 1:5'],
  ];
  for (const [what, text, ...faults] of wrong)
    it(`with ${what}: ${faults.join()}`, async () => {
      const thrown = await load(text).then(
        () => null,
        (problem: unknown) => problem,
      );
      assert.ok(thrown instanceof Problem && thrown.code === 'config-invalid');
      assert.deepEqual(thrown.faults!.map(({ code, where }) => `${code} ${where}`).sort(), [...faults].sort());
    });
});
