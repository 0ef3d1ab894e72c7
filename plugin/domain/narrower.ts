// A narrower scope: every item lies inside one item of the wider scope, and something is left out. Checked, so that voices given for the
// wider scope still stand for it; widening is a new request.
import type { Item } from './export-request.js';
import { Problem } from './problem.js';
import { contains, mergeSpans } from './span.js';

const isInside = (item: Item, outer: Item): boolean => item.camera === outer.camera && item.basis === outer.basis && contains(outer, item);

/** True time and the recorder's own are two clocks: the same digits are not the same time. */
const isOverlap = (one: Item, other: Item): boolean =>
  one.camera === other.camera && one.basis === other.basis && one.from < other.to && other.from < one.to;

/** However it is cut: two halves of a span are the span. */
const isWhole = (outer: Item, items: readonly Item[]): boolean =>
  mergeSpans(items.filter((item) => item.camera === outer.camera && item.basis === outer.basis)).some((span) => contains(span, outer));

/** Problem `scope-wider` for what is not inside, `scope-same` where nothing is left out, `span-invalid` for no item or an empty span. */
export function judgeNarrower(items: readonly Item[], scope: readonly Item[]): void {
  if (items.length === 0)
    throw new Problem('span-invalid', 'A narrower scope names at least one camera and span; return the request instead.');
  for (const item of items) {
    if (item.from >= item.to)
      throw new Problem('span-invalid', `The span of ${item.camera} ends (${item.to}) before it starts (${item.from}).`);
    if (!scope.some((outer) => isInside(item, outer)))
      throw new Problem('scope-wider', `${item.camera} ${item.from} to ${item.to} is not inside the scope; wider is a new request.`);
    if (items.some((other) => other !== item && isOverlap(other, item)))
      throw new Problem('scope-wider', `Two spans of ${item.camera} overlap; name each time once.`);
  }
  if (scope.every((outer) => isWhole(outer, items)))
    throw new Problem('scope-same', 'The scope is as wide as before; agree to it, or leave something out.');
}
