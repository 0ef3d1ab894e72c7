// Does the history hang together: all of one request, without a hole, each entry naming the hash of the one before?
import { entriesPath } from './layout.js';
import { Broken } from './package-fault.js';
import { whereLine } from './read-history.js';
import type { Line } from './read-history.js';

/** Is this entry in the log? Asked only to tell which of two neighbours changed. */
export type IsIncluded = (line: Line) => Promise<boolean>;

const missing = (sequence: number): Broken => new Broken('entry-missing', `${entriesPath}#${sequence}`);
const changed = (i: number): Broken => new Broken('entry-changed', whereLine(i));

/** Throws Broken: `entry-missing`, `entry-changed` (altered, reordered, or of another request). */
export async function checkChain(lines: readonly Line[], requestId: string, isIncluded: IsIncluded): Promise<void> {
  const ours = lines.some((line) => line.requestId === requestId) ? requestId : lines[0]?.requestId;
  const sequences = new Set(lines.map((line) => line.requestSequence));
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1];
    const linked = line.previous === (before ? before.leaf.toString('hex') : null);
    if (line.requestId !== ours) throw changed(i);
    // A number too high, nowhere a bearer of the one that is due, and a link to something else: that entry was taken out. With
    // the link whole, the number itself was altered; with the due one elsewhere, they were reordered.
    if (line.requestSequence !== i) throw line.requestSequence > i && !sequences.has(i) && !linked ? missing(i) : changed(i);
    if (!linked) throw before && !(await isIncluded(before)) ? changed(i - 1) : changed(i);
    if (before && line.index <= before.index) throw changed(i);
  }
  checkEnds(lines);
}

/** From the application to the seal, and nothing behind it. */
function checkEnds(lines: readonly Line[]): void {
  if (lines[0] && lines[0].event !== 'export-requested') throw changed(0);
  const seal = lines.findIndex((line) => line.event === 'package-sealed');
  if (seal < 0) throw missing(lines.length);
  if (seal < lines.length - 1) throw changed(seal + 1);
}
