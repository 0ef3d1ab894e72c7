// Films of one course, cut with the ends of one repeated in the next: joined, they are the course. Cut at random, with a seed.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { joinEvents, type JoinedUnit, type OpenEvent } from '../../../adapters/zoneminder/join-events.js';
import type { MovieUnit } from '../../../adapters/zoneminder/read-movie.js';

const second = 1_000_000;
const zero = Date.parse('2026-03-01T02:00:00.400Z') * 1000;
const step = 100_000;
/** A key frame each ten pictures. */
const isKey = (number: number): boolean => number % 10 === 0;

/** Picture `number` of the course. In a scene where nothing moves, each group of pictures is the same as the one before. */
const pictureOf = (number: number, still: boolean): Buffer => Buffer.from(still ? `still ${number % 10}` : `picture ${number}`);

interface Section {
  from: number;
  to: number;
}

/** As a film tells it: its own clock, and what ZoneMinder says of its start. */
function filmOf({ from, to }: Section, { still = false, sound = false, told = zero + from * step, own = 5_000_000 } = {}): OpenEvent {
  async function* units(): AsyncGenerator<MovieUnit, void> {
    for (let number = from; number < to; number++) {
      yield { kind: 'video', micros: own + (number - from) * step, key: isKey(number), data: pictureOf(number, still) };
      if (sound) yield { kind: 'audio', micros: own + (number - from) * step + 10_000, key: true, data: Buffer.from(`sound ${number}`) };
    }
  }
  const low = Math.floor(told / second) * second;
  return { firstMicros: own, anchor: { low, best: low + second / 2, high: low + second }, parameterSets: [Buffer.from('sps'), Buffer.from('pps')], units: units() };
}

async function join(films: readonly OpenEvent[]): Promise<JoinedUnit[]> {
  async function* events(): AsyncGenerator<OpenEvent> {
    yield* films;
  }
  const units: JoinedUnit[] = [];
  for await (const unit of joinEvents(events())) units.push(unit);
  return units;
}

const pictures = (units: readonly JoinedUnit[]): JoinedUnit[] => units.filter(({ track }) => track === 0);
const textOf = ({ data }: JoinedUnit): string => data.toString();

describe('joined events', () => {
  it('are the course: no picture twice, none missing, and one clock', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ groups: fc.integer({ min: 2, max: 6 }), repeated: fc.integer({ min: 0, max: 25 }) }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (cuts, still) => {
          const films: OpenEvent[] = [];
          let [from, last] = [0, 0];
          for (const { groups, repeated } of cuts) {
            const next = from + 10 * groups;
            films.push(filmOf({ from, to: next + repeated }, { still, own: from * 77 }));
            last = Math.max(last, next + repeated);
            from = next;
          }
          const joined = pictures(await join(films));
          assert.equal(joined[0]?.utcMicros, Math.floor(zero / second) * second + second / 2);
          // In a scene where nothing moves the films do not tell by how much they overlap, but by whole groups and their times.
          assert.deepEqual(joined.map(textOf), Array.from({ length: last }, (_, number) => pictureOf(number, still).toString()));
          assert.ok(joined.every(({ utcMicros }, at) => at === 0 || Math.abs(utcMicros - joined[at - 1]!.utcMicros - step) <= 50_000));
          assert.ok(joined.slice(1).every(({ fresh }) => !fresh));
        },
      ),
    ));

  it('with a hole between them keep the hole', async () => {
    const joined = pictures(await join([filmOf({ from: 0, to: 57 }), filmOf({ from: 100, to: 150 })]));
    assert.equal(joined.length, 107);
    const [before, behind] = [joined[56]!, joined[57]!];
    assert.ok(Math.abs(behind.utcMicros - before.utcMicros - 44 * step) <= second);
    assert.deepEqual([before.fresh, behind.fresh], [false, true]);
  });

  it('that repeat nothing and follow each other within what is told go on without a step', async () => {
    const joined = pictures(await join([filmOf({ from: 0, to: 50 }), filmOf({ from: 50, to: 100 })]));
    assert.deepEqual(joined.map(({ utcMicros }) => utcMicros - joined[0]!.utcMicros), Array.from({ length: 100 }, (_, number) => number * step));
    assert.ok(joined.slice(1).every(({ fresh }) => !fresh));
  });

  it('that overlap in time and not in their bytes lose nothing', async () => {
    const other = filmOf({ from: 40, to: 90 });
    async function* encoded(): AsyncGenerator<MovieUnit, void> {
      for await (const unit of other.units) yield { ...unit, data: Buffer.concat([Buffer.from('again '), unit.data]) };
    }
    const joined = pictures(await join([filmOf({ from: 0, to: 60 }), { ...other, units: encoded() }]));
    assert.equal(joined.length, 110);
    assert.ok(joined[60]?.fresh);
  });

  it('keep to what is told where a camera’s clock drifts away from it', async () => {
    // The camera is slow by one part in a hundred: ten minutes of it are six seconds.
    const films = Array.from({ length: 150 }, (_, index) => filmOf({ from: index * 40, to: index * 40 + 47 }, { told: zero + index * 40 * step * 1.01 }));
    const joined = pictures(await join(films));
    const end = joined.at(-1)!;
    assert.ok(Math.abs(end.utcMicros - (zero + 149 * 40 * step * 1.01 + 46 * step)) < second);
    assert.ok(joined.every(({ utcMicros }, at) => at === 0 || utcMicros > joined[at - 1]!.utcMicros));
  });

  it('where the system’s clock was set follow the clock', async () => {
    const joined = pictures(await join([filmOf({ from: 0, to: 57 }), filmOf({ from: 50, to: 100 }, { told: zero + 50 * step + 3600 * second })]));
    assert.equal(joined.length, 100);
    assert.ok(joined[57]!.utcMicros - joined[56]!.utcMicros > 3590 * second);
    assert.ok(joined[57]!.fresh);
  });

  it('have each sound once', async () => {
    const joined = await join([filmOf({ from: 0, to: 57 }, { sound: true }), filmOf({ from: 50, to: 100 }, { sound: true })]);
    assert.deepEqual(joined.filter(({ track }) => track === 1).map(textOf), Array.from({ length: 100 }, (_, number) => `sound ${number}`));
  });

  it('bring parameter sets along where they are new', async () => {
    const next = { ...filmOf({ from: 100, to: 120 }), parameterSets: [Buffer.from('sps 2'), Buffer.from('pps')] };
    const joined = pictures(await join([filmOf({ from: 0, to: 50 }), next]));
    assert.deepEqual(joined[50]?.data, Buffer.concat([Buffer.from([0, 0, 0, 5]), Buffer.from('sps 2'), Buffer.from([0, 0, 0, 3]), Buffer.from('pps'), Buffer.from('picture 100')]));
    assert.equal(textOf(joined[51]!), 'picture 101');
  });

  it('have a time each, where a film tells one for two', async () => {
    const film = filmOf({ from: 0, to: 30 });
    async function* doubled(): AsyncGenerator<MovieUnit, void> {
      for await (const unit of film.units) yield unit.micros === 5_100_000 ? { ...unit, micros: 5_000_000 } : unit;
    }
    const joined = pictures(await join([{ ...film, units: doubled() }]));
    assert.ok(joined.every(({ utcMicros }, at) => at === 0 || utcMicros > joined[at - 1]!.utcMicros));
  });

  it('of which one holds nothing are joined over it', async () => {
    const joined = pictures(await join([filmOf({ from: 0, to: 57 }), filmOf({ from: 50, to: 50 }), filmOf({ from: 50, to: 100 })]));
    assert.deepEqual(joined.map(textOf), Array.from({ length: 100 }, (_, number) => `picture ${number}`));
  });

  it('of which one lies wholly in the one before are joined', async () => {
    const joined = pictures(await join([filmOf({ from: 0, to: 90 }), filmOf({ from: 80, to: 90 }), filmOf({ from: 80, to: 130 })]));
    assert.deepEqual(joined.map(textOf), Array.from({ length: 130 }, (_, number) => `picture ${number}`));
  });
});
