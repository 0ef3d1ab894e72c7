// The policy folder → a Policy, whole or not at all. What is handed out never changes: a new policy is a new object, swapped in by
// whoever holds the old one.
import type { Camera, City, Place, Site } from '../domain/camera.js';
import type { Act, Decision, Question } from '../domain/decision.js';
import type { Step } from '../domain/plan.js';
import { Problem, type Fault } from '../domain/problem.js';
import { isUserId, type RoleName, type UserId } from '../domain/subject.js';
import { allows, decide, type Grounds } from './decide.js';
import { judgeModel, makeEnforcer } from './enforcer.js';
import { judgeFloor } from './floor.js';
import { readFolder, versionOf, type PolicyTexts } from './folder.js';
import { readLaw, type Law } from './law.js';
import { judgeRoles, readHoldings, readSteps, type Holding, type StepRow } from './people.js';
import { readCameras, readCities, readGroups, readSites, type Places } from './places.js';
import { readRows, rowFiles, type PolicyRow, type RowFile } from './rows.js';

export interface Policy {
  /** `sha256:…` of all policy files in canonical form. */
  readonly version: string;
  readonly law: Law;
  readonly cities: readonly City[];
  readonly sites: readonly Site[];
  readonly cameras: readonly Camera[];
  /** In the order of steps.csv. */
  readonly steps: readonly StepRow[];
  readonly holdings: readonly Holding[];
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
  const { judged, faults } = await judgeFolder(folder);
  if (!judged || faults.length > 0)
    throw new Problem('policy-invalid', `The policy files have ${faults.length} fault(s); none of them was put in force.`, { faults });
  return assemble(judged);
}

/** Every fault of a policy folder, for `exportgate check`. */
export const checkPolicies = async (folder: string): Promise<readonly Fault[]> => (await judgeFolder(folder)).faults;

interface Judged {
  version: string;
  law: Law;
  places: Places;
  steps: readonly StepRow[];
  holdings: readonly Holding[];
  rows: readonly PolicyRow[];
}

async function judgeFolder(folder: string): Promise<{ judged: Judged | null; faults: Fault[] }> {
  const faults: Fault[] = [];
  const texts = await readFolder(folder, faults);
  return { judged: texts && judgeTexts(texts, faults), faults };
}

/** Later files are held against earlier ones, so the order is that of who points to whom. */
function judgeTexts(texts: PolicyTexts, faults: Fault[]): Judged | null {
  faults.push(...judgeModel(texts['model.conf']));
  const law = readLaw(texts['law.json'], faults);
  const cities = readCities(texts['cities.csv'], faults);
  const { sites, declared } = readSites(texts['sites.csv'], cities, faults);
  const groups = readGroups(texts['groups.csv'], faults);
  const cameras = readCameras(texts['cameras.csv'], { sites, groups }, faults);
  const steps = readSteps(texts['steps.csv'], faults);
  const { holdings, named } = readHoldings(texts['roles.csv'], { cities, sites }, faults);
  const roles = new Set<string>([...holdings, ...steps.values()].map(({ role }) => role));
  const known = { roles, cameras: new Set(cameras.keys()), groups: new Set(groups.keys()), steps: new Set(steps.keys()) };
  const before = faults.length;
  const rows = (Object.keys(rowFiles) as RowFile[]).flatMap((file) => readRows(file, texts[file], known, faults));
  // Only beside whole tier files: a row left out for another fault may be the one that knows the role.
  if (faults.length === before) faults.push(...judgeRoles(named, new Set([...rows, ...steps.values()].map(({ role }) => role))));
  if (rows.length === 0)
    faults.push({ code: 'rows-missing', where: 'tier-1.csv', detail: 'No row stands in any tier file, so nobody may do anything.' });
  if (law) faults.push(...judgeFloor(rows, declared, law));
  if (!law) return null;
  const ordered = [...steps.values()].sort((a, b) => a.order - b.order);
  return { version: versionOf(texts), law, places: { cities, sites, cameras, groups }, steps: ordered, holdings, rows };
}

async function assemble({ version, law, places, steps, holdings, rows }: Judged): Promise<Policy> {
  const { cities, sites, cameras, groups } = places;
  const held = new Set(holdings.map(({ user, role, place }) => `${user} ${role} ${place}`));
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
  const stepsInOrder = (names: readonly string[]): Step[] => {
    const unknown = names.filter((name) => !steps.some(({ step }) => step === name));
    if (unknown.length > 0) throw new Problem('policy-invalid', `steps.csv has no step ${unknown.map(quote).join(', ')}.`);
    return steps.filter(({ step }) => names.includes(step)).map(({ step, role }) => ({ step, role }));
  };
  const sensitiveGroups = [...groups].filter(([, sensitive]) => sensitive).map(([group]) => group);
  const grounds: Grounds = { version, rows, sensitiveGroups, steps, place, holdsAt, enforce: await makeEnforcer(rows, holdings) };
  return Object.freeze({
    version,
    law,
    steps: Object.freeze([...steps]),
    holdings: Object.freeze([...holdings]),
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

/** What came from outside, short enough to print. */
const quote = (text: string): string => `“${String(text).slice(0, 64)}”`;

function refuse(code: 'camera-unknown' | 'site-unknown' | 'city-unknown', detail: string): never {
  throw new Problem(code, detail);
}
