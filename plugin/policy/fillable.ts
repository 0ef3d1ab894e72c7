// Can the people of each site give the voices that its rows ask for? A request that waits for a step that nobody holds waits for ever,
// and nobody would know until it does.
import type { Camera, Site } from '../domain/camera.js';
import type { Execution } from '../domain/duty.js';
import type { Act } from '../domain/decision.js';
import { managerStep } from '../domain/plan.js';
import type { Fault } from '../domain/problem.js';
import type { Holding, StepRow } from './people.js';
import { paced, type Pace } from './pace.js';
import { basesOf, type RowIndex } from './row-index.js';
import { concernsWholeGate, type PolicyRow } from './rows.js';
import { applyAll } from './strictest.js';

/** A site with cameras, and what rows can name and find true there. Of a site without cameras nobody can ask for anything. */
export interface SiteInUse extends Site {
  /** `camera:x` and `group:x` of its cameras. */
  objects: ReadonlySet<string>;
  isSensitive: boolean;
}

interface Ground {
  sites: readonly SiteInUse[];
  steps: ReadonlyMap<string, StepRow>;
  holdings: readonly Holding[];
  index: RowIndex;
}

export async function findSitesInUse(
  sites: ReadonlyMap<string, Site>,
  cameras: Iterable<Camera>,
  sensitive: ReadonlyMap<string, boolean>,
  pace: Pace,
): Promise<SiteInUse[]> {
  const found = new Map<string, SiteInUse & { objects: Set<string> }>();
  for await (const { id, site, groups } of paced(cameras, pace)) {
    const where = sites.get(site);
    if (!where) continue;
    const known = found.get(site) ?? { ...where, objects: new Set(), isSensitive: false };
    for (const object of [`camera:${id}`, ...groups]) known.objects.add(object);
    known.isSensitive ||= groups.some((group) => sensitive.get(group));
    found.set(site, known);
  }
  return [...found.values()];
}

/** Several sites lack the same: one fault, with the first few of them. */
interface Lack {
  where: string;
  what: string;
  /** What would mend it, for one of the sites. */
  right(site: string, tier: string): string;
  sites: string[];
}

export async function judgeFillable(ground: Ground, pace: Pace): Promise<Fault[]> {
  const crews = new Crews(ground.index, await muster(ground.holdings, pace));
  const demands = new Demands(ground.steps);
  const lacks = new Map<string, Lack>();
  for await (const site of paced(ground.sites, pace)) {
    const place = `${site.city}/${site.id}`;
    for (const lack of lacksAt(ground.index, demands, crews.at(site), site)) {
      // Several rows that ask for the same are one lack.
      const known = lacks.get(lack.what) ?? lack;
      lacks.set(lack.what, known);
      if (known.sites.at(-1) !== place) known.sites.push(place);
    }
  }
  const tierOf = (place: string): string => ground.index.around(place)[1]!;
  return [...lacks.values()].map(({ where, what, right, sites }) => ({
    code: 'step-unfillable',
    where,
    detail: `${what} at ${sites.slice(0, 5).join(', ')}${sites.length > 5 ? ` and ${sites.length - 5} more` : ''}. ${right(sites[0]!, tierOf(sites[0]!))}`,
  }));
}

/** A row of a role that nobody holds where the row stands does nothing. Places without cameras are asleep and not judged. */
export async function judgeHeld(
  rows: readonly PolicyRow[],
  { holdings, awake, index }: Pick<Ground, 'holdings' | 'index'> & { awake: ReadonlySet<string> },
  pace: Pace,
): Promise<Fault[]> {
  /** `role place`, for every place that a holding reaches into or lies in. */
  const held = new Set<string>();
  for (const { role, place } of holdings) {
    if (pace.isDue()) await pace.rest();
    if (place === '*') held.add(`${role} everywhere`);
    else for (const around of index.around(place)) held.add(`${role} ${around}`);
    // Who holds it in the city holds it at each of its sites.
    if (place !== '*' && !place.includes('/')) held.add(`${role} in ${place}`);
  }
  const isHeld = ({ role, place, act }: PolicyRow): boolean =>
    (concernsWholeGate(act)
      ? [`${role} everywhere`]
      : [`${role} everywhere`, `${role} ${place}`, `${role} in ${place.split('/')[0]}`]
    ).some((key) => held.has(key));
  return rows
    .filter((row) => awake.has(row.place) && !isHeld(row))
    .map((row) => ({
      code: 'role-unheld',
      where: `${row.source}:1`,
      detail: `Nobody holds ${row.role} in ${row.place}, so this row does nothing; give it to somebody in roles.csv (g, user:…, ${row.role}, <place>), or remove the row.`,
    }));
}

/** Two administrators put a policy in force. Where fewer than two may, this one could never be changed again. */
export function judgeEditors(holdings: readonly Holding[], index: RowIndex): Fault[] {
  const rows = index.at(['*'], 'edit-policy');
  const holders = (effect: 'allow' | 'deny'): Set<string> => {
    const roles = rows.filter((row) => row.effect === effect).map(({ role }) => role);
    return new Set(holdings.filter(({ role, place }) => place === '*' && roles.includes(role)).map(({ user }) => user));
  };
  const denied = holders('deny');
  const editors = [...holders('allow')].filter((user) => !denied.has(user));
  if (editors.length > 1) return [];
  return [
    {
      code: 'editors-missing',
      where: 'gate.csv',
      detail:
        `Two different people put a policy in force, and only ${editors.length} may edit-policy: this policy could never be changed again. ` +
        'A row of gate.csv allows it to a role, and roles.csv gives that role to two people at *.',
    },
  ];
}

/** Who holds which role, by `role place`. */
async function muster(holdings: readonly Holding[], pace: Pace): Promise<ReadonlyMap<string, readonly string[]>> {
  const crew = new Map<string, string[]>();
  for (const { user, role, place } of holdings) {
    if (pace.isDue()) await pace.rest();
    const there = crew.get(`${role} ${place}`);
    if (there) there.push(user);
    else crew.set(`${role} ${place}`, [user]);
  }
  return crew;
}

interface People {
  holding(role: string): ReadonlySet<string>;
  /** Whom rows let do this with requests of the site. */
  allowed(act: Act): ReadonlySet<string>;
  /** The roles that rows let do it. */
  mayDo(act: Act): readonly string[];
  /** Roles that one person brings to an application, each combination once: the rows of all of them count together. */
  combined(roles: readonly string[]): readonly (readonly string[])[];
}

/** Most roles are held in a city, for many sites alike: what is true of the city is found out once. */
class Crews {
  readonly #known = new Map<string, unknown>();

  constructor(
    private readonly index: RowIndex,
    private readonly crew: ReadonlyMap<string, readonly string[]>,
  ) {}

  #remember<T>(key: string, make: () => T): T {
    if (!this.#known.has(key)) this.#known.set(key, make());
    return this.#known.get(key) as T;
  }

  at({ city, id }: Site): People {
    const place = `${city}/${id}`;
    const places = this.index.around(place);
    const mine = (role: string): readonly string[] => this.crew.get(`${role} ${place}`) ?? [];
    const holding = (role: string): ReadonlySet<string> => {
      const wide = this.#remember(
        `held ${city} ${role}`,
        () => new Set(['*', city].flatMap((spot) => this.crew.get(`${role} ${spot}`) ?? [])),
      );
      return mine(role).length === 0 ? wide : this.#remember(`held ${place} ${role}`, () => new Set([...wide, ...mine(role)]));
    };
    const combine = (roles: readonly string[]): readonly (readonly string[])[] => {
      const byPerson = new Map<string, string>();
      for (const role of roles)
        for (const person of holding(role)) byPerson.set(person, [byPerson.get(person), role].filter(Boolean).join(' '));
      return [...new Set(byPerson.values())].map((names) => names.split(' '));
    };
    return {
      holding,
      combined: (roles) =>
        roles.some((role) => mine(role).length > 0)
          ? combine(roles)
          : this.#remember(`combined ${city} ${roles.join('+')}`, () => combine(roles)),
      mayDo: (act) => [
        ...new Set(
          this.index
            .at(places, act)
            .filter(({ effect }) => effect === 'allow')
            .map(({ role }) => role),
        ),
      ],
      allowed: (act) =>
        this.#remember(`may ${place} ${act}`, () => {
          const of = (effect: 'allow' | 'deny') =>
            this.index
              .at(places, act)
              .filter((row) => row.effect === effect)
              .flatMap(({ role }) => [...holding(role)]);
          const denied = new Set(of('deny'));
          return new Set(of('allow').filter((user) => !denied.has(user)));
        }),
    };
  }
}

/** What an applicant's rows ask for under one basis. */
interface Demand {
  asking: readonly PolicyRow[];
  asked: readonly StepRow[];
  rule: Execution;
  /** Is what is released drawn for review by somebody who had no part? */
  reviewedAfter: boolean;
}

/** Most sites have the same rows: what those ask for is found out once. */
class Demands {
  readonly #known = new Map<string, readonly Demand[]>();

  constructor(private readonly steps: Ground['steps']) {}

  of(rows: readonly PolicyRow[]): readonly Demand[] {
    const key = rows.map(({ source }) => source).join(' ');
    const found = this.#known.get(key) ?? this.#find(rows);
    this.#known.set(key, found);
    return found;
  }

  /** At worst all facts of a request hold at once, and every row of the basis counts. The same steps and executors are told once. */
  #find(rows: readonly PolicyRow[]): Demand[] {
    const found = new Map<string, Demand>();
    for (const basis of new Set(rows.flatMap((row) => basesOf(row.basis)))) {
      const asking = rows.filter((row) => basesOf(row.basis).includes(basis));
      const draft = applyAll(asking.flatMap(({ duties }) => duties));
      const asked = (draft.steps ?? []).flatMap((name) => this.steps.get(name) ?? []);
      const rule: Execution = draft.execute ?? 'single';
      const reviewedAfter = draft.reviewAfter !== undefined;
      const key = `${asked.map(({ step }) => step).join('+')} ${rule} ${reviewedAfter}`;
      if (!found.has(key)) found.set(key, { asking, asked, rule, reviewedAfter });
    }
    return [...found.values()];
  }
}

/** What the rows of one site may ask for and its people cannot give. */
function lacksAt(index: RowIndex, demands: Demands, people: People, { id, city, objects, isSensitive }: SiteInUse): Lack[] {
  const rows = index
    .at(index.around(`${city}/${id}`), 'request')
    .filter(
      ({ effect, object, when }) =>
        effect === 'allow' && (object === '*' || object === 'camera:*' || objects.has(object)) && (when !== 'sensitive' || isSensitive),
    );
  return people
    .combined([...new Set(rows.map(({ role }) => role))])
    .flatMap((roles) => lacksOf(people, demands.of(rows.filter(({ role }) => roles.includes(role)))));
}

/** The same for the rows of one applicant. */
function lacksOf(people: People, demands: readonly Demand[]): Lack[] {
  const lacks: Lack[] = [];
  const reviewers = people.allowed('review');
  const executors = new Set([...people.allowed('execute')].filter((user) => people.allowed('release').has(user)));
  const inspectors = [...people.allowed('inspect')];
  for (const { asking, asked, rule, reviewedAfter } of demands) {
    const candidates = asked.map(({ role }) => [...people.holding(role)].filter((user) => reviewers.has(user)));
    const sourceOf = (step: string): string =>
      `${(asking.find(({ duties }) => (applyAll(duties).steps ?? []).includes(step)) ?? asking[0]!).source}:1`;
    const empty = asked.filter((_, at) => candidates[at]!.length === 0);
    for (const { step, role } of empty) {
      const held = people.holding(role).size > 0;
      lacks.push({
        where: sourceOf(step),
        what: held
          ? `Nobody can take the step ${step}: no row lets a holder of ${role} review`
          : `Nobody can take the step ${step}: nobody holds ${role}`,
        right: (site, tier) =>
          held
            ? `Write the row: p, ${role}, ${tier}, request:*, review, -, *, allow, -`
            : `Give it to somebody in roles.csv: g, user:…, ${role}, ${site}`,
        sites: [],
      });
    }
    if (empty.length > 0) continue;
    if (!canSeat(candidates))
      lacks.push({
        where: `${asking[0]!.source}:1`,
        what: `The steps ${asked.map(({ step }) => step).join(', ')} want as many different people, and too few hold them`,
        right: () => 'One person’s voice counts for one step (F12): give the roles to more people in roles.csv.',
        sites: [],
      });
    else if (!canExecute(rule, asked, candidates, [...executors]))
      lacks.push({
        where: `${asking[0]!.source}:1`,
        what: `Nobody can execute as ${rule} wants: ${executors.size} may execute and release, beside those whom the steps need`,
        right: (site, tier) =>
          people.mayDo('execute').length > 0
            ? `Give ${people.mayDo('execute').join(' or ')} to more people in roles.csv: g, user:…, ${people.mayDo('execute')[0]!}, ${site}`
            : `No row lets anybody execute there; write: p, role:…, ${tier}, request:*, execute, -, *, allow, -`,
        sites: [],
      });
    else if (reviewedAfter && !canSeat([...candidates, ...(rule === 'dual' ? [[...executors], [...executors]] : []), inspectors]))
      lacks.push({
        where: `${asking.find(({ duties }) => duties.some(({ kind }) => kind === 'review-after'))!.source}:1`,
        what: 'Nobody is left to review afterwards: whoever may inspect there may have to give a voice or execute',
        right: (site) => `Give a role that may inspect to somebody else, such as an auditor: g, user:…, role:auditor, ${site}`,
        sites: [],
      });
  }
  return lacks;
}

function canExecute(
  rule: Execution,
  asked: readonly StepRow[],
  candidates: readonly (readonly string[])[],
  executors: readonly string[],
): boolean {
  if (rule === 'single') return executors.length > 0;
  if (rule === 'dual') return canSeat([...candidates, executors, executors]);
  // The manager's voice alone bars from executing; whose it can be depends on who gives the others.
  const manager = asked.findIndex(({ step }) => step === managerStep);
  if (manager < 0) return executors.length > 1;
  return candidates[manager]!.some(
    (person) =>
      executors.filter((executor) => executor !== person).length > 1 &&
      canSeat(candidates.map((them, at) => (at === manager ? [person] : them))),
  );
}

/** Can each seat get a person of its own? Augmenting paths (Kuhn's algorithm). */
export function canSeat(seats: readonly (readonly string[])[]): boolean {
  const taken = new Map<string, number>();
  const seat = (at: number, tried: Set<string>): boolean => {
    // More candidates than seats: one of the first so many is always free.
    for (const person of seats[at]!.slice(0, seats.length)) {
      if (tried.has(person)) continue;
      tried.add(person);
      const sitting = taken.get(person);
      if (sitting === undefined || seat(sitting, tried)) {
        taken.set(person, at);
        return true;
      }
    }
    return false;
  };
  return seats.every((_, at) => seat(at, new Set()));
}
