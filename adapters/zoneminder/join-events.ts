// Consecutive events → one course of pictures. ZoneMinder begins an event with the last key frame before it, so the film of one repeats the
// end of the film before: what is there twice is known by its bytes, dropped, and tells by how much the one clock is before the other.
import { createHash } from 'node:crypto';
import { Problem } from '../../plugin/domain/problem.js';
import { joinNals } from './codec-data.js';
import type { Anchor } from './event-time.js';
import { preRollBytes, unitWeight } from './limits.js';
import type { MovieUnit } from './read-movie.js';

/** An event whose film was opened. */
export interface OpenEvent {
  /** Of its first picture, on the film's clock and by what ZoneMinder tells. */
  firstMicros: number;
  anchor: Anchor;
  parameterSets: readonly Buffer[];
  units: AsyncGenerator<MovieUnit, void>;
}

export interface JoinedUnit {
  track: 0 | 1;
  utcMicros: number;
  key: boolean;
  data: Buffer;
  /** Nothing before it is joined to it. */
  fresh: boolean;
}

/** Pictures of the end of a film that are remembered: events overlap by a group of pictures, or two. */
const remembered = 2000;
/** How far a course may be from what an event tells of itself and still go on: where bytes join them, a recorder that was busy told its
 *  times late; where nothing does, whole seconds leave so much open. Microseconds. */
const farthest = { joined: 3_000_000, following: 1_000_000 };
/** A camera's clock drifts against the system's: with each event the course comes nearer to it by so much at most. */
const nudge = 50_000;

const digestOf = (data: Buffer): string => createHash('sha256').update(data).digest('base64');
const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** Where the course goes on; null where the event tells of another time. */
function follow(course: number, { low, high }: Anchor, most: number): number | null {
  const off = within(course, low, high) - course;
  return Math.abs(off) > most ? null : course + within(off, -nudge, nudge);
}

interface Seen {
  digest: string;
  utcMicros: number;
}

/** A way to lay a film over the one before: its first picture is the one at `at` there, and so many are the same. */
interface Way {
  at: number;
  repeated: number;
}

/** Reads the beginning of a film as far as it repeats the end of the one before, to the end of that, or to its own. */
async function compare(units: AsyncGenerator<MovieUnit, void>, tail: readonly Seen[]) {
  const head: MovieUnit[] = [];
  let open: number[] | null = null;
  const ways: Way[] = [];
  /** The film's first picture stands in the tail more than once. */
  let still = false;
  let [pictures, bytes] = [0, 0];
  while (open === null || open.length > 0) {
    const step = await units.next();
    if (step.done) {
      ways.push(...(open ?? []).map((at) => ({ at, repeated: pictures })));
      break;
    }
    head.push(step.value);
    bytes += step.value.data.length + unitWeight;
    if (bytes > preRollBytes) throw new Problem('vms-fault', 'The video system’s films repeat each other without end.');
    if (step.value.kind !== 'video') continue;
    const digest = digestOf(step.value.data);
    // Where in the tail the film could begin.
    const begins: number[] = open ?? tail.flatMap((seen, at) => (seen.digest === digest ? [at] : []));
    still ||= begins.length > 1;
    const going = begins.filter((at) => tail[at + pictures]?.digest === digest);
    pictures++;
    ways.push(...going.filter((at) => at + pictures === tail.length).map((at) => ({ at, repeated: pictures })));
    open = going.filter((at) => at + pictures < tail.length);
  }
  // Where nothing moves, the same bytes come again and again: it may as well be that nothing is repeated.
  return { head, ways: still ? [...ways, { at: tail.length, repeated: 0 }] : ways };
}

async function* all(head: readonly MovieUnit[], rest: AsyncGenerator<MovieUnit, void>): AsyncGenerator<MovieUnit, void> {
  yield* head;
  yield* rest;
}

/** Problem `vms-fault`, and what the films' readers throw. */
export async function* joinEvents(events: AsyncIterable<OpenEvent>): AsyncGenerator<JoinedUnit, void> {
  let tail: Seen[] = [];
  let sets: readonly Buffer[] = [];
  let heard = -Infinity;
  /** Between the last two pictures. */
  let usual = 0;

  for await (const { firstMicros, anchor, parameterSets, units } of events) {
    const before = tail.at(-1);
    const { head, ways } = before ? await compare(units, tail) : { head: [], ways: [] };
    const next = before && before.utcMicros + Math.max(usual, 1);
    const own = head.find(({ kind }) => kind === 'video')?.micros ?? firstMicros;
    /** With what is added to the film's clock, the likeliest first; of equals the one that repeats the least. */
    const [joined] = ways
      .map(({ at, repeated }) => ({ repeated, offset: (tail[at]?.utcMicros ?? next!) - own }))
      .map((way) => ({ ...way, off: Math.abs(way.offset + firstMicros - anchor.best) }))
      .sort((a, b) => a.off - b.off || a.repeated - b.repeated);
    const course = joined ? joined.offset + firstMicros : next;
    const followed = course === undefined ? null : follow(course, anchor, joined ? farthest.joined : farthest.following);
    const begins = followed ?? anchor.best;
    let fresh = followed === null;
    const offset = begins - firstMicros;
    let left = joined?.repeated ?? 0;
    let brings = !joined && parameterSets.some((set, at) => !sets[at]?.equals(set)) && sets.length > 0;
    sets = parameterSets;

    for await (const unit of all(head, units)) {
      const at = unit.micros + offset;
      if (unit.kind === 'audio') {
        if (at <= heard) continue;
        heard = at;
        yield { track: 1, utcMicros: at, key: true, data: unit.data, fresh: false };
        continue;
      }
      if (left > 0) {
        left--;
        continue;
      }
      const last = tail.at(-1);
      // The first film after a start tells one time for its first two pictures.
      const utcMicros = at === last?.utcMicros ? at + 1 : at;
      usual = last && utcMicros > last.utcMicros ? utcMicros - last.utcMicros : usual;
      tail.push({ digest: digestOf(unit.data), utcMicros });
      if (tail.length > 2 * remembered) tail = tail.slice(-remembered);
      // What the film tells of its parameter sets came with it, and the pictures need it.
      yield {
        track: 0,
        utcMicros,
        key: unit.key,
        data: brings && unit.key ? Buffer.concat([joinNals(parameterSets), unit.data]) : unit.data,
        fresh,
      };
      brings &&= !unit.key;
      fresh = false;
    }
  }
}
