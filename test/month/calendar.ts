// The month goes by: on each day the stories that begin, and those that go on, act in turn; between two acts the clock moves, and the nights are
// jumped over.
import type { Entry } from './programme.js';
import type { Clock, Stage } from './stage.js';
import { day, hour } from './forms.js';

/** 2026-03-01 00:00 in Beijing. */
export const monthBegins = Date.parse('2026-02-28T16:00:00.000Z');

interface Going {
  wakes: number;
  story: AsyncGenerator<number, void, void>;
}

/** All stories of the month, to their ends. `onDay`: what else is done in the evening. */
export async function liveThrough(stage: Stage, clock: Clock, begins: ReadonlyMap<number, readonly Entry[]>, onDay: (date: number) => Promise<void>): Promise<void> {
  const going: Going[] = [];
  for (let date = 1; date <= 31; date++) {
    const midnight = monthBegins + (date - 1) * day;
    const closing = midnight + 18 * hour;
    const entries = begins.get(date) ?? [];
    going.sort((a, b) => a.wakes - b.wakes);
    if (entries.length + going.filter(({ wakes }) => wakes < closing).length > 0) {
      clock.at = midnight + 9 * hour + stage.chance.below(60) * 60_000;
      stage.gate.again();
      for (const { story, city } of entries) going.push({ wakes: clock.at + stage.chance.below(20) * 60_000, story: story(stage, city) });
      await work(clock, going, closing);
    }
    clock.at = Math.max(clock.at, closing);
    await onDay(date);
  }
  if (going.length > 0) throw new Error(`${going.length} stories did not end in the month.`);
}

/** Who wakes first acts first, until nobody does before the offices close. */
async function work(clock: Clock, going: Going[], closing: number): Promise<void> {
  for (;;) {
    going.sort((a, b) => a.wakes - b.wakes);
    const [first] = going;
    if (!first || first.wakes >= closing) return;
    clock.at = Math.max(clock.at, first.wakes);
    const { done, value } = await first.story.next();
    if (done) going.shift();
    else first.wakes = clock.at + value * 60_000;
  }
}
