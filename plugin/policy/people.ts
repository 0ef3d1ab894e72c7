// Who may act where: the steps of an approval and the roles people hold. Prefixes are judged at both ends, because casbin gives a
// user who is named like a role that role.
import { judicialRoles } from '../domain/package-part.js';
import type { Site, City } from '../domain/camera.js';
import type { Step } from '../domain/plan.js';
import type { Fault } from '../domain/problem.js';
import { isUserId, type RoleName, type UserId } from '../domain/subject.js';
import { eachLine, hasFields, readTable, type Cell } from './csv.js';
import type { Pace } from './pace.js';
import { add } from './faults.js';

/** A line of steps.csv. */
export interface StepRow extends Step {
  order: number;
  zh: string;
  en: string;
}

/** A line of roles.csv: `place` is `<city>`, `<city>/<site>` or `*`. */
export interface Holding {
  user: UserId;
  role: RoleName;
  place: string;
}

const rolePattern = /^role:[a-z0-9][a-z0-9._-]{0,62}$/;
export const isRoleName = (text: string): text is RoleName => rolePattern.test(text);

export const roleFault = (cell: Cell): Fault => ({
  code: 'role-malformed',
  where: cell.where,
  detail: `“${cell.text}” is not a role; a role is written role:name in small letters.`,
});

export async function readSteps(text: string, faults: Fault[], pace: Pace): Promise<Map<string, StepRow>> {
  const steps = new Map<string, StepRow>();
  const table = await readTable('steps.csv', text, ['step', 'order', 'role', 'zh', 'en'], pace);
  add(faults, table.faults);
  for (const { step, order, role, zh, en } of table.rows) {
    const known = [...steps.values()];
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(step.text))
      faults.push({
        code: 'value-malformed',
        where: step.where,
        detail: `“${step.text}” is not a step: 1 to 32 small letters, digits and -.`,
      });
    else if (!isRoleName(role.text)) faults.push(roleFault(role));
    else if (!/^[1-9]\d{0,2}$/.test(order.text))
      faults.push({ code: 'value-malformed', where: order.where, detail: `“${order.text}” is not a place in the order: 1 to 999.` });
    else if (steps.has(step.text) || known.some((other) => other.order === Number(order.text)))
      faults.push({
        code: 'id-duplicate',
        where: step.where,
        detail: `The step ${step.text} or its place ${order.text} stands in this file already.`,
      });
    else steps.set(step.text, Object.freeze({ step: step.text, order: Number(order.text), role: role.text, zh: zh.text, en: en.text }));
  }
  return steps;
}

const holdingFields = ['g', 'user', 'role', 'place'] as const;

type Where = { cities: ReadonlyMap<string, City>; sites: ReadonlyMap<string, Site> };

/**
 * Who holds what, and where in the file each role is named. `doubtful`: holdings of lines whose user cannot be read; the role is meant to be
 * held there, so nobody need be told that it is not.
 */
export async function readHoldings(
  text: string,
  places: Where,
  faults: Fault[],
  pace: Pace,
): Promise<{ holdings: Holding[]; doubtful: Holding[]; named: Cell[] }> {
  const holdings: Holding[] = [];
  const doubtful: Holding[] = [];
  const named: Cell[] = [];
  const seen = new Set<string>();
  await eachLine('roles.csv', text, faults, pace, (line) => {
    if (!hasFields(line, holdingFields, faults)) return;
    const [g, user, role, place] = line.cells as [Cell, Cell, Cell, Cell];
    if (g.text !== 'g')
      faults.push({ code: 'line-unknown', where: g.where, detail: `A line of roles.csv begins with g, not with “${g.text}”.` });
    else if (!isUserId(user.text)) {
      faults.push({
        code: 'user-malformed',
        where: user.where,
        detail: `“${user.text}” is not a user; a user is written user:name, the name in small letters a-z, digits, ., _ and -.`,
      });
      if (isRoleName(role.text) && !judgePlace(place, places))
        doubtful.push({ user: `user:${user.where}` as UserId, role: role.text, place: place.text });
    } else if (!isRoleName(role.text)) faults.push(roleFault(role));
    else {
      const held = `${user.text} ${role.text} ${place.text}`;
      const fault = seen.has(held) ? twice(g) : judgePlace(place, places);
      seen.add(held);
      named.push(role);
      if (fault) faults.push(fault);
      else holdings.push(Object.freeze({ user: user.text, role: role.text, place: place.text }));
    }
  });
  return { holdings, doubtful, named };
}

const twice = ({ where }: Cell): Fault => ({
  code: 'holding-duplicate',
  where,
  detail: 'This person holds this role at this place by a line above; remove one of the two.',
});

/** A role that no row and no step knows is a slip of the pen: its holder would stand there with nothing. */
export function judgeRoles(named: readonly Cell[], used: ReadonlySet<string>): Fault[] {
  const known = new Set([...used, ...judicialRoles]);
  return named
    .filter(({ text }) => !known.has(text))
    .map(({ text, where }) => ({
      code: 'role-unknown',
      where,
      detail: `No policy row and no step knows ${text}; right would be: ${[...known].sort().join(', ')}.`,
    }));
}

function judgePlace({ text, where }: Cell, { cities, sites }: Where): Fault | null {
  if (text === '*') return null;
  const [city = '', site, ...more] = text.split('/');
  if (!cities.has(city) || more.length > 0)
    return {
      code: 'city-unknown',
      where,
      detail: `“${text}” is not a place: write <city>, <city>/<site> or *, the city as listed in cities.csv.`,
    };
  if (site === undefined || sites.get(site)?.city === city) return null;
  const here = [...sites.values()].filter((known) => known.city === city).map((known) => `${city}/${known.id}`);
  return {
    code: 'site-unknown',
    where,
    detail: `“${text}” is no site of that city in sites.csv${here.length > 0 ? `: ${here.join(', ')}` : ''}.`,
  };
}
