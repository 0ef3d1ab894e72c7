// A login that is typed once: what is shown, what is taken, what is refused.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { askLogin, type Input } from '../../plugin/cli/ask-login.js';
import type { Problem } from '../../plugin/domain/problem.js';

/** A terminal: raw while a login is typed. */
function aTerminal(): { input: Input & PassThrough; raw: boolean[]; shown: () => string; prompts: PassThrough } {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
  const prompts = new PassThrough();
  return { input, raw, prompts, shown: () => String(prompts.read() ?? '') };
}
const aPipe = (text: string): Input => {
  const input = new PassThrough();
  input.end(text);
  return input;
};
const refused = (thrown: Problem): boolean => thrown.code === 'config-invalid' && !/geheim/.test(thrown.message);

describe('ask login', () => {
  it('on a terminal: the name is shown, the password is not', async () => {
    const { input, raw, prompts, shown } = aTerminal();
    const login = askLogin(input, prompts);
    input.write('rott\u007f\u007f\u007foot\rge');
    input.write('hx\u007feim密\r');
    assert.deepEqual(await login, { user: 'root', password: 'geheim密' });
    const text = shown();
    assert.match(text, /rott\x08 \x08\x08 \x08\x08 \x08oot\n/);
    assert.doesNotMatch(text, /geh|密\r|\*/);
    assert.deepEqual(raw, [true, false], 'the terminal is given back');
  });

  for (const [what, key] of [['Ctrl-C', '\u0003'], ['Ctrl-D', '\u0004']] as const)
    it(`on a terminal: ${what} ends it, and the terminal is given back`, async () => {
      const { input, raw, prompts } = aTerminal();
      const login = askLogin(input, prompts);
      input.write(`root\rgeheim${key}`);
      await assert.rejects(login, refused);
      assert.deepEqual(raw, [true, false]);
    });

  it('from a pipe: two lines, with either line end', async () => {
    assert.deepEqual(await askLogin(aPipe('root\ngeheim\n'), new PassThrough()), { user: 'root', password: 'geheim' });
    assert.deepEqual(await askLogin(aPipe('root\r\nge heim'), new PassThrough()), { user: 'root', password: 'ge heim' });
  });

  for (const [what, text] of [
    ['nothing', ''], ['a name alone', 'root\n'], ['no name', '\ngeheim\n'], ['three lines', 'root\ngeheim\nmore\n'], ['a control character', 'root\nge\u001bheim\n'],
    ['a password without end', `root\n${'geheim'.repeat(1000)}`],
  ] as const)
    it(`from a pipe: ${what} is refused`, () => assert.rejects(askLogin(aPipe(text), new PassThrough()), refused));
});
