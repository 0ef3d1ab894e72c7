// A policy as large as the gate must bear, made up from a seed: real city codes and the shipped rows; places, cameras and people invented.
import fs from 'node:fs';
import path from 'node:path';
import { fixedFiles } from '../plugin/policy/folder.js';
import { makeChance, type Chance } from './chance.js';
import { root } from './children.js';

const most = { cities: 300, sites: 3_000, cameras: 30_000, users: 100_000 } as const;

interface BigCity {
  code: string;
  name: string;
  tier: string;
}

export interface BigSite {
  id: string;
  city: BigCity;
  cameras: { id: string; groups: string }[];
}

export interface BigPolicy {
  texts: Record<string, string>;
  sites: readonly BigSite[];
  /** Everybody of roles.csv. */
  users: readonly string[];
  /** City code → its investigators and 治安 officers. */
  officers: ReadonlyMap<string, readonly string[]>;
}

const families =
  'wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang deng han feng cao peng'.split(
    ' ',
  );
const given =
  'wei fang na min jing qiang lei yan jun jie ping gang hui ming hong bo lan yong juan tao xin peng yu hao kai lin rui chen'.split(' ');
const places = [
  ['YUNFAN', '云帆广场'],
  ['QINGLAN', '青岚中心'],
  ['HAITANG', '海棠广场'],
  ['JINXI', '锦溪广场'],
  ['WUTONG', '梧桐天地'],
  ['LINGYUN', '凌云客运站'],
  ['HAIOU', '海鸥公园'],
  ['YINXING', '银杏街区'],
] as const;
const views = [
  ['gate', 'group:entrance', '东门'],
  ['hall', 'group:entrance', '大厅'],
  ['street', 'group:street', '北侧道路'],
  ['parking', 'group:parking', '停车场'],
  ['school', 'group:school group:street', '托管中心门前'],
  ['clinic', 'group:medical', '诊所门前'],
  ['yard', '-', '内院'],
] as const;
/** Two of each at every site. */
const siteRoles = ['evidence-clerk', 'site-security-manager', 'privacy-officer', 'unit-head', 'duty-manager'] as const;
/** One of each: who applies for citizens at the counter, and under the site's own tickets. */
const siteApplicants = ['reception', 'security-staff'] as const;

const shipped = (file: string): string => fs.readFileSync(path.join(root, 'policies', file), 'utf8');

export function makeBigPolicy(seed: number): BigPolicy {
  const chance = makeChance(seed);
  const cities = pickCities();
  const sites = makeSites(cities, chance);
  const { lines, users, officers } = makePeople(cities, sites, chance);
  const texts: Record<string, string> = {
    'cities.csv': asText(['code,name,tier', ...cities.map(({ code, name, tier }) => `${code},${name},${tier}`)]),
    'sites.csv': asText([
      'site,city,regime,retentionDays,name',
      ...sites.map(({ id, city }, at) => `${id},${city.code},ART7,${chance.pick([30, 60, 90])},${placeOf(at)[1]}${at + 1}(示例)`),
    ]),
    'cameras.csv': asText([
      'camera,site,groups,name',
      ...sites.flatMap(({ id, cameras }) => cameras.map((camera) => `${camera.id},${id},${camera.groups},机位(示例)`)),
    ]),
    'roles.csv': asText(lines),
    'directory.csv': asText([
      'id,city,unit,phone',
      ...cities.map(({ code, name }, at) => `command-${code},${code},示例${name}指挥中心,0555-${String(at).padStart(4, '0')}`),
    ]),
    'tests/big.csv': asText(['user,at,act,basis,hours,late,verdict,expect', ...makeTests(sites, officers, chance)]),
  };
  // Whatever else a policy folder must hold, as it is shipped.
  for (const file of fixedFiles) texts[file] ??= shipped(file);
  for (const city of cities)
    texts[`cities/${city.code}.csv`] = asText(
      makeCityRows(
        city,
        sites.filter((site) => site.city === city),
        chance,
      ),
    );
  return { texts, sites, users, officers };
}

/** In one piece, as it comes from a file: text put together in memory is a chain of its parts. */
const asText = (lines: readonly string[]): string => Buffer.from(`${lines.join('\n')}\n`).toString();

/** Those of the higher tiers first: they are fewer, and have more sites. */
function pickCities(): BigCity[] {
  const all = [...shipped('cities.csv').matchAll(/^([1-9]\d{5}),([^,\n]+),([123])$/gm)].map(([, code = '', name = '', tier = '']) => ({
    code,
    name,
    tier,
  }));
  return all.sort((a, b) => a.tier.localeCompare(b.tier)).slice(0, most.cities);
}

const placeOf = (at: number): (typeof places)[number] => places[at % places.length]!;

/** A city of tier 1 has six times the sites of one of tier 3, one of tier 2 three times. */
function makeSites(cities: readonly BigCity[], chance: Chance): BigSite[] {
  const share = { 1: 6, 2: 3, 3: 1 } as Record<string, number>;
  const slots = [...cities, ...cities.flatMap((city) => Array.from({ length: share[city.tier]! - 1 }, () => city))];
  return Array.from({ length: most.sites }, (_, at) => {
    const id = `${placeOf(at)[0]}-${at + 1}`;
    const cameras = Array.from({ length: most.cameras / most.sites }, (_, number) => {
      const [view, groups] = chance.pick(views);
      return { id: `${id.toLowerCase()}-${view}-${number + 1}`, groups };
    });
    return { id, city: slots[at % slots.length]!, cameras };
  });
}

interface People {
  lines: string[];
  users: string[];
  officers: Map<string, string[]>;
}

/** The people of every site and city first; everybody else is an officer of some city. */
function makePeople(cities: readonly BigCity[], sites: readonly BigSite[], chance: Chance): People {
  const users: string[] = [];
  const lines = ['# Who holds which role, and where. All of these people are invented. 示例'];
  const officers = new Map<string, string[]>();
  const give = (user: string, role: string, place: string): unknown => lines.push(`g, ${user}, role:${role}, ${place}`);
  const hire = (role: string, place: string): string => {
    const user = `user:${chance.pick(families)}.${chance.pick(given)}${chance.pick(given)}.${users.length}`;
    users.push(user);
    give(user, role, place);
    return user;
  };
  for (const role of ['administrator', 'administrator', 'auditor']) hire(role, '*');
  for (const { code, name, tier } of cities) {
    lines.push('', `# ${name}`);
    hire('auditor', code);
    if (tier === '2') for (const _ of [1, 2, 3]) hire('executor.city', code);
  }
  for (const { id, city } of sites) {
    lines.push('', `# ${city.name} ${id}`);
    const place = `${city.code}/${id}`;
    for (const role of siteRoles) for (const _ of [1, 2]) hire(role, place);
    for (const role of siteApplicants) hire(role, place);
    const executors = { 1: 'executor.department', 3: 'executor.site' }[city.tier];
    if (executors) for (const _ of [1, 2]) hire(executors, place);
  }
  lines.push('', '# 侦查, 治安');
  while (users.length < most.users) {
    const { code } = users.length % 4 === 0 ? chance.pick(sites).city : cities[users.length % cities.length]!;
    const [role, other] =
      chance.below(10) < 7 ? ['police.investigator', 'police.public-order'] : ['police.public-order', 'police.investigator'];
    const user = hire(role!, code);
    if (chance.below(12) === 0) give(user, other!, code);
    officers.set(code, [...(officers.get(code) ?? []), user]);
  }
  return { lines, users, officers };
}

/** Two, four or five rows, each of which adds to the city's tier; what one kind of applicant is asked, the other is asked too. */
function makeCityRows({ code, name }: BigCity, sites: readonly BigSite[], chance: Chance): string[] {
  const added = chance.pick(['instrument:notice+approval', 'register:10y', 'downloads:1', 'instrument:notice+approval retain:5d']);
  const site = chance.pick(sites);
  const camera = chance.pick(site.cameras).id;
  const [group] = chance.pick(site.cameras.filter(({ groups }) => groups !== '-')).groups.split(' ');
  const rows = [
    `p, role:police.investigator, ${code}, camera:*, request, ordinary, *, allow, ${added}`,
    `p, role:police.public-order, ${code}, camera:*, request, ADMIN_CASE, *, allow, ${added}`,
    `p, role:police.investigator, ${code}/${site.id}, ${group}, request, ordinary, *, allow, mask:faces officers:3`,
    `p, role:police.public-order, ${code}/${site.id}, ${group}, request, ADMIN_CASE, *, allow, mask:faces officers:3`,
    `p, role:police.public-order, ${code}, camera:${camera}, request, ADMIN_CASE, *, deny, -`,
  ];
  return [`# ${name}: made up for the bench. 示例`, ...rows.slice(0, chance.pick([2, 4, 5]))];
}

/** An assertion for every tenth site: its officers may ask there. */
const makeTests = (sites: readonly BigSite[], officers: ReadonlyMap<string, readonly string[]>, chance: Chance): string[] =>
  sites
    .filter((_, at) => at % 10 === 0)
    .map(
      ({ city, cameras }) =>
        `${chance.pick(officers.get(city.code)!)},${cameras[0]!.id},request,ADMIN_URGENT,1,no,allow,approve:duty-manager`,
    );
