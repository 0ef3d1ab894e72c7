// The gate's REST API from the command line. Every writing verb goes through here, so no verb can do what the API does not allow.
import fs from 'node:fs';
import { Problem, problems, type ProblemCode } from '../domain/problem.js';
import type { Progress } from '../domain/progress.js';
import { Login, type Credentials } from './login.js';

/** How long the gate may take to begin an answer, milliseconds. */
const TIMEOUT_MS = 60_000;

/** Addresses that ask nobody who they are. */
const open = ['/api/v1/session', '/api/v1/session/renewal', '/api/v1/setup', '/api/v1/invitations/acceptance'];

export class Client {
  readonly #login: Login;

  constructor(
    private readonly gate: string,
    login: Login | Credentials | null,
    token: string | null = null,
  ) {
    this.#login = login instanceof Login ? login : new Login(login, token);
  }

  get<T>(path: string): Promise<T> {
    return this.#json<T>('GET', path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#json<T>('POST', path, body);
  }

  /** The answer itself, of an address that takes ranges. Problems: those of the gate, `vms-unreachable`. */
  async ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
    // The answer begins in time; how long its body then takes is the line's matter.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), TIMEOUT_MS);
    return this.#send('GET', path, undefined, late.signal, headers).finally(() => clearTimeout(timer));
  }

  /** Bytes as they are. */
  async upload<T>(path: string, bytes: Buffer): Promise<T> {
    return this.#json<T>('POST', path, bytes);
  }

  /** Writes to `file` by way of a temporary name; a broken download leaves nothing. `mode`: of the file; footage is its fetcher's alone. `body`: what is asked with. */
  async download(path: string, file: string, { mode = 0o600, body }: { mode?: number; body?: unknown } = {}): Promise<number> {
    const temporary = `${file}.part`;
    // The file before the question: to be shown footage is recorded, and must not be spent on a place that takes nothing.
    const handle = await openNew(temporary, mode);
    try {
      const bytes = await this.#send(body === undefined ? 'GET' : 'POST', path, body)
        .then((response) => save(response, handle))
        .finally(() => handle.close());
      await fs.promises.rename(temporary, file);
      return bytes;
    } catch (thrown) {
      await fs.promises.rm(temporary, { force: true });
      throw thrown;
    }
  }

  /** Server-sent events of one request, until the returned function is called. */
  watch(requestId: string, onProgress: (progress: Progress) => void): () => void {
    const stop = new AbortController();
    void (async () => {
      const response = await this.#send('GET', `/api/v1/requests/${requestId}/progress`, undefined, stop.signal);
      let rest = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const data = block.split('\n').find((line) => line.startsWith('data: '));
          if (data) onProgress(JSON.parse(data.slice(6)) as Progress);
        }
      }
    })().catch(() => undefined);
    return () => stop.abort();
  }

  async #json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await (await this.#send(method, path, body)).json()) as T;
  }

  async #send(method: string, path: string, body?: unknown, signal?: AbortSignal, headers?: Record<string, string>): Promise<Response> {
    const isOpen = method === 'POST' && open.includes(path);
    const post = <T>(to: string, what: unknown): Promise<T> => this.#json<T>('POST', to, what);
    const token = isOpen ? null : await this.#login.token(post);
    const response = await this.#ask(method, path, token, body, signal, headers);
    if (response.ok) return response;
    const problem = await problemOf(response);
    // Its quarter of an hour is over: what was not done is asked for once more, with the next token.
    const next = problem.code === 'token-invalid' && token !== null ? await this.#login.next(token, post) : null;
    if (next === null) throw problem;
    const second = await this.#ask(method, path, next, body, signal, headers);
    if (!second.ok) throw await problemOf(second);
    return second;
  }

  #ask(method: string, path: string, token: string | null, body: unknown, signal: AbortSignal = AbortSignal.timeout(TIMEOUT_MS), headers: Record<string, string> = {}): Promise<Response> {
    return fetch(new URL(path, this.gate), {
      method,
      signal,
      redirect: 'error',
      headers: {
        ...headers,
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json' }),
      },
      body: body === undefined ? undefined : Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body),
    }).catch((cause: unknown) => {
      throw new Problem('vms-unreachable', `The gate at ${this.gate} does not answer.`, { cause });
    });
  }
}

/** What an earlier run left there may be open to others, or a link to somewhere else: it goes. */
export async function openNew(file: string, mode: number): Promise<fs.promises.FileHandle> {
  try {
    await fs.promises.rm(file, { force: true });
    return await fs.promises.open(file, 'wx', mode);
  } catch (cause) {
    throw new Problem('config-invalid', `${file} cannot be written.`, { cause });
  }
}

/** Every byte that was announced, on disk. */
async function save(response: Response, handle: fs.promises.FileHandle): Promise<number> {
  const expected = Number(response.headers.get('content-length'));
  let bytes = 0;
  for await (const chunk of broken(response.body as unknown as AsyncIterable<Uint8Array>)) {
    await handle.write(chunk);
    bytes += chunk.byteLength;
  }
  if (bytes !== expected) throw new Problem('vms-unreachable', `The gate sent ${bytes} of ${expected} bytes.`);
  await handle.sync();
  return bytes;
}

/** What fetch throws in the middle of a body, in our words; a full disk is somebody else's fault. */
async function* broken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new Problem('vms-unreachable', 'The gate broke the transfer off.', { cause });
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const document = (await response.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    faults?: [];
    reasons?: [];
    requestId?: string;
  };
  const code = document.code !== undefined && document.code in problems ? (document.code as ProblemCode) : 'internal';
  const { faults, reasons, requestId } = document;
  return new Problem(code, document.detail ?? `The gate answered ${response.status}.`, { faults, reasons, requestId });
}
