// Random questions to a big policy, as applications come: mostly officers about cameras of their own city.
import { ordinaryBases, type Basis } from '../plugin/domain/basis.js';
import type { Question } from '../plugin/domain/decision.js';
import type { UserId } from '../plugin/domain/subject.js';
import type { BigPolicy } from './big-policy.js';
import type { Chance } from './chance.js';

const someBases: readonly Basis[] = [...ordinaryBases, 'ADMIN_CASE', 'ADMIN_CASE', 'ADMIN_URGENT', 'EMERGENCY_RESCUE'];
const begun = Date.parse('2026-03-01T02:00:00.000Z');
const instant = (hours: number): string => new Date(begun + hours * 3_600_000).toISOString();

/** So many questions, each about so many cameras of one site. One in ten is asked by anybody about any site: mostly a denial. */
export function makeQuestions({ sites, users, officers }: BigPolicy, count: number, cameras: number, chance: Chance): Question[] {
  return Array.from({ length: count }, () => {
    const site = chance.pick(sites);
    const user = chance.below(10) === 0 ? chance.pick(users) : chance.pick(officers.get(site.city.code)!);
    const span = { from: instant(0), to: instant(chance.pick([1, 1, 3, 10, 30, 100])) };
    const items = chance.some(site.cameras, cameras).map(({ id }) => ({ camera: id, ...span }));
    return { user: user as UserId, act: 'request', basis: chance.pick(someBases), items, late: false };
  });
}
