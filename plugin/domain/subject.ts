// Who asks.
import type { Pseudonym } from './audit-event.js';

/** `user:li.wei`. The prefix is mandatory at both ends: without it a user named like a role would hold the role. */
export type UserId = `user:${string}`;
export type RoleName = `role:${string}`;

export interface Subject {
  user: UserId;
  /** The person's name, as printed on marks and papers. Personal data. */
  name: string;
  /** The organ or company the person acts for. */
  unit: string;
}

/** Somebody whose token was judged, with the name that the journal knows them by: looked up once and carried, because a database that
 *  answers differently the second time would give one person two voices. */
export interface Person extends Subject {
  pseudonym: Pseudonym;
  /** Which session speaks. */
  session?: string;
}

const userPattern = /^user:[a-z0-9][a-z0-9._-]{0,62}$/;
export const isUserId = (text: string): text is UserId => userPattern.test(text);
