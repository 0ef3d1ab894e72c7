// What is typed once and never an argument, like a name and a password: on a terminal without showing secrets, else lines of standard input.
import { StringDecoder } from 'node:string_decoder';
import { Problem } from '../domain/problem.js';

/** What process.stdin is, on a terminal or not. */
export type Input = NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?(raw: boolean): unknown };

const longest = 256;
const nobody = (): Problem =>
  new Problem(
    'config-invalid',
    'Standard input must be a terminal, or hold one line for each question: a name and a password, for instance.',
  );

/** `prompts` go to standard error, so that standard output holds the result alone. */
export async function askLogin(input: Input, prompts: NodeJS.WritableStream): Promise<{ user: string; password: string }> {
  const [user, password] = await askLines(input, prompts, [
    { prompt: '录像机管理员 administrator of the recorder: ', isShown: true },
    { prompt: '密码 password (not shown 不显示): ' },
  ]);
  return { user: user!, password: password! };
}

export interface Line {
  prompt: string;
  isShown?: boolean;
  isOptional?: boolean;
}

/** One line for each question. Problem `config-invalid`. */
export async function askLines(input: Input, prompts: NodeJS.WritableStream, questions: readonly Line[]): Promise<string[]> {
  const answers = input.isTTY ? await typed(input, prompts, questions) : await piped(input, questions.length);
  const fits = (text: string): boolean => text.length <= longest && !/\p{Cc}/u.test(text);
  if (!questions.every(({ isOptional }, at) => fits(answers[at]!) && (isOptional || answers[at] !== ''))) throw nobody();
  return answers;
}

async function piped(input: Input, count: number): Promise<string[]> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.length;
    if (bytes > 4 * (count + 2) * longest) throw nobody();
    chunks.push(Buffer.from(chunk));
  }
  const lines = Buffer.concat(chunks).toString('utf8').split(/\r?\n/);
  if (lines.slice(count).some((line) => line !== '')) throw nobody();
  return Array.from({ length: count }, (_, at) => lines[at] ?? '');
}

async function typed(input: Input, prompts: NodeJS.WritableStream, questions: readonly Line[]): Promise<string[]> {
  // Raw, so that the terminal itself shows nothing; what may be seen is written by us.
  input.setRawMode?.(true);
  const keys = keysOf(input);
  try {
    const answers: string[] = [];
    for (const { prompt, isShown } of questions) {
      prompts.write(prompt);
      answers.push(await line(keys, (text) => prompts.write(isShown || text === '\n' ? text : '')));
    }
    return answers;
  } finally {
    input.setRawMode?.(false);
    await keys.return(undefined);
    input.pause();
  }
}

async function* keysOf(input: Input): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  for await (const chunk of input) yield* decoder.write(Buffer.from(chunk));
}

async function line(keys: AsyncGenerator<string, void, undefined>, show: (text: string) => void): Promise<string> {
  let text = '';
  for (;;) {
    const { done, value: key } = await keys.next();
    // Ctrl-C and Ctrl-D: nobody signs in.
    if (done || key === '\u0003' || key === '\u0004') throw nobody();
    if (key === '\r' || key === '\n') {
      show('\n');
      return text;
    }
    if (key === '\u007f' || key === '\b') {
      if (text) show('\b \b');
      text = [...text].slice(0, -1).join('');
    } else if (!/\p{Cc}/u.test(key) && text.length < longest) {
      text += key;
      show(key);
    }
  }
}
