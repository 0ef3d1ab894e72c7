// What waits in the outbox goes out: each channel by itself, one letter at a time, tried again with growing waits, dead after the last. Whoever
// raised a notice never waits for any of this.
import type { Log } from '../domain/log.js';
import type { SendFault } from '../domain/notice.js';
import type { Channel } from './channel.js';
import type { Letter } from './letter.js';
import { SendFailure } from './send-failure.js';

/** A letter of the outbox, with how often it was tried. */
export interface WaitingLetter extends Letter {
  tries: number;
}

/** Where letters wait: on disk, so that a restart loses none. */
export interface Outbox {
  /** The next one of a channel that is due. */
  nextDue(channel: string, now: Date): Promise<WaitingLetter | null>;
  /** When the next one of a channel is due; null where none waits. */
  nextAt(channel: string): Promise<Date | null>;
  sent(id: string): Promise<void>;
  /** `nextAt` null: it is dead. */
  failed(id: string, why: { fault: SendFault; answer: number | null }, nextAt: Date | null): Promise<void>;
  /** Letters of channels that are configured no more are dead. */
  buryAllBut(channels: readonly string[]): Promise<void>;
}

interface Parts {
  channels: readonly Channel[];
  outbox: Outbox;
  log: Log;
  now: () => Date;
  /** Milliseconds before each further try; past the last one a letter is dead. */
  retryDelays: readonly number[];
}

/** From half a minute to six hours: a messenger that is away over night is waited for. */
export const letterRetries: readonly number[] = [30_000, 120_000, 600_000, 1_800_000, 7_200_000, 21_600_000, 21_600_000];
/** No timer waits longer, milliseconds: clocks are set, and a store that failed is asked again. */
const LONGEST_WAIT_MS = 60_000;

export class Delivery {
  readonly #parts: Parts;
  readonly #running = new Map<string, Promise<void>>();
  /** Woken while it ran: it looks once more. */
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** When each channel may be used again, milliseconds. */
  readonly #notBefore = new Map<string, number>();
  readonly #stop = new AbortController();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get channels(): readonly Channel[] {
    return this.#parts.channels;
  }

  async begin(): Promise<void> {
    await this.#parts.outbox.buryAllBut(this.channels.map(({ name }) => name));
    this.wake();
  }

  wake(): void {
    for (const channel of this.channels) void this.#look(channel);
  }

  /** Sends all that is due now, and waits for the end of it. */
  async settle(): Promise<void> {
    await Promise.all(this.channels.map((channel) => this.#look(channel)));
  }

  /** Breaks off what is under way: it goes out at the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running.values());
  }

  #look(channel: Channel): Promise<void> {
    const running = this.#running.get(channel.name);
    if (running) {
      this.#again.add(channel.name);
      return running;
    }
    if (this.#stop.signal.aborted) return Promise.resolve();
    const run = this.#run(channel)
      .catch((cause: unknown) => {
        // A letter that went out and could not be noted as sent must not go out again at once.
        this.#rest(channel, LONGEST_WAIT_MS);
        this.#parts.log('error', { event: 'outbox-unread', channel: channel.name, cause });
      })
      .then(() => void this.#running.delete(channel.name));
    this.#running.set(channel.name, run);
    return run.then(() => this.#later(channel));
  }

  async #run(channel: Channel): Promise<void> {
    const { outbox, now } = this.#parts;
    do {
      this.#again.delete(channel.name);
      while (!this.#stop.signal.aborted && this.#restLeft(channel) === 0) {
        const letter = await outbox.nextDue(channel.name, now());
        if (!letter || this.#stop.signal.aborted) break;
        await this.#send(channel, letter);
      }
    } while (this.#again.has(channel.name) && !this.#stop.signal.aborted);
  }

  async #send(channel: Channel, { tries, ...letter }: WaitingLetter): Promise<void> {
    const { outbox, log, now, retryDelays } = this.#parts;
    const { id, request } = letter;
    const told = { channel: channel.name, ...(request !== null && { requestId: request }), operation: letter.kind };
    this.#rest(channel, channel.gapMs);
    try {
      await channel.send(letter, this.#stop.signal);
    } catch (thrown) {
      // Stopping is no failure.
      if (this.#stop.signal.aborted) return;
      // What is no word of the list is a fault of ours; its text may hold the address, so it goes nowhere.
      const failure = thrown instanceof SendFailure ? thrown : new SendFailure('unreachable');
      const delay = retryDelays[tries];
      await outbox.failed(id, failure, delay === undefined ? null : new Date(now().getTime() + delay));
      const outcome = delay === undefined ? 'dead' : 'tried again later';
      log(delay === undefined ? 'error' : 'warn', { event: 'notice-unsent', ...told, outcome, reasons: [failure.message] });
      return;
    }
    await outbox.sent(id);
    log('info', { event: 'notice-sent', ...told });
  }

  #rest({ name }: Channel, ms: number): void {
    this.#notBefore.set(name, this.#parts.now().getTime() + ms);
  }

  /** A clock that was set back keeps nobody waiting longer than the longest rest. */
  #restLeft({ name }: Channel): number {
    const left = (this.#notBefore.get(name) ?? 0) - this.#parts.now().getTime();
    return left > LONGEST_WAIT_MS ? 0 : Math.max(0, left);
  }

  async #later(channel: Channel): Promise<void> {
    const { outbox, now, log } = this.#parts;
    const at = this.#stop.signal.aborted
      ? null
      : await outbox.nextAt(channel.name).catch((cause: unknown) => {
          log('error', { event: 'outbox-unread', channel: channel.name, cause });
          return new Date(now().getTime() + LONGEST_WAIT_MS);
        });
    if (at === null || this.#stop.signal.aborted || this.#running.has(channel.name)) return;
    clearTimeout(this.#timers.get(channel.name));
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(this.#restLeft(channel), at.getTime() - now().getTime(), 1));
    this.#timers.set(
      channel.name,
      setTimeout(() => void this.#look(channel), wait),
    );
  }
}
