// What a register calls its site, also when sites.csv has it no more: its requests, and so its register, are kept as long as any other's.
import type { Policy } from '../policy/load.js';
import type { Requests } from './requests.js';

export interface SiteParts {
  policy: Policy;
  requests: Requests;
}

/** Problem `site-unknown`: neither the files nor any request of the journal name it. */
export function nameSite({ policy, requests }: SiteParts, id: string): { siteName: string; cityName: string } {
  const nameOf = (code: string): string => policy.cities.find((city) => city.code === code)?.name ?? code;
  const site = policy.sites.find((it) => it.id === id);
  if (site) return { siteName: site.name, cityName: nameOf(site.city) };
  const past = requests.ids().find((it) => requests.state(it).requested.site === id);
  if (past === undefined) return { siteName: policy.site(id).name, cityName: '' };
  return { siteName: '已撤销的场所', cityName: nameOf(requests.state(past).requested.city) };
}

/** As papers call who has the footage: city, site and its id. Problem `site-unknown`. */
export function custodianOf(parts: SiteParts, id: string): string {
  const { cityName, siteName } = nameSite(parts, id);
  return `${cityName} ${siteName}(${id})`.trimStart();
}
