// The second line: an answer of the video system that the route tables let through is looked at for what it is. Independent of the tables; it
// fires only where one is wrong, or means something else since an upgrade.
import { isUtf8 } from 'node:buffer';
import type { Reading } from './answer-reading.js';
import type { BodyJudge } from './body-judge.js';
import { judgeHead, judgeLength } from './body-judge.js';
import { GuardHit } from './guard-hit.js';
import { judgePicture, judgePictures } from './live-pictures.js';
import { sniff } from './magic.js';
import type { MagicKind } from './magic.js';
import { scanText } from './text-scan.js';
import type { Upstream } from './upstream-addresses.js';

/** What judges a body that is read so, to its last byte. */
export function judgeOf(reading: Reading, upstream: Upstream | null): BodyJudge {
  const judge = judgeOfKind(reading, upstream);
  return reading.most === null ? judge : judgeLength(reading.most, judge);
}

function judgeOfKind(reading: Reading, upstream: Upstream | null): BodyJudge {
  switch (reading.as) {
    case 'text':
      return judgeHead((head) => mustBeText(head, reading.playlist), scanText(upstream));
    case 'picture':
    case 'live-media':
      return judgeHead((head) => mustBe(head, reading.kinds));
    case 'font':
      return judgeHead(mustBeFont);
    case 'live-picture':
      return judgePicture();
    case 'live-pictures':
      return judgePictures(reading.boundary);
  }
}

/** Control characters that no text has; those of lines, pages and terminals excepted. */
const control = /[\x00-\x07\x0e-\x1a\x1c-\x1f]/g;
/** Compressed or encrypted bytes have one control character in ten. One alone may be a slip of whoever named a camera. */
const MOST_CONTROLS = 2;

function mustBeText(head: Buffer, playlist: boolean): void {
  const found = sniff(head);
  if (found && !(playlist && found === 'playlist')) throw new GuardHit('media-bytes', `the body begins like ${found}`);
  const controls = head.toString('latin1').match(control)?.length ?? 0;
  // The last character may be cut.
  const whole = head.length < 4 || [0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)));
  if (controls > MOST_CONTROLS || (controls > 0 && !whole)) throw new GuardHit('binary-in-text', 'the beginning of the body');
}

function mustBe(head: Buffer, kinds: readonly MagicKind[]): void {
  const found = sniff(head);
  if (!found || !kinds.includes(found)) throw new GuardHit('type-untrue', `the body begins like ${found ?? 'nothing known'}`);
}

/** WOFF, WOFF2, TrueType, OpenType, collections; EOT has its mark behind its sizes. */
function mustBeFont(head: Buffer): void {
  const first = head.toString('latin1', 0, 4);
  const known = ['wOFF', 'wOF2', '\0\x01\0\0', 'OTTO', 'true', 'ttcf'].includes(first) || head.toString('latin1', 34, 36) === 'LP';
  if (!known) throw new GuardHit('type-untrue', `a font that begins like ${sniff(head) ?? 'nothing known'}`);
}
