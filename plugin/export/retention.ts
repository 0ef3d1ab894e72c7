// Until when a site's requests and their footage are kept, and what holds them: the clocks, told before they strike.
import { isConfidential } from '../domain/kind.js';
import type { State } from '../domain/lifecycle.js';
import type { Instant } from '../domain/span.js';
import type { Store } from '../store/store.js';
import { keptInRegister } from './erase.js';
import { expiresAt } from './expire.js';
import type { MonthIndex } from './month-index.js';
import type { Requests } from './requests.js';

interface Parts {
  requests: Requests;
  store: Store;
  months: MonthIndex;
}

export interface Retention {
  requestId: string;
  state: State;
  /** Before that no personal value of it is erased (F7). */
  keptUntil: Instant;
  /** When its sealed footage is destroyed; null where it is not going to be. A hold stops it. */
  footageExpiresAt: Instant | null;
  hold: { until: Instant | null; at: Instant } | null;
  /** Values that were erased. */
  erased: number;
}

/** Newest first; confidential requests are left out. */
export async function retentionOf({ requests, store, months }: Parts, site: string, limit: number, before?: string): Promise<Retention[]> {
  await months.catchUp();
  const found: Retention[] = [];
  let last = before;
  const isHidden = (id: string): boolean => !requests.isKnown(id) || isConfidential(requests.state(id).requested.basis) || requests.state(id).requested.site !== site;
  if (before !== undefined && isHidden(before)) return [];
  for (;;) {
    const rows = await store.requests.listRequests({ site, limit, ...(last !== undefined && { before: last }) });
    for (const { id } of rows) {
      const state = requests.state(id);
      if (isConfidential(state.requested.basis)) continue;
      found.push({
        requestId: id,
        state: state.state,
        keptUntil: keptInRegister(months, state),
        footageExpiresAt: expiresAt(state),
        hold: state.hold && { until: state.hold.until, at: state.hold.at },
        erased: state.erased.length,
      });
      if (found.length === limit) return found;
    }
    last = rows.at(-1)?.id;
    if (rows.length < limit) return found;
  }
}
