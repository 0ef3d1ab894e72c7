// Officers as the record has them. Who has an account is named by it: name, unit and card come from what an administrator saw, and nobody
// types them again; nor the unit that several share.
import type { Basis } from '../domain/basis.js';
import type { Form, KnownOfficer, Officer } from '../domain/export-request.js';
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import { asksThere } from './may-read.js';
import { openAccount, type PeopleParts } from './people.js';

export interface OfficerParts {
  readonly policy: Policy;
  people: Pick<PeopleParts, 'store' | 'roll' | 'now'>;
}

/** Whose colleagues they are, and what they ask for. */
interface Matter {
  applicant: UserId;
  basis: Basis;
  site: string;
}

/** Whose unit was left out is of the first one's. Problem `officer-unknown`. */
export async function nameOfficers(parts: OfficerParts, officers: Form['officers'], matter: Matter): Promise<Officer[]> {
  const named = await Promise.all(officers.map(async (officer) => ('user' in officer ? nameOfficer(parts, officer, matter) : officer)));
  const unit = named[0]?.unit ?? '';
  return named.map((officer) => ({ ...officer, unit: officer.unit ?? unit }));
}

/**
 * Threat: an account's name is guessed to read the card behind it out of the answer. Colleagues alone are named so: of the applicant's own
 * unit, who might have asked for the same there.
 */
async function nameOfficer(
  { policy, people }: OfficerParts,
  { user, ...more }: KnownOfficer,
  { applicant, basis, site }: Matter,
): Promise<Officer> {
  const [own, found] = await Promise.all([openAccount(people, applicant), openAccount(people, user)]);
  const { card = null, name = '', unit = '' } = found?.account ?? {};
  if (!card || unit !== own?.account.unit || !asksThere(policy, user, { basis, site }))
    throw new Problem('officer-unknown', `${user} is no colleague of ${applicant} whose card was seen; type that officer in as the card shows.`);
  return { name, unit, idKind: card.idKind, idNumber: card.idNumber, ...more };
}
