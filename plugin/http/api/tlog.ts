// The journal as a transparency log (c2sp.org/tlog-tiles) below /journal: checkpoint, tiles, and proofs for whoever has no tiles.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { FormatError } from '../../domain/formats/format-error.js';
import { parseCount } from '../../domain/formats/checkpoint.js';
import { parseTilePath, tileWidth, type Tile } from '../../domain/formats/tlog-tiles.js';
import { Problem } from '../../domain/problem.js';
import type { Person } from '../../domain/subject.js';
import { operation, type Operation } from '../operation.js';
import { type emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const YEAR_S = 31_536_000;
const compress = promisify(gzip);

const checkpointAt = (path: string): Operation<ApiParts> =>
  operation<ApiParts, typeof emptySchema>({
    method: 'get',
    path,
    summary: 'The signed checkpoint (C2SP signed note)',
    open: true,
    answers: 'text/plain',
    async run({ journal }, { response }) {
      response.type('text/plain; charset=utf-8').send(await journal.published());
      return null;
    },
  });

const entries = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/journal/tile/entries/{tile}',
  takesRest: true,
  summary: 'Entries of a tile, <N>[.p/<W>] (C2SP tlog-tiles), for auditors',
  answers: 'application/octet-stream',
  async run(parts, { subject, params, request, response }) {
    expectAuditor(parts, subject);
    const tile = tileOf(`tile/entries/${params['tile']!}`);
    const bytes = expectThere(parts.journal.tile(tile));
    await parts.reads.tellJournal(subject, tile.index * tileWidth, tile.width);
    response.vary('Accept-Encoding').type('application/octet-stream');
    if (!request.acceptsEncodings('gzip')) response.send(bytes);
    else response.set('Content-Encoding', 'gzip').send(await compress(bytes));
    return null;
  },
});

const hashes = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/journal/tile/{tile}',
  takesRest: true,
  summary: 'Hashes of a tile, <L>/<N>[.p/<W>] (C2SP tlog-tiles), for auditors, or for all where the log is public',
  open: 'public-log',
  answers: 'application/octet-stream',
  async run(parts, { subject, params, response }) {
    expectMayHash(parts, subject);
    const bytes = expectThere(parts.journal.tile(tileOf(`tile/${params['tile']!}`)));
    // What a tile's name stands for never changes.
    response.set('Cache-Control', `${parts.logIsPublic ? 'public' : 'private'}, max-age=${YEAR_S}, immutable`);
    response.type('application/octet-stream').send(bytes);
    return null;
  },
});

const inclusion = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/journal/proof/inclusion',
  summary: 'Hashes (base64) that prove that entry ?index is among the first ?size',
  open: 'public-log',
  async run(parts, { subject, query }) {
    expectMayHash(parts, subject);
    const [index, size] = [countOf(query, 'index'), countOf(query, 'size')];
    if (size > parts.journal.size || index >= size) throw beyond(parts);
    const proof = parts.journal.inclusionProof(index, size);
    return { status: 200, body: { index, size, hashes: proof.map((hash) => hash.toString('base64')) } };
  },
});

const consistency = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/journal/proof/consistency',
  summary: 'Hashes (base64) that prove that the first ?to entries continue the first ?from',
  open: 'public-log',
  async run(parts, { subject, query }) {
    expectMayHash(parts, subject);
    const [from, to] = [countOf(query, 'from'), countOf(query, 'to')];
    if (to > parts.journal.size || from > to) throw beyond(parts);
    const proof = parts.journal.consistencyProof(from, to);
    return { status: 200, body: { from, to, hashes: proof.map((hash) => hash.toString('base64')) } };
  },
});

function expectAuditor({ policy }: ApiParts, { user }: Person): void {
  if (!policy.allows(user, 'read-journal', 'journal:*', null))
    throw new Problem('not-permitted', 'Tiles and proofs of the journal need the act read-journal.');
}

/** Threat: an entry has little in it that cannot be guessed, so who knows a colleague's pseudonym tries instants until a leaf hash fits. */
const expectMayHash = (parts: ApiParts, subject: Person): void => (parts.logIsPublic ? undefined : expectAuditor(parts, subject));

function tileOf(path: string): Tile {
  try {
    return parseTilePath(path);
  } catch (thrown) {
    if (thrown instanceof FormatError) throw new Problem('not-found', thrown.message);
    throw thrown;
  }
}

function expectThere(bytes: Buffer | null): Buffer {
  if (!bytes) throw new Problem('not-found', 'The journal does not go so far.');
  return bytes;
}

function countOf(query: URLSearchParams, name: string): number {
  try {
    return parseCount(query.get(name) ?? '');
  } catch {
    throw new Problem('body-malformed', `?${name} is wanted: a whole number without leading zeros.`);
  }
}

const beyond = ({ journal }: ApiParts): Problem =>
  new Problem(
    'not-found',
    `The journal has ${journal.size} entries; right is index below size, from not above to, and neither beyond them.`,
  );

export const tlogOperations: readonly Operation<ApiParts>[] = [
  checkpointAt('/journal/checkpoint'),
  checkpointAt('/api/v1/journal/checkpoint'),
  entries,
  hashes,
  inclusion,
  consistency,
];
