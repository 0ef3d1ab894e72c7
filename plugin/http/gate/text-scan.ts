// A text on its way out, read to its end: what is spelled in it, what stands in data: addresses, what leads past the gate. A text is held back
// from the place where something might begin that has not ended.
import type { BodyJudge } from './body-judge.js';
import { escapedMedia } from './escaped-media.js';
import { GuardHit } from './guard-hit.js';
import { findInline, LONGEST_HEAD, MOST_ICON_BYTES, MOST_ICONS } from './inline-media.js';
import { findRuns, judgeRun } from './spelled-media.js';
import type { Run } from './spelled-media.js';
import { addressFinder, LONGEST_ADDRESS } from './upstream-addresses.js';
import type { Edit, Upstream } from './upstream-addresses.js';

/** Nothing that is looked for and has a fixed form is longer than this. */
const TAIL = Math.max(LONGEST_HEAD, LONGEST_ADDRESS);
/** Of an endless run this much stays: the longest spelling of an icon in what is looked at once (`0x89, `: six characters a byte). */
const RUN_KEPT = 16 * 1024;
/** Characters that come before what is held is looked at again: one at a time would cost the square of the length. */
const STEP = 2048;
/** Bytes held back at most, beside the chunk that just came. */
export const MOST_HELD = 2 * RUN_KEPT + TAIL + STEP;

interface Place {
  start: number;
  end: number;
}

/**
 * For one text. Holds back at least `TAIL` until the end: a text that pauses (an event stream) comes late by that much. `Upstream` null: no
 * address is changed.
 */
export function scanText(upstream: Upstream | null): BodyJudge & { mostHeld(): number } {
  const findAddresses = upstream ? addressFinder(upstream) : () => [];
  let parts: Buffer[] = [];
  let held = 0;
  let mostHeld = 0;
  /** Came since the text was looked at. */
  let fresh = 0;
  /** Where the held text begins in the body. */
  let at = 0;
  /** It begins within a run whose beginning has left. */
  let continued = false;
  const icons = { count: 0, bytes: 0 };

  const hit = (why: GuardHit['why'], offset: number, what: string): GuardHit =>
    new GuardHit(why, `byte ${at + offset} of the body: ${what}`);

  const countIcon = (offset: number, bytes: number): void => {
    icons.count += 1;
    icons.bytes += bytes;
    if (icons.count > MOST_ICONS || icons.bytes > MOST_ICON_BYTES) throw hit('inline-media', offset, 'too many small pictures');
  };

  /** Reads what is there; gives what may leave. */
  const look = (final: boolean): Buffer[] => {
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    const text = bytes.toString('latin1');
    const length = bytes.length;
    const nul = bytes.indexOf(0);
    if (nul >= 0) throw hit('binary-in-text', nul, 'a byte 0');
    const escaped = escapedMedia(text);
    if (escaped) throw hit('spelled-media', escaped.at, escaped.what);

    /** What must leave as a whole, or stay; in what is not ended, `end` is beyond everything. `icon`: bytes of one in it. */
    const whole: (Place & { icon: number })[] = [];
    for (const { start, end, fault, bytes: icon } of findInline(text, final ? length : Math.max(0, length - TAIL))) {
      if (fault !== null) throw hit('inline-media', start, fault);
      whole.push({ start, end, icon });
    }
    const { long, open } = findRuns(bytes);
    whole.push(...long.map((run) => judgeLongRun(run, text, final)));
    // A short run may go on; a long one was judged as far as it has come.
    if (!final && open !== long.at(-1)?.start) whole.push({ start: open, end: Infinity, icon: 0 });
    const edits = findAddresses(text, final);
    const upTo = final ? length : leaveUpTo(Math.max(0, length - TAIL), [...whole, ...edits]);
    // Counted when they leave: what stays is looked at again.
    for (const { start, end, icon } of whole) if (icon > 0 && end <= upTo) countIcon(start, icon);

    continued = long.some((run) => run.start < upTo && upTo < run.end) || (upTo === 0 && continued);
    at += upTo;
    const rest = bytes.subarray(upTo);
    // A copy, so that a few bytes do not keep a whole chunk in memory.
    parts = rest.length > 0 ? [rest.length * 2 < length ? Buffer.from(rest) : rest] : [];
    held = rest.length;
    fresh = 0;
    return edited(bytes.subarray(0, upTo), edits);
  };

  /** What of a run must leave as a whole. Throws where it spells media. */
  const judgeLongRun = (run: Run, text: string, final: boolean): Place & { icon: number } => {
    const isOpen = run.end === text.length && !final;
    const isEndless = run.end - run.start >= 2 * RUN_KEPT;
    if (isOpen && !isEndless) return { start: run.start, end: Infinity, icon: 0 };
    const raw = text.slice(run.start, run.end);
    const { large, icon } = judgeRun(raw, continued && run.start === 0);
    if (large) throw hit('spelled-media', run.start, `${large.kind}, ${large.bytes} bytes`);
    const start = isEndless ? run.end - RUN_KEPT : run.start;
    // An icon in a data: address is counted as that.
    return isOpen ? { start, end: Infinity, icon: 0 } : { start, end: run.end, icon: /base64/i.test(raw) ? 0 : icon };
  };

  return {
    push(chunk) {
      parts.push(chunk);
      held += chunk.length;
      fresh += chunk.length;
      const out = fresh < STEP ? [] : look(false);
      mostHeld = Math.max(mostHeld, held);
      return out;
    },
    end: () => (held > 0 ? look(true) : []),
    held: () => held,
    mostHeld: () => mostHeld,
  };
}

/** The last place before which everything has ended that began. */
function leaveUpTo(limit: number, whole: readonly Place[]): number {
  // From the last to the first: what is kept for one may keep the end of one before it.
  return [...whole].sort((a, b) => b.start - a.start).reduce((upTo, { start, end }) => (start < upTo && upTo < end ? start : upTo), limit);
}

function edited(bytes: Buffer, edits: readonly Edit[]): Buffer[] {
  const out: Buffer[] = [];
  let from = 0;
  for (const { start, end, text } of edits) {
    if (end > bytes.length) break;
    out.push(bytes.subarray(from, start), Buffer.from(text, 'latin1'));
    from = end;
  }
  out.push(bytes.subarray(from));
  return out.filter((part) => part.length > 0);
}
