// The gate's REST API from the command line. Every writing verb goes through here, so no verb can do what the API does not allow.
import fs from 'node:fs';
import { Problem, problems, type ProblemCode } from '../domain/problem.js';
import type { Progress } from '../domain/progress.js';

/** How long the gate may take to begin an answer, milliseconds. */
const TIMEOUT_MS = 60_000;

export interface Credentials {
  user: string;
  password: string;
}

export class Client {
  #token: string | null;

  constructor(
    private readonly gate: string,
    private readonly credentials: Credentials | null,
    token: string | null = null,
  ) {
    this.#token = token;
  }

  get<T>(path: string): Promise<T> {
    return this.#json<T>('GET', path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#json<T>('POST', path, body);
  }

  /** Bytes as they are. */
  async upload<T>(path: string, bytes: Buffer): Promise<T> {
    return this.#json<T>('POST', path, bytes);
  }

  /** Writes to `file` by way of a temporary name; a broken transfer leaves nothing. `mode`: of the file; footage is its fetcher's alone. */
  async download(path: string, file: string, mode = 0o600): Promise<number> {
    const temporary = `${file}.part`;
    // The file before the question: a fetch of a package is counted, and must not be spent on a place that takes nothing.
    const handle = await openNew(temporary, mode);
    try {
      const bytes = await this.#send('GET', path)
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

  async #send(method: string, path: string, body?: unknown, signal: AbortSignal = AbortSignal.timeout(TIMEOUT_MS)): Promise<Response> {
    const token = path === '/api/v1/session' || path === '/api/v1/setup' ? null : await this.#signedIn();
    const response = await fetch(new URL(path, this.gate), {
      method,
      signal,
      redirect: 'error',
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json' }),
      },
      body: body === undefined ? undefined : Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body),
    }).catch((cause: unknown) => {
      throw new Problem('vms-unreachable', `The gate at ${this.gate} does not answer.`, { cause });
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  async #signedIn(): Promise<string> {
    if (this.#token) return this.#token;
    if (!this.credentials) throw new Problem('token-missing', 'The gate wants to know who asks.');
    const { token } = await this.#json<{ token: string }>('POST', '/api/v1/session', {
      user: this.credentials.user,
      password: this.credentials.password,
    });
    return (this.#token = token);
  }
}

/** What an earlier run left there may be open to others, or a link to somewhere else: it goes. */
async function openNew(file: string, mode: number): Promise<fs.promises.FileHandle> {
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
