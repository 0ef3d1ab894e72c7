// units.ndjson of a sealed camera, read back part by part.
import type { UnitLine } from '../media/mux-parts.js';
import { Problem } from '../domain/problem.js';

/** Longer than any line that is written. */
const mostLineBytes = 4096;

/** Lines of each part that is `wanted`, in order. A part's lines stand together; only one part is in memory. Problem `object-corrupt`. */
export async function* unitsByPart(
  pieces: AsyncIterable<Buffer>,
  wanted: (part: number) => boolean,
): AsyncGenerator<{ part: number; units: UnitLine[] }> {
  let units: UnitLine[] = [];
  for await (const line of linesOf(pieces)) {
    if (units.length > 0 && units[0]!.part !== line.part) {
      yield { part: units[0]!.part, units };
      units = [];
    }
    if (wanted(line.part)) units.push(line);
  }
  if (units.length > 0) yield { part: units[0]!.part, units };
}

/** Lines of one part; none where the list has none. */
export async function unitsOf(pieces: AsyncIterable<Buffer>, wanted: number): Promise<UnitLine[]> {
  for await (const { units } of unitsByPart(pieces, (part) => part === wanted)) return units;
  return [];
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<UnitLine> {
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      yield JSON.parse(bytes.toString('utf8', from, end)) as UnitLine;
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > mostLineBytes) break;
  }
  if (rest.length > 0) throw new Problem('object-corrupt', 'A sealed list of units is not one.');
}
