// A name and a password that are typed once: on a terminal without showing the password, else two lines of standard input. Never an argument.
import { StringDecoder } from 'node:string_decoder';
import { Problem } from '../domain/problem.js';

/** What process.stdin is, on a terminal or not. */
export type Input = NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?(raw: boolean): unknown };

const longest = 256;
const nobody = (): Problem =>
  new Problem('config-invalid', 'Standard input must be a terminal, or hold two lines: the administrator’s name and the password.');

/** `prompts` go to standard error, so that standard output holds the result alone. */
export async function askLogin(input: Input, prompts: NodeJS.WritableStream): Promise<{ user: string; password: string }> {
  const login = input.isTTY ? await typed(input, prompts) : await piped(input);
  const fits = (text: string): boolean => text.length > 0 && text.length <= longest && !/\p{Cc}/u.test(text);
  if (!fits(login.user) || !fits(login.password)) throw nobody();
  return login;
}

async function piped(input: Input): Promise<{ user: string; password: string }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.length;
    if (bytes > 8 * longest) throw nobody();
    chunks.push(Buffer.from(chunk));
  }
  const [user = '', password = '', ...rest] = Buffer.concat(chunks).toString('utf8').split(/\r?\n/);
  if (rest.some((line) => line !== '')) throw nobody();
  return { user, password };
}

async function typed(input: Input, prompts: NodeJS.WritableStream): Promise<{ user: string; password: string }> {
  // Raw, so that the terminal itself shows nothing; what may be seen is written by us.
  input.setRawMode?.(true);
  const keys = keysOf(input);
  try {
    prompts.write('录像机管理员 administrator of the recorder: ');
    const user = await line(keys, (text) => prompts.write(text));
    prompts.write('密码 password (not shown 不显示): ');
    const password = await line(keys, (text) => prompts.write(text === '\n' ? text : ''));
    return { user, password };
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
