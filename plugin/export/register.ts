// The statutory register (信息调用登记, 799 art 16(2)(3)): every act on footage of a site in a month, made from the journal alone. The rules
// of its rows stand in docs/ref/register.md.
import type { Item } from '../domain/export-request.js';
import { isConfidential } from '../domain/kind.js';
import { Problem } from '../domain/problem.js';
import { makePace } from '../policy/pace.js';
import { isMonth } from './beijing.js';
import type { MonthIndex, RowEntry } from './month-index.js';
import { placeOf } from './place-of.js';
import { makeNames, rowOf, type RegisterRow, type RowParts } from './register-row.js';
import { nameSite } from './site-name.js';

export interface RegisterParts extends RowParts {
  months: MonthIndex;
}

export interface RegisterWish {
  /** A site of sites.csv; `-`: what belongs to no site. */
  site: string;
  /** `2026-03`, Beijing time. */
  month: string;
  /** Confidential requests, and nothing else; else they are left out. */
  confidential?: boolean;
  /** From 1. */
  part?: number;
}

export interface Register {
  site: string;
  siteName: string;
  cityName: string;
  month: string;
  confidential: boolean;
  part: number;
  parts: number;
  /** Rows of all parts. */
  total: number;
  /** Reading a form is no access to footage: counted, and no row. */
  formsRead: number;
  rows: readonly RegisterRow[];
}

/** `-` in the place of a site. */
export const noSite = '-';
/** Rows of one part: a month of more comes in several. */
export const partRows = 1_000;

/** Problems: `body-malformed`, `site-unknown`, `journal-corrupt`, `store-unavailable`. */
export async function registerOf(parts: RegisterParts, wish: RegisterWish): Promise<Register> {
  const { site, month, confidential = false, part = 1 } = wish;
  if (!isMonth(month)) throw new Problem('body-malformed', `“${month.slice(0, 20)}” is not a month like 2026-03.`);
  const called = site === noSite ? { siteName: '不属于任何场所', cityName: '' } : nameSite(parts, site);
  const found: { entry: RowEntry; items: readonly Item[] }[] = [];
  for await (const entry of parts.months.entries('rows', month)) {
    const items = itemsAt(parts, entry, site, confidential);
    if (items) found.push({ entry, items });
  }
  const all = Math.max(1, Math.ceil(found.length / partRows));
  if (!Number.isInteger(part) || part < 1 || part > all)
    throw new Problem('body-malformed', `The register of ${site} for ${month} has ${all} part(s); part is one of 1 to ${all}.`);
  const names = makeNames(parts);
  const pace = makePace();
  const rows: RegisterRow[] = [];
  const before = (part - 1) * partRows;
  for (const { entry, items } of found.slice(before, before + partRows)) {
    if (pace.isDue()) await pace.rest();
    rows.push({ number: before + rows.length + 1, ...(await rowOf(parts, names, entry, items)) });
  }
  return {
    site,
    ...called,
    month,
    confidential,
    part,
    parts: all,
    total: found.length,
    formsRead: await countReads(parts, site, month, confidential),
    rows,
  };
}

/** Null: no row of this register. Else, of an act without a request, the items that belong to the site. */
function itemsAt(parts: RegisterParts, entry: RowEntry, site: string, confidential: boolean): readonly Item[] | null {
  const none: readonly Item[] = [];
  switch (entry.event) {
    case 'footage-searched':
      return !confidential && entry.data.site === site ? entry.data.items : null;
    case 'request-refused':
    case 'search-refused': {
      // Nobody searches under a basis.
      if ((entry.event === 'request-refused' && isConfidential(entry.data.basis)) !== confidential) return null;
      const { items } = entry.data;
      const places = new Set(items.map(({ camera }) => siteOf(parts, camera)));
      // One that names nothing known belongs to no site, and must not be lost for that.
      if (site === noSite) return [...places].every((it) => it === null) ? items : null;
      return places.has(site) ? items.filter(({ camera }) => siteOf(parts, camera) === site) : null;
    }
    case 'access-stopped': {
      if (confidential) return null;
      const sites = camerasAsked(parts, entry.data).flatMap(({ camera }) => siteOf(parts, camera) ?? []);
      return (site === noSite ? sites.length === 0 : sites.includes(site)) ? none : null;
    }
    case 'viewing-opened':
      return atSite(parts, [entry.data.item], site, confidential);
    case 'footage-played':
      return atSite(parts, [entry.data], site, confidential);
    case 'live-watched':
      return !confidential && (siteOf(parts, entry.data.camera) ?? noSite) === site ? none : null;
    case 'footage-deleted':
      return atSite(parts, entry.data.items, site, confidential);
    case 'guard-hit':
      return !confidential && site === noSite ? none : null;
    case 'act-refused':
      // A refused act on the policy files is none on footage, nor is one on a number that was nobody's then.
      if (entry.data.code === 'request-unknown' || !parts.requests.isKnown(entry.data.request)) return null;
      return isOf(parts, entry.data.request, site, confidential) ? none : null;
    default:
      return isOf(parts, entry.requestId, site, confidential) ? none : null;
  }
}

/** What was done without a request is never confidential. Null where nothing of it lies at the site. */
function atSite(parts: RegisterParts, items: readonly Item[], site: string, confidential: boolean): readonly Item[] | null {
  const here = items.filter(({ camera }) => (siteOf(parts, camera) ?? noSite) === site);
  return confidential || here.length === 0 ? null : here.map(({ camera, from, to }) => ({ camera, from, to }));
}

/** Those of the recording that was asked for; of all that the recorder records, where that names none of them. */
function camerasAsked({ camerasOf }: RegisterParts, { recorder, recording }: { recorder: string; recording: string | null }) {
  const cameras = camerasOf(recorder);
  const asked = cameras.filter((it) => recording !== null && it.recording === recording);
  return asked.length > 0 ? asked : cameras;
}

function isOf({ requests }: RegisterParts, requestId: string, site: string, confidential: boolean): boolean {
  const { requested } = requests.state(requestId);
  return requested.site === site && isConfidential(requested.basis) === confidential;
}

const siteOf = ({ policy }: RegisterParts, camera: string): string | null => placeOf(policy, camera)?.site.id ?? null;

async function countReads(parts: RegisterParts, site: string, month: string, confidential: boolean): Promise<number> {
  let count = 0;
  for await (const { data } of parts.months.entries('reads', month)) if (isOf(parts, data.request, site, confidential)) count++;
  return count;
}
