// The passphrase of the gate's keys, typed on a terminal and never an argument.
import { Problem } from '../domain/problem.js';
import { askLines, type Input } from './ask-login.js';

const prompt = '密钥口令 passphrase of the keys (not shown 不显示): ';
const again = '再次输入 once more: ';
/** As in the configuration. */
const shortest = 12;

/** What opens keys that are there. Null where nobody sits at a terminal: then the keys themselves say what they lack. */
export async function askPassphrase(input: Input, prompts: NodeJS.WritableStream): Promise<string | null> {
  return input.isTTY ? (await askLines(input, prompts, [{ prompt }]))[0]! : null;
}

/** One that keys are to be put under. Problem `key-invalid`: no terminal, too short, or not typed the same twice. */
export async function askNewPassphrase(input: Input, prompts: NodeJS.WritableStream): Promise<string> {
  if (!input.isTTY)
    throw new Problem(
      'key-invalid',
      'There is no passphrase; give one by keys.passphraseFile, EXPORTGATE_KEYS_PASSPHRASE or on a terminal.',
    );
  const [first, second] = await askLines(input, prompts, [{ prompt }, { prompt: again }]);
  if (first !== second) throw new Problem('key-invalid', 'The two were not the same; nothing was changed.');
  if (first!.length < shortest) throw new Problem('key-invalid', `A passphrase has at least ${shortest} characters; nothing was changed.`);
  return first!;
}
