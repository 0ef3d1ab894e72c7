// The citations: policies/law.json, judged. Nothing else in the gate names an article.
import { bases, ordinaryBases, type Basis } from '../domain/basis.js';
import { instrumentTypes, type InstrumentType } from '../domain/legal-instrument.js';
import type { Fault } from '../domain/problem.js';

export interface Bilingual {
  zh: string;
  en: string;
}

/** One article of the national floor. */
export interface FloorArticle extends Bilingual {
  /** `F1` … `F12`. */
  id: FloorId;
  source: string;
  /** Whom it concerns: every basis, those of organs, or the bases named. */
  concerns: 'all' | 'organ' | readonly Basis[];
}

/** One legal basis: who may rely on it, with which paper, by how many officers. */
export interface BasisProfile extends Bilingual {
  article: string;
  organ: boolean;
  /** Accepted instruments; empty where none is asked. */
  instruments: readonly InstrumentType[];
  minimumOfficers: number;
  note: string;
  /** Told to who is denied under it: where to turn instead. */
  guidance?: Bilingual;
}

export interface Law {
  /** The day up to which the texts were read, `YYYY-MM-DD`. */
  asOf: string;
  disclaimer: Bilingual;
  caution: Bilingual;
  /** Short name → title. */
  names: Readonly<Record<string, string>>;
  floor: readonly FloorArticle[];
  bases: Readonly<Record<Basis, BasisProfile>>;
}

const floorIds = ['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9', 'F10', 'F11', 'F12'] as const;
export type FloorId = (typeof floorIds)[number];

/** The organs' bases, and the officers under which no edit of law.json goes (F3; ADMIN 52, INT 112): the floor is not the file's to lower. */
const leastOfficers: Partial<Record<Basis, number>> = {
  ...Object.fromEntries(ordinaryBases.map((basis) => [basis, 2])),
  ADMIN_URGENT: 2,
  EMERGENCY_RESCUE: 1,
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '' && value.length <= 2_000;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isBilingual = (value: unknown): boolean => isObject(value) && isText(value.zh) && isText(value.en);

/** Characters of law.json, which is read in one slice. */
const longestLaw = 512 * 1024;

/** Text of law.json → the law, or null with every fault added. */
export function readLaw(text: string, faults: Fault[]): Law | null {
  const found: Fault[] = [];
  const wrong = (where: string, detail: string) => found.push({ code: 'law-malformed', where: `law.json${where}`, detail });
  let law: unknown;
  try {
    if (text.length > longestLaw) throw new RangeError(`it has ${text.length} characters, at most ${longestLaw} are read`);
    law = JSON.parse(text);
  } catch (cause) {
    law = null;
    // Not the parser's words: they quote the text, and a link may lead elsewhere.
    wrong('', cause instanceof RangeError ? `It is too long: ${cause.message}.` : 'It is not JSON.');
  }
  if (isObject(law)) {
    if (!isText(law.asOf) || !/^\d{4}-\d\d-\d\d$/.test(law.asOf)) wrong('.asOf', 'A day such as 2026-11-23 is wanted.');
    for (const name of ['disclaimer', 'caution']) if (!isBilingual(law[name])) wrong(`.${name}`, 'Texts zh and en are wanted.');
    if (!isObject(law.names) || !Object.values(law.names).every(isText)) wrong('.names', 'Short names with their titles are wanted.');
    judgeFloor(law.floor, wrong);
    judgeBases(law.bases, wrong);
  } else if (found.length === 0) wrong('', 'An object is wanted.');
  faults.push(...found);
  return found.length === 0 ? deepFreeze(law as Law) : null;
}

function judgeFloor(floor: unknown, wrong: (where: string, detail: string) => void): void {
  if (!Array.isArray(floor)) return wrong('.floor', `The articles ${floorIds.join(', ')} are wanted.`);
  const ids = floor.map((article: unknown) => (isObject(article) ? article.id : undefined));
  if (ids.join() !== floorIds.join()) wrong('.floor', `The articles ${floorIds.join(', ')} are wanted, each once, in this order.`);
  for (const [index, article] of floor.entries()) {
    const concerns = isObject(article) ? article.concerns : undefined;
    const isConcern =
      concerns === 'all' || concerns === 'organ' || (Array.isArray(concerns) && concerns.every((basis) => bases.includes(basis)));
    if (!isObject(article) || !isBilingual(article) || !isText(article.source) || !isConcern)
      wrong(`.floor[${index}]`, 'Wanted: id, zh, en, source, and concerns (all, organ, or a list of bases).');
  }
}

function judgeBases(profiles: unknown, wrong: (where: string, detail: string) => void): void {
  if (!isObject(profiles)) return wrong('.bases', `A profile for each of ${bases.join(', ')} is wanted.`);
  for (const name of Object.keys(profiles).filter((name) => !(bases as readonly string[]).includes(name)))
    wrong(`.bases.${name}`, `This is no basis; right would be: ${bases.join(', ')}.`);
  for (const basis of bases) {
    const profile = profiles[basis];
    const where = `.bases.${basis}`;
    if (
      !isObject(profile) ||
      !isBilingual(profile) ||
      !isText(profile.article) ||
      !isText(profile.note) ||
      typeof profile.organ !== 'boolean'
    )
      wrong(where, 'Wanted: zh, en, article, note, organ (true or false), instruments, minimumOfficers.');
    else if (!Array.isArray(profile.instruments) || !profile.instruments.every((type) => instrumentTypes.includes(type)))
      wrong(`${where}.instruments`, `Right would be a list of: ${instrumentTypes.join(', ')}.`);
    else if (
      !Number.isInteger(profile.minimumOfficers) ||
      (profile.minimumOfficers as number) < 0 ||
      (profile.minimumOfficers as number) > 9
    )
      wrong(`${where}.minimumOfficers`, 'A whole number from 0 to 9 is wanted.');
    else if (profile.guidance !== undefined && !isBilingual(profile.guidance)) wrong(`${where}.guidance`, 'Texts zh and en are wanted.');
    else if (!profile.organ && leastOfficers[basis] !== undefined) wrong(`${where}.organ`, 'It is an organ’s basis: true is wanted.');
    else if ((profile.minimumOfficers as number) < (leastOfficers[basis] ?? 0))
      wrong(`${where}.minimumOfficers`, `${leastOfficers[basis]} or more: no file lowers the floor (F3).`);
    else if (profile.organ && (profile.instruments.length === 0 || profile.minimumOfficers === 0))
      wrong(where, 'An organ asks with an instrument and by at least one officer.');
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
