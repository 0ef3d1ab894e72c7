// A request of a footage class, allowed: the marked copy on the same address, in the system's own shape. No byte of the system's own answer
// leaves here: what is asked for is looked up, judged, pulled and marked.
import { randomInt } from 'node:crypto';
import type http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import type { Asked } from '../../domain/asked.js';
import { Problem } from '../../domain/problem.js';
import type { Person } from '../../domain/subject.js';
import type { AnswerForm, Footage } from '../../domain/web-front.js';
import type { PackageFile } from '../../evidence/read-exactly.js';
import { writeZip, zipLayout } from '../../evidence/zip.js';
import type { OpenCopy } from '../../export/marked-copies.js';
import { keepJudging } from '../../export/keep-judging.js';
import { copyOf, judgePieces, judgeStill, play, sizeOf, type Judged } from '../../export/play.js';
import { againJudged } from './judge-again.js';
import { readRange } from './range.js';
import { put, type Begun, type WebSession } from './sessions.js';
import type { Walk, WebGateParts } from './web-gate.js';

const MOST_BEGUN = 200;
/** Of one archive. */
const MOST_PIECES = 100;

const noStore = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** Problems: those of `WebFront.wanted`, `judgePieces`, `copyOf`. */
export async function answerFootage(gate: WebGateParts, walk: Walk, person: Person, response: http.ServerResponse): Promise<void> {
  const { asked, session } = walk;
  const { signal } = walk.gone;
  const route = walk.route!;
  const begun = begunUnder(gate, asked, session);
  if (begun?.kind === 'playback' && route.replace === 'none') return answerCommand(gate, asked, begun, response);
  if (begun?.kind === 'archive' && route.replace === 'zip') return sendArchive(gate, walk, person, begun.footage, response);
  const { footage, form } = await gate.web.wanted(asked, route, signal);
  walk.footage = footage;
  walk.file = form.kind === 'archive';
  const shown = footage.map((piece) => within(piece, form));
  const judged = await judgePieces(gate, person, gate.recorder.id, shown, form.kind);
  if (form.kind === 'archive') return orderArchive(gate, walk, footage, response);
  const [piece] = judged;
  if (!piece || judged.length > 1) throw new Problem('route-blocked', 'One event at a time is shown here.');
  if (form.kind === 'mjpeg') return streamPictures(gate, walk, person, piece, form, response);
  const marked = form.kind === 'still' ? form : { kind: 'clip' as const, sound: true };
  const head = headOf(piece, form.kind);
  // Nothing is made for a question about it.
  if (asked.method === 'HEAD') return void response.writeHead(200, { ...head, ...wholeOrNot(sizeOf(gate, person, gate.recorder.id, piece, form.kind, marked)) }).end();
  const copy = await copyOf(gate, person, gate.recorder.id, piece, form.kind, marked, signal);
  try {
    await sendCopy(copy, walk, head, stillOf(gate, walk, person, judged, form.kind), response);
  } finally {
    // Held on, it would be kept for ever, and count against the room for others.
    copy.close();
  }
}

/** Asks whether these pieces may still be shown; with it `send` ends an answer that may last for hours. */
function stillOf(gate: WebGateParts, walk: Walk, person: Person, pieces: readonly Judged[], form: AnswerForm['kind']): Still {
  return { now: gate.now, judge: againJudged(gate, walk, person, () => judgeStill(gate, person, pieces, form)) };
}

const headOf = ({ camera, footage: { event } }: Judged, form: 'clip' | 'still') => ({
  ...noStore,
  'Content-Type': form === 'still' ? 'image/jpeg' : 'video/mp4',
  'Content-Disposition': `inline; filename="${camera}-${event}.${form === 'still' ? 'jpg' : 'mp4'}"`,
});
/** Bytes; null while it is being made. */
const wholeOrNot = (size: number | null) => (size === null ? { 'Accept-Ranges': 'none' } : { 'Accept-Ranges': 'bytes', 'Content-Length': size });

/** What was begun in this session under the key that the request names. */
export function begunUnder({ web }: WebGateParts, asked: Asked, { begun }: WebSession): Begun | null {
  const key = web.keyOf(asked);
  return (key !== null && begun.get(key)) || null;
}

/** Of an event, as much as the answer shows of it. */
const within = (piece: Footage, form: AnswerForm): Footage =>
  form.kind === 'mjpeg' && form.from > piece.from ? { ...piece, from: form.from } : piece;

/** While it is made it is one stream from its beginning; once it is finished, players may ask for ranges of it. */
async function sendCopy(copy: OpenCopy, { headers }: Walk, head: http.OutgoingHttpHeaders, still: Still, response: http.ServerResponse): Promise<void> {
  const size = copy.size();
  if (size === null) {
    response.writeHead(200, { ...head, ...wholeOrNot(null) });
    return send(copy.read(), still, response);
  }
  // A copy has no validator, so none that a client names is its: it gets the whole (RFC 9110, 13.1.5).
  const range = headers['if-range'] === undefined ? readRange(headers.range, size) : null;
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...noStore, 'Content-Range': `bytes */${size}`, 'Content-Length': 0 }).end();
    return;
  }
  const { from, to } = range ?? { from: 0, to: size };
  const partial = range && { 'Content-Range': `bytes ${from}-${to - 1}/${size}` };
  response.writeHead(range ? 206 : 200, { ...head, ...partial, ...wholeOrNot(to - from) });
  await send(copy.read({ from, to }), still, response);
}

interface Still {
  now: () => Date;
  judge: () => Promise<void>;
}

/** Waits for a slow reader; what is read ends when the reader is gone, or may be shown no longer. */
const send = (bytes: AsyncIterable<Buffer>, { now, judge }: Still, response: http.ServerResponse): Promise<void> =>
  pipeline(Readable.from(keepJudging(bytes, now, judge), { objectMode: false, highWaterMark: 256 * 1024 }), response);

async function streamPictures(
  gate: WebGateParts,
  walk: Walk,
  person: Person,
  piece: Judged,
  form: Extract<AnswerForm, { kind: 'mjpeg' }>,
  response: http.ServerResponse,
): Promise<void> {
  const { asked, session } = walk;
  const { signal } = walk.gone;
  const { boundary, ratePercent, scalePercent } = form;
  const head = { ...noStore, 'Content-Type': `multipart/x-mixed-replace;boundary=${boundary}`, Connection: 'close' };
  if (asked.method === 'HEAD') return void response.writeHead(200, head).end();
  const key = gate.web.keyOf(asked);
  if (key !== null) {
    const { event } = piece.footage;
    put(session.begun, key, { kind: 'playback', event, ...piece.span, startedAt: gate.now().getTime(), ratePercent }, MOST_BEGUN);
  }
  const marked = { kind: 'mjpeg' as const, boundary, ratePercent, scalePercent };
  const pictures = gate.copies.through(person.pseudonym, (abort) => play(gate, person, gate.recorder.id, piece, 'mjpeg', marked, abort), signal);
  try {
    // What fails before its first picture is a problem, and no stream.
    const first = await pictures.next();
    response.writeHead(200, head);
    await send(begunWith(first, pictures), stillOf(gate, walk, person, [piece], form.kind), response);
  } finally {
    // A client that went away meanwhile reads not even the first one: the place in the line is given back all the same.
    await pictures.return(undefined);
  }
}

async function* begunWith<T>(first: IteratorResult<T>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (!first.done) yield first.value;
  yield* rest;
}

/** Of a stream that the gate itself plays: what its page asks for again and again, in the system's own words. It moves to no other event. */
export function answerCommand({ web, now }: WebGateParts, asked: Asked, begun: Extract<Begun, { kind: 'playback' }>, response: http.ServerResponse): void {
  const { contentType, body } = web.streamCommanded(asked, { ...begun, sinceMs: now().getTime() - begun.startedAt });
  response.writeHead(200, { ...noStore, 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

/** The order is answered at once with a key of the gate's own; the files are made when they are fetched. */
function orderArchive({ web }: WebGateParts, { asked, session }: Walk, footage: readonly Footage[], response: http.ServerResponse): void {
  if (footage.length === 0 || footage.length > MOST_PIECES)
    throw new Problem('route-blocked', `An archive holds 1 to ${MOST_PIECES} events; here ${footage.length}.`);
  const key = String(randomInt(1, 2 ** 31));
  put(session.begun, key, { kind: 'archive', footage }, MOST_BEGUN);
  const { contentType, body } = web.archiveOrdered(asked, key);
  response.writeHead(200, { ...noStore, 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

/** Judged again, all of it, when it is fetched: what was allowed at the order may be so no more. */
async function sendArchive(gate: WebGateParts, walk: Walk, person: Person, footage: readonly Footage[], response: http.ServerResponse): Promise<void> {
  walk.footage = footage;
  walk.file = true;
  const judged = await judgePieces(gate, person, gate.recorder.id, footage, 'archive');
  if (walk.asked.method === 'HEAD') return void response.writeHead(200, { ...noStore, 'Content-Type': 'application/zip' }).end();
  const copies: OpenCopy[] = [];
  try {
    for (const piece of judged) copies.push(await copyOf(gate, person, gate.recorder.id, piece, 'archive', { kind: 'clip', sound: true }, walk.gone.signal));
    await sendFiles(gate, walk, person, judged, copies, response);
  } finally {
    for (const copy of copies) copy.close();
  }
}

async function sendFiles(gate: WebGateParts, walk: Walk, person: Person, judged: readonly Judged[], copies: readonly OpenCopy[], response: http.ServerResponse): Promise<void> {
  const files: PackageFile[] = [];
  for (const [at, { camera, footage }] of judged.entries()) files.push(await fileOf(copies[at]!, `${camera}-${footage.event}.mp4`));
  const still = stillOf(gate, walk, person, judged, 'archive');
  // All of it was made meanwhile.
  await still.judge();
  const { total } = zipLayout(files);
  response.writeHead(200, { ...noStore, 'Content-Type': 'application/zip', 'Content-Length': total, 'Content-Disposition': 'attachment; filename="marked-clips.zip"' });
  await send(writeZip(files), still, response);
}

async function fileOf(copy: OpenCopy, path: string): Promise<PackageFile> {
  let [sum, bytes] = [0, 0];
  for await (const chunk of copy.read()) {
    sum = crc32(chunk, sum);
    bytes += chunk.length;
  }
  return { path, bytes, crc32: sum, read: (from, to) => copy.read({ from, to }) };
}

