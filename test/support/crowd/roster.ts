// Two hundred people of one site, several for each role, and the policy files that make them so.
import type { UserId } from '../../../plugin/domain/subject.js';
import { append, type Edits } from '../../policy/policy-folder.js';

const there = '310000/SH-YUNFAN';

/** Role → how many hold it, and where. */
const crews = {
  'police.investigator': [54, '310000'],
  reception: [4, there],
  'evidence-clerk': [26, there],
  'site-security-manager': [26, there],
  'privacy-officer': [24, there],
  'unit-head': [24, there],
  'duty-manager': [12, there],
  'executor.department': [20, there],
  auditor: [6, there],
  administrator: [4, '*'],
} as const satisfies Record<string, readonly [number, string]>;
export type Crew = keyof typeof crews;
export const crewNames = Object.keys(crews) as Crew[];

const usersOf = (crew: Crew): UserId[] => Array.from({ length: crews[crew][0] }, (_, at): UserId => `user:crowd.${crew}.${at + 1}`);

export const roster: Readonly<Record<Crew, readonly UserId[]>> = {
  ...(Object.fromEntries(crewNames.map((crew) => [crew, usersOf(crew)])) as Record<Crew, UserId[]>),
  // Who set the gate up is one of the two hundred.
  administrator: ['user:root.luo', 'user:root.bai', ...usersOf('administrator').slice(2)],
};

export const everybody: readonly { user: UserId; crew: Crew }[] = crewNames.flatMap((crew) => roster[crew].map((user) => ({ user, crew })));

/** The shipped files, and the crowd in them. */
export const crowdPolicies: Edits = {
  'roles.csv': append(
    everybody
      .filter(({ user }) => user.startsWith('user:crowd.'))
      .map(({ user, crew }) => `g, ${user}, role:${crew}, ${crews[crew][1]}`)
      .join('\n'),
  ),
};
