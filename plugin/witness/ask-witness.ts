// Asks one witness for its cosignature (c2sp.org/tlog-witness): at its configured address and no other, within a time and a size.
import type { GateEvents } from '../domain/audit-event.js';
import { addCheckpointBody, sizeMediaType } from '../domain/formats/add-checkpoint.js';
import { parseCount } from '../domain/formats/checkpoint.js';
import { goodCosignatures } from '../domain/formats/cosignature.js';
import { FormatError } from '../domain/formats/format-error.js';

export interface Witness {
  /** Below it lies `/add-checkpoint`; no slash at its end. */
  url: string;
  /** Of a cosigner: type 0x04. */
  vkey: string;
}

/** What is to be cosigned. */
export interface Candidate {
  size: number;
  /** The log's signed checkpoint over its first `size` entries. */
  note: string;
  /** Consistency proof from the first `from` entries. */
  proof(from: number): Buffer[];
}

/** A witness said no, or nothing: `said` is its status, null where there was none. `disagrees`: what it has seen of this log instead. */
export class WitnessRefusal extends Error {
  readonly disagrees: GateEvents['witness-disagreed']['why'] | null;

  constructor(
    message: string,
    readonly said: number | null,
    { disagrees, ...options }: { cause?: unknown; disagrees?: WitnessRefusal['disagrees'] } = {},
  ) {
    super(message, options);
    this.disagrees = disagrees ?? null;
  }
}

const MOST_BYTES = 64 * 1024;

/**
 * The cosignature line, verified. `known`: the size that the witness is thought to know. Throws WitnessRefusal; of a witness that has
 * seen more entries than there are (409), or another history (422), the log was cut back or written anew.
 */
export async function askWitness(witness: Witness, candidate: Candidate, known: number, signal: AbortSignal): Promise<string> {
  const first = await send(witness, candidate, Math.min(known, candidate.size), signal);
  if (first.status !== 409) return lineOf(witness, candidate, first);
  const size = sizeIn(first);
  if (size > candidate.size)
    throw new WitnessRefusal(`The witness ${witness.url} has cosigned ${size} entries of this log, which has ${candidate.size}.`, 409, { disagrees: 'more-entries' });
  return lineOf(witness, candidate, await send(witness, candidate, size, signal));
}

interface Said {
  status: number;
  type: string;
  text: string;
}

function lineOf({ url, vkey }: Witness, { note }: Candidate, { status, text }: Said): string {
  if (status === 422) throw new WitnessRefusal(`The witness ${url} has seen another history of this log.`, 422, { disagrees: 'another-history' });
  if (status !== 200) throw new WitnessRefusal(`The witness ${url} answered ${status}.`, status);
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => `${line}\n`);
  const [line] = goodCosignatures(note, lines, [vkey]);
  if (line === undefined) throw new WitnessRefusal(`The witness ${url} answered without a good cosignature of its key.`, 200);
  return line;
}

function sizeIn({ type, text }: Said): number {
  try {
    if (type.split(';')[0] === sizeMediaType && text.endsWith('\n')) return parseCount(text.slice(0, -1));
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
  }
  throw new WitnessRefusal('A witness knows another size, and does not say which.', 409);
}

async function send({ url }: Witness, { note, proof }: Candidate, old: number, signal: AbortSignal): Promise<Said> {
  try {
    const response = await fetch(`${url}/add-checkpoint`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: addCheckpointBody({ old, proof: proof(old), note }),
      // What is signed is no secret; but nobody but the configured host is ever called.
      redirect: 'error',
      signal,
    });
    return { status: response.status, type: response.headers.get('content-type') ?? '', text: await readUpTo(response, MOST_BYTES) };
  } catch (cause) {
    throw cause instanceof WitnessRefusal ? cause : new WitnessRefusal(`The witness ${url} did not answer.`, null, { cause });
  }
}

async function readUpTo(response: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > most) throw new WitnessRefusal(`A witness answered with more than ${most} bytes.`, response.status);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
