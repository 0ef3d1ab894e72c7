// The passphrase of the keys: typed and not shown, twice where keys are put under it, and nobody is asked without a terminal.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import type { Input } from '../../plugin/cli/ask-login.js';
import { askNewPassphrase, askPassphrase } from '../../plugin/cli/ask-passphrase.js';
import type { Problem } from '../../plugin/domain/problem.js';

function aTerminal(typed: string): { input: Input; shown: () => string; prompts: PassThrough } {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  input.write(typed);
  const prompts = new PassThrough();
  return { input, prompts, shown: () => String(prompts.read() ?? '') };
}
const noTerminal = (): Input => Object.assign(new PassThrough(), { isTTY: false });

describe('ask passphrase', () => {
  it('once, to open keys: any length, never shown', async () => {
    const { input, prompts, shown } = aTerminal('geheim\r');
    assert.equal(await askPassphrase(input, prompts), 'geheim');
    assert.match(shown(), /口令 passphrase of the keys \(not shown 不显示\): \n/);
    assert.equal(await askPassphrase(noTerminal(), prompts), null);
  });

  it('twice, to put keys under it', async () => {
    const { input, prompts, shown } = aTerminal('geheime Worte\rgeheime Worte\r');
    assert.equal(await askNewPassphrase(input, prompts), 'geheime Worte');
    assert.doesNotMatch(shown(), /geheim/);
  });

  for (const [what, typed, says] of [
    ['two that differ', 'geheime Worte\rgeheime worte\r', /not the same/],
    ['a short one', 'geheim\rgeheim\r', /at least 12/],
    ['nothing', '\r\r', /./],
  ] as const)
    it(`${what}: nothing is taken, and it is not told`, async () => {
      const { input, prompts } = aTerminal(typed);
      await assert.rejects(askNewPassphrase(input, prompts), (thrown: Problem) => says.test(thrown.detail) && !/geheim/.test(thrown.message));
    });

  it('without a terminal: says where one may be given', () =>
    assert.rejects(askNewPassphrase(noTerminal(), new PassThrough()), (thrown: Problem) => thrown.code === 'key-invalid' && /keys\.passphraseFile/.test(thrown.detail)));
});
