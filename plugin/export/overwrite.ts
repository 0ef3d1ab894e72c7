// When a recorder will write over what is asked for, as far as the site declares its retention (799 art 14, 17). Pulls go in this order.
import type { Item } from '../domain/export-request.js';
import type { Instant } from '../domain/span.js';
import type { Policy } from '../policy/load.js';

const DAY_MS = 86_400_000;

/** Of one item: its first second goes first. */
export const overwrittenAt = (policy: Policy, { camera, from }: Pick<Item, 'camera' | 'from'>): Instant =>
  new Date(Date.parse(from) + policy.place(camera).site.retentionDays * DAY_MS).toISOString();

/** Of all items of a request: the earliest, milliseconds since 1970. */
export const firstOverwrite = (policy: Policy, items: readonly Pick<Item, 'camera' | 'from'>[]): number =>
  Math.min(...items.map((item) => Date.parse(overwrittenAt(policy, item))));
