// Where footage comes from: cities, sites, groups and cameras, each line judged, each name held against the file it points to.
import type { Camera, City, Regime, Site, Tier } from '../domain/camera.js';
import type { Fault } from '../domain/problem.js';
import { readTable, type Cell } from './csv.js';
import type { Pace } from './pace.js';
import { add } from './faults.js';

export interface Places {
  cities: ReadonlyMap<string, City>;
  sites: ReadonlyMap<string, Site>;
  cameras: ReadonlyMap<string, Camera>;
  /** Every group, and whether it makes a request sensitive. */
  groups: ReadonlyMap<string, boolean>;
}

/** As many good values as a person reads. */
const some = (names: Iterable<string>): string => {
  const all = [...names];
  return all.length > 20 ? `${all.slice(0, 20).join(', ')} and ${all.length - 20} more` : all.join(', ');
};

const regimes: readonly Regime[] = ['ART7', 'ART9', 'PRIVATE'];

const malformed = (cell: Cell, wanted: string): Fault => ({
  code: 'value-malformed',
  where: cell.where,
  detail: `“${cell.text}” is not ${wanted}.`,
});

/** Puts the row under its id; a second one of the same id is a fault. */
function put<T>(map: Map<string, T>, id: Cell, value: T, faults: Fault[]): void {
  if (map.has(id.text))
    faults.push({ code: 'id-duplicate', where: id.where, detail: `${id.text} stands in this file already; each id once.` });
  else map.set(id.text, Object.freeze(value) as T);
}

/** The cell fits the pattern; otherwise a fault says what would. */
function fits(cell: Cell, pattern: RegExp, wanted: string, faults: Fault[]): boolean {
  const good = pattern.test(cell.text);
  if (!good) faults.push(malformed(cell, wanted));
  return good;
}

export async function readCities(text: string, faults: Fault[], pace: Pace): Promise<Map<string, City>> {
  const cities = new Map<string, City>();
  const table = await readTable('cities.csv', text, ['code', 'name', 'tier'], pace);
  add(faults, table.faults);
  for (const { code, name, tier } of table.rows) {
    if (pace.isDue()) await pace.rest();
    const good = [fits(code, /^[1-9]\d{5}$/, 'a GB/T 2260 code of six digits', faults), fits(tier, /^[123]$/, 'a tier: 1, 2 or 3', faults)];
    if (good.every(Boolean)) put(cities, code, { code: code.text, name: name.text, tier: Number(tier.text) as Tier }, faults);
  }
  return cities;
}

/** The sites, and where each declares its retention (for F6). */
export async function readSites(
  text: string,
  cities: ReadonlyMap<string, City>,
  faults: Fault[],
  pace: Pace,
): Promise<{ sites: Map<string, Site>; declared: { site: Site; where: string }[] }> {
  const sites = new Map<string, Site>();
  const declared: { site: Site; where: string }[] = [];
  const table = await readTable('sites.csv', text, ['site', 'city', 'regime', 'retentionDays', 'name'], pace);
  add(faults, table.faults);
  for (const { site, city, regime, retentionDays, name } of table.rows) {
    if (pace.isDue()) await pace.rest();
    const good = [
      fits(site, /^[A-Z0-9][A-Z0-9-]{1,15}$/, 'a site id: 2 to 16 capital letters, digits and -', faults),
      fits(regime, /^(ART7|ART9|PRIVATE)$/, `a regime: ${regimes.join(', ')}`, faults),
      fits(retentionDays, /^[1-9]\d{0,3}$/, 'a whole number of days, 1 to 9999', faults),
    ];
    if (!cities.has(city.text)) {
      good.push(false);
      faults.push({
        code: 'city-unknown',
        where: city.where,
        detail: `${city.text} is not listed in cities.csv; a city that is not listed is refused.`,
      });
    }
    if (!good.every(Boolean)) continue;
    const row = {
      id: site.text,
      city: city.text,
      regime: regime.text as Regime,
      retentionDays: Number(retentionDays.text),
      name: name.text,
    };
    put(sites, site, row, faults);
    declared.push({ site: row, where: retentionDays.where });
  }
  return { sites, declared };
}

export async function readGroups(text: string, faults: Fault[], pace: Pace): Promise<Map<string, boolean>> {
  const groups = new Map<string, boolean>();
  const table = await readTable('groups.csv', text, ['group', 'sensitive', 'zh', 'en'], pace);
  add(faults, table.faults);
  for (const { group, sensitive } of table.rows) {
    if (pace.isDue()) await pace.rest();
    const good = [
      fits(group, /^group:[a-z0-9][a-z0-9-]{0,31}$/, 'a group such as group:school', faults),
      fits(sensitive, /^(yes|no)$/, 'yes or no', faults),
    ];
    if (good.every(Boolean)) put(groups, group, sensitive.text === 'yes', faults);
  }
  return groups;
}

export async function readCameras(
  text: string,
  { sites, groups }: Pick<Places, 'sites' | 'groups'>,
  faults: Fault[],
  pace: Pace,
): Promise<Map<string, Camera>> {
  const cameras = new Map<string, Camera>();
  const table = await readTable('cameras.csv', text, ['camera', 'site', 'groups', 'name'], pace);
  add(faults, table.faults);
  for (const { camera, site, groups: cell, name } of table.rows) {
    if (pace.isDue()) await pace.rest();
    const named = cell.text === '-' ? [] : cell.text.split(/\s+/);
    const good = fits(camera, /^[a-z0-9][a-z0-9-]{0,31}$/, 'a camera id: 1 to 32 small letters, digits and -', faults);
    // Where no site could be read, that is the fault, not one more for each camera.
    if (sites.size > 0 && !sites.has(site.text))
      faults.push({
        code: 'site-unknown',
        where: site.where,
        detail: `${site.text} is not a (valid) site of sites.csv: ${some(sites.keys())}.`,
      });
    for (const group of named.filter((group) => !groups.has(group)))
      faults.push({
        code: 'group-unknown',
        where: cell.where,
        detail: `${group} is not listed in groups.csv: ${[...groups.keys()].join(', ')}; - for none.`,
      });
    if (good) put(cameras, camera, { id: camera.text, site: site.text, groups: Object.freeze(named), name: name.text }, faults);
  }
  return cameras;
}
