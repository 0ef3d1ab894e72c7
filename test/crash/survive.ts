// One run: the server lives, is killed, lives again, as often as wanted; people go on each time; then everything is judged.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { RequestState } from '../../plugin/domain/lifecycle.js';
import { stateIn } from './journal.js';
import type { Tokens } from './people.js';
import { copyPlace, type Place } from './place.js';
import { findPlaintext, type Sign } from './plaintext.js';
import { Procedure } from './procedure.js';
import { startServer, type Server } from './server.js';
import { judge } from './verdict.js';

/** Where a life of the server ends: at a named append or rename, or so many milliseconds after its start. */
export type Death = { at: string } | { afterMs: number };

export interface Stage {
  template: Place;
  tokens: Tokens;
  signs: readonly Sign[];
}

export interface Survived {
  /** Of the last life. */
  points: readonly string[];
  /** Of the last life, from start to the end of the procedure. */
  lastLifeMs: number;
  state: RequestState;
  /** Kinds of plaintext in the work folder at the deaths. */
  atWork: readonly string[];
}

/** Milliseconds for one life, on a machine that has other things to do. */
const LONGEST_LIFE_MS = 120_000;

export interface Between {
  /** Done while the server is dead. */
  dead?(place: Place): Promise<void>;
}

/** `folder` must not exist; it is removed at the end. */
export async function survive(stage: Stage, folder: string, deaths: readonly Death[], { dead }: Between = {}): Promise<Survived> {
  const place = await copyPlace(stage.template, folder);
  const procedure = new Procedure(place, stage.tokens);
  const atWork: string[] = [];
  let held: RequestState | null = null;
  let left: string[] = [];
  try {
    for (const death of deaths) {
      const server = startServer(place, 'at' in death ? death.at : '');
      try {
        await liveUntil(server, death, alive(server, place, procedure, held, left, stage.signs));
      } finally {
        await server.kill();
      }
      // What is on disk in the moment of death: plaintext in the work folder alone.
      assert.deepEqual(await findPlaintext([place.data, place.temporary], stage.signs, place.work), [], 'footage lies in the clear at the death');
      atWork.push(...(await findPlaintext([place.work], stage.signs)).map((found) => found.split(': ')[1]!));
      left = await namesIn(place.work);
      held = await stateIn(place);
      await dead?.(place);
    }
    const started = performance.now();
    const server = startServer(place);
    try {
      await within(alive(server, place, procedure, held, left, stage.signs), server);
      const lastLifeMs = performance.now() - started;
      await server.kill();
      return { points: server.points, lastLifeMs, state: await judge(place, procedure, stage.signs), atWork };
    } finally {
      await server.kill();
    }
  } finally {
    await fs.promises.rm(folder, { recursive: true, force: true });
  }
}

/** A life: the gate comes up, what the last death left is gone, people go on. */
async function alive(server: Server, place: Place, procedure: Procedure, held: RequestState | null, left: readonly string[], signs: readonly Sign[]): Promise<void> {
  const { url } = await server.listening;
  const names = await namesIn(place.work);
  assert.deepEqual(left.filter((name) => names.includes(name)), [], 'work folders of the dead server are left');
  assert.deepEqual(await findPlaintext([place.data, place.temporary], signs, place.work), [], 'footage lies in the clear after the start');
  await procedure.goOn(url, held);
}

/** Kills at the moment of death. What people meet before it is a fault; what they meet by it is a broken line. */
export async function liveUntil(server: Server, death: Death, life: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const moment = 'at' in death ? server.halted : wait(death.afterMs, undefined, { signal: timer.signal }).catch(() => undefined);
  let dying = false;
  const lived = life.then(
    () => ('at' in death && !dying ? Promise.reject(new Error(`The server never came to: ${death.at}`)) : undefined),
    (thrown: unknown) => (dying ? undefined : Promise.reject(thrown)),
  );
  try {
    await within(Promise.race([moment, lived]), server);
  } finally {
    dying = true;
    timer.abort();
    await server.kill();
    await lived.catch(() => undefined);
  }
}

async function within<T>(step: Promise<T>, server: Server): Promise<T> {
  const timer = new AbortController();
  const late = wait(LONGEST_LIFE_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Nothing came of it in ${LONGEST_LIFE_MS} ms.`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([step, late]);
  } catch (thrown) {
    if (thrown instanceof Error) thrown.message += `\nThe server said last: ${server.complaints().slice(-1_500)}`;
    throw thrown;
  } finally {
    timer.abort();
  }
}

const namesIn = (folder: string): Promise<string[]> => fs.promises.readdir(folder).catch(() => []);
