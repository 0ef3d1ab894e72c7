// The policy folder → a Policy, whole or not at all. What is handed out never changes: a new policy is a new object, swapped in by
// whoever holds the old one.
import type { Camera, City, Place, Site } from '../domain/camera.js';
import { acts, type Act, type Decision, type Question } from '../domain/decision.js';
import type { MaskArea } from '../domain/mask-area.js';
import type { Step } from '../domain/plan.js';
import { Problem, type Fault } from '../domain/problem.js';
import { isUserId, type RoleName, type UserId } from '../domain/subject.js';
import { allows, decide, type Grounds } from './decide.js';
import { judgeModel, makeEnforcer, makeRoles, type Words } from './enforcer.js';
import { readDirectory, type DirectoryEntry } from './directory.js';
import { findSitesInUse, judgeEditors, judgeFillable, judgeHeld } from './fillable.js';
import { judgeFloor } from './floor.js';
import { filesIn, readFolder, takeTexts, versionOf, type PolicyTexts } from './folder.js';
import { readLaw, type Law } from './law.js';
import { readMasks } from './masks.js';
import { makePace, paced, type Pace } from './pace.js';
import { judgeRoles, readHoldings, readSteps, type Holding, type StepRow } from './people.js';
import { readCameras, readCities, readGroups, readSites, type Places } from './places.js';
import { RowIndex } from './row-index.js';
import { readRows, rowFiles, type PolicyRow } from './rows.js';
import { runSelfTests } from './self-test.js';
import { judgeShadows, reachOf } from './shadows.js';
import { judgeTightening } from './tighten.js';
import { add, told } from './faults.js';

export interface Policy {
  /** `sha256:…` of all policy files in canonical form. */
  readonly version: string;
  /** The files as they were read. */
  readonly texts: PolicyTexts;
  readonly law: Law;
  readonly rows: readonly PolicyRow[];
  readonly cities: readonly City[];
  readonly sites: readonly Site[];
  readonly cameras: readonly Camera[];
  /** In the order of steps.csv. */
  readonly steps: readonly StepRow[];
  readonly holdings: readonly Holding[];
  /** By its id: whom to call back, and on which number. */
  readonly directory: ReadonlyMap<string, DirectoryEntry>;
  /** What is hidden of a camera in every derivative. */
  readonly masks: ReadonlyMap<string, readonly MaskArea[]>;
  /** Groups whose cameras make a request sensitive. */
  readonly sensitiveGroups: readonly string[];
  /** May this person do this to footage, and on what terms? Problems: `camera-unknown`, `sites-mixed`, `span-invalid`. */
  decide(question: Question): Decision;
  /** A camera with all that its place implies. Problem `camera-unknown`. */
  place(camera: string): Place;
  /** Problem `site-unknown`. */
  site(id: string): Site;
  /** Problem `city-unknown`. */
  city(code: string): City;
  /** Does the person hold the role at the site: there, in its city, or everywhere? An unknown site: no. */
  holds(user: UserId, role: RoleName, site: string): boolean;
  /** Acts that need no legal basis: `request:*` at a site, `journal:*`, `account:*`, `policy:*` (site null: held everywhere). */
  allows(user: UserId, act: Act, object: string, site: string | null): boolean;
  /** Names of steps.csv → the steps, in its order. Problem `policy-invalid` for a name that it lacks. */
  stepsInOrder(names: readonly string[]): Step[];
}

/** Problem `policy-invalid` with every fault: never half a policy. */
export async function loadPolicy(folder: string): Promise<Policy> {
  const { policy, faults } = await judgeFolder(folder);
  return policy ?? refuseAll(faults);
}

/** The same from texts that were read before. */
export async function loadTexts(texts: Readonly<Record<string, string>>): Promise<Policy> {
  const { policy, faults } = await judgeTexts(texts);
  return policy ?? refuseAll(faults);
}

function refuseAll(faults: readonly Fault[]): never {
  throw new Problem('policy-invalid', `The policy files have ${faults.length} fault(s); none of them was put in force.`, { faults });
}

export interface Judgement {
  /** Null where there is a fault. */
  policy: Policy | null;
  faults: readonly Fault[];
  /** Assertions of tests/ that held. */
  testsPassed: number;
}

/** Every fault of a policy folder. */
export async function judgeFolder(folder: string): Promise<Judgement> {
  const faults: Fault[] = [];
  const texts = await readFolder(folder, faults);
  return texts ? judge(texts) : { policy: null, faults: told(faults), testsPassed: 0 };
}

/** Every fault of texts that came another way. */
export async function judgeTexts(given: Readonly<Record<string, string>>): Promise<Judgement> {
  const faults: Fault[] = [];
  const texts = takeTexts(given, faults);
  return texts ? judge(texts) : { policy: null, faults: told(faults), testsPassed: 0 };
}

/** Every fault of a policy folder. */
export const checkPolicies = async (folder: string): Promise<readonly Fault[]> => (await judgeFolder(folder)).faults;

/** Read and judge line by line; whole, put together; put together, asked what its own tests ask. In slices. */
async function judge(texts: PolicyTexts): Promise<Judgement> {
  const pace = makePace();
  const faults: Fault[] = [];
  const read = await readTexts(texts, faults, pace);
  if (!read?.isWhole) return { policy: null, faults: told(faults), testsPassed: 0 };
  // Every line is good: what the rows then say can be asked, even where the lint will keep them out of force.
  const policy = await assemble(texts, read, pace);
  const tests = await runSelfTests(texts, policy, pace);
  add(faults, tests.faults);
  return { policy: faults.length === 0 ? policy : null, faults: told(faults), testsPassed: tests.passed };
}

interface Read {
  law: Law;
  places: Places;
  steps: ReadonlyMap<string, StepRow>;
  holdings: readonly Holding[];
  directory: ReadonlyMap<string, DirectoryEntry>;
  masks: ReadonlyMap<string, readonly MaskArea[]>;
  rows: readonly PolicyRow[];
  index: RowIndex;
  /** Was every line read? */
  isWhole: boolean;
}

/**
 * Later files are held against earlier ones, so the order is that of who points to whom. What is read beside faults is never put in
 * force; null where the law cannot be read.
 */
export async function readTexts(texts: PolicyTexts, faults: Fault[], pace: Pace): Promise<Read | null> {
  faults.push(...judgeModel(texts['model.conf']));
  const law = readLaw(texts['law.json'], faults);
  const cities = await readCities(texts['cities.csv'], faults, pace);
  const { sites, declared } = await readSites(texts['sites.csv'], cities, faults, pace);
  const groups = await readGroups(texts['groups.csv'], faults, pace);
  const cameras = await readCameras(texts['cameras.csv'], { sites, groups }, faults, pace);
  const directory = await readDirectory(texts['directory.csv'], cities, faults, pace);
  const masks = await readMasks(texts['masks.csv'], cameras, faults, pace);
  const steps = await readSteps(texts['steps.csv'], faults, pace);
  const arePlacesWhole = faults.length === 0;
  const { holdings, doubtful, named } = await readHoldings(texts['roles.csv'], { cities, sites }, faults, pace);
  const roles = new Set([...steps.values()].map(({ role }) => role));
  for (const { role } of [...holdings, ...doubtful]) roles.add(role);
  const inUse = await findSitesInUse(sites, cameras.values(), groups, pace);
  const awake = new Set(['*', ...inUse.flatMap(({ id, city }) => [`tier-${cities.get(city)!.tier}`, city, `${city}/${id}`])]);
  const known = { roles, awake, cameras: new Set(cameras.keys()), groups: new Set(groups.keys()), steps: new Set(steps.keys()) };
  const leftOut = new Set<string>();
  const rows = await readAllRows(texts, { cities, sites }, known, faults, leftOut, pace);
  // Only beside whole row files: a row left out for another fault may be the one that knows the role.
  if (leftOut.size === 0) add(faults, judgeRoles(named, new Set([...rows, ...steps.values()].map(({ role }) => role))));
  const isWhole = faults.length === 0;
  if (rows.length === 0)
    faults.push({ code: 'rows-missing', where: 'tier-1.csv', detail: 'No row stands in any tier file, so nobody may do anything.' });
  if (!law) return null;
  const index = new RowIndex(rows, {
    tierOf: (city) => `tier-${cities.get(city)?.tier ?? 0}`,
    groupsOf: (camera) => cameras.get(camera)?.groups ?? [],
  });
  // One slip of the pen is one fault, not one more for each row that relied on the line.
  const sound = leftOut.has('*') ? [] : rows.filter(({ role }) => !leftOut.has(role));
  add(faults, await judgeFloor(sound, index, declared, law, pace));
  if (leftOut.size === 0) add(faults, await judgeTightening(rows, index, law, pace));
  if (leftOut.size === 0 && arePlacesWhole) {
    const ground = { sites: inUse, awake, steps, holdings: doubtful.length > 0 ? [...holdings, ...doubtful] : holdings, index };
    add(faults, await judgeShadows(rows, index, await reachOf(inUse, awake, index, pace), pace));
    add(faults, await judgeHeld(rows, ground, pace));
    add(faults, await judgeFillable(ground, pace));
    add(faults, judgeEditors(ground.holdings, index));
  }
  return { law, places: { cities, sites, cameras, groups }, steps, holdings, directory, masks, rows, index, isWhole };
}

async function readAllRows(
  texts: PolicyTexts,
  { cities, sites }: Pick<Places, 'cities' | 'sites'>,
  known: Parameters<typeof readRows>[3],
  faults: Fault[],
  leftOut: Set<string>,
  pace: Pace,
): Promise<PolicyRow[]> {
  const rows: PolicyRow[] = [];
  for (const [file, place] of Object.entries(rowFiles))
    add(rows, await readRows(file, texts[file]!, [place], known, faults, leftOut, pace));
  for (const file of filesIn('cities', texts)) {
    const city = file.slice('cities/'.length, -'.csv'.length);
    if (!cities.has(city)) {
      faults.push({
        code: 'city-unknown',
        where: file,
        detail: `${city} is not listed in cities.csv; the file is named for a city there.`,
      });
      continue;
    }
    const places = [city, ...[...sites.values()].filter((site) => site.city === city).map(({ id }) => `${city}/${id}`)];
    add(rows, await readRows(file, texts[file]!, places, known, faults, leftOut, pace));
  }
  return rows;
}

/** What was read, put together: judged before, by whoever calls. */
export async function assemble(
  texts: PolicyTexts,
  { law, places, steps, holdings, directory, masks, rows, index }: Read,
  pace: Pace,
): Promise<Policy> {
  const version = await versionOf(texts, pace);
  const { cities, sites, cameras, groups } = places;
  const held = new Set<string>();
  for (const { user, role, place } of holdings) {
    if (pace.isDue()) await pace.rest();
    held.add(`${user} ${role} ${place}`);
  }
  const holdsAt = (user: string, role: string, spots: readonly string[]): boolean =>
    spots.some((spot) => held.has(`${user} ${role} ${spot}`));
  const site = (id: string): Site => sites.get(id) ?? refuse('site-unknown', `There is no site ${quote(id)} in sites.csv.`);
  const city = (code: string): City =>
    cities.get(code) ?? refuse('city-unknown', `The city ${quote(code)} is in no tier: cities.csv does not list it.`);
  const place = (id: string): Place => {
    const camera = cameras.get(id) ?? refuse('camera-unknown', `There is no camera ${quote(id)} in cameras.csv.`);
    const where = site(camera.site);
    return { camera, site: where, city: city(where.city) };
  };
  const ordered = [...steps.values()].sort((a, b) => a.order - b.order);
  const stepsInOrder = (names: readonly string[]): Step[] => {
    const unknown = names.filter((name) => !steps.has(name));
    if (unknown.length > 0) throw new Problem('policy-invalid', `steps.csv has no step ${unknown.map(quote).join(', ')}.`);
    return ordered.filter(({ step }) => names.includes(step)).map(({ step, role }) => ({ step, role }));
  };
  const sensitiveGroups = [...groups].filter(([, sensitive]) => sensitive).map(([group]) => group);
  const grounds: Grounds = {
    version,
    index,
    sensitiveGroups,
    namedObjects: new Set(rows.map(({ object }) => object)),
    steps: ordered,
    place,
    holdsAt,
    enforce: await makeEnforce(holdings, index, sites.values(), pace),
  };
  return Object.freeze({
    version,
    texts,
    law,
    rows: Object.freeze([...rows]),
    steps: Object.freeze(ordered),
    holdings: Object.freeze([...holdings]),
    directory,
    masks,
    sensitiveGroups: Object.freeze(sensitiveGroups),
    cities: Object.freeze([...cities.values()]),
    sites: Object.freeze([...sites.values()]),
    cameras: Object.freeze([...cameras.values()]),
    decide: (question: Question) => decide(grounds, question),
    place,
    site,
    city,
    stepsInOrder,
    holds: (user: UserId, role: RoleName, id: string) => {
      const where = sites.get(id);
      return where !== undefined && isUserId(user) && holdsAt(user, role, ['*', where.city, `${where.city}/${id}`]);
    },
    allows: (user: UserId, act: Act, object: string, id: string | null) => {
      if (id !== null && !sites.has(id)) return false;
      const where = id === null ? null : site(id);
      return allows(grounds, user, act, object, where && { site: where, city: city(where.city) });
    },
  });
}

/**
 * casbin is linear in rows, so it is asked about those rows alone that can stand where the question is and are for its act: an
 * enforcer for every act and set of places that hold rows for it. That this changes no verdict is a property test against casbin with all rows.
 */
async function makeEnforce(holdings: readonly Holding[], index: RowIndex, sites: Iterable<Site>, pace: Pace): Promise<Grounds['enforce']> {
  const roles = await makeRoles(holdings, pace);
  const enforcers = new Map<string, (words: Words) => boolean>();
  const keyOf = (places: readonly string[], act: Act): string => `${act} ${index.inhabited(places, act).join(' ')}`;
  const put = async (places: readonly string[]): Promise<void> => {
    for (const act of acts) {
      const key = keyOf(places, act);
      if (!enforcers.has(key)) enforcers.set(key, await makeEnforcer(index.at(places, act), roles));
    }
  };
  await put(['*']);
  for await (const { id, city } of paced(sites, pace)) await put(index.around(`${city}/${id}`));
  return (places, words) => {
    const enforce = enforcers.get(keyOf(places, words[4]));
    if (!enforce) throw new Error('No enforcer was made for these places.');
    return enforce(words);
  };
}

/** What came from outside, short enough to print. */
const quote = (text: string): string => `“${String(text).slice(0, 64)}”`;

function refuse(code: 'camera-unknown' | 'site-unknown' | 'city-unknown', detail: string): never {
  throw new Problem(code, detail);
}
