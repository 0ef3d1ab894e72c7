// The door to casbin. A new enforcer is built for every policy and never changed afterwards: casbin's own reload empties the policy
// before it fills it, and half of a deny-override policy answers yes. Only enforceSync, only synchronous functions: under
// enforceSync a promise counts as true.
import { DefaultRoleManager, newEnforcer, newModelFromString, type RoleManager } from 'casbin';
import type { Act } from '../domain/decision.js';
import { isUserId } from '../domain/subject.js';
import type { Fault } from '../domain/problem.js';
import type { Pace } from './pace.js';
import type { Holding } from './people.js';
import type { PolicyRow } from './rows.js';

/** The definitions of model.conf, section by section. decide.ts reads rows by this same rule, so another model is refused. */
const model: Readonly<Record<string, string>> = {
  request_definition: 'r = sub, dom, places, obj, act, basis, when',
  policy_definition: 'p = role, place, object, act, basis, when, eft, duties',
  role_definition: 'g = _, _, _',
  policy_effect: 'e = some(where (p.eft == allow)) && !some(where (p.eft == deny))',
  matchers:
    'm = r.act == p.act && among(r.places, p.place) && among(r.basis, p.basis) && among(r.when, p.when) && among(r.obj, p.object)' +
    ' && (g(r.sub, p.role, "*") || g(r.sub, p.role, cityOf(r.dom)) || g(r.sub, p.role, r.dom))',
};

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Characters of model.conf, which is read in one slice. */
const longestModel = 64 * 1024;

/** Says model.conf what it must? Every line that differs is a fault. */
export function judgeModel(text: string): Fault[] {
  if (text.length > longestModel)
    return [
      { code: 'model-changed', where: 'model.conf', detail: `It has at most ${longestModel} characters; this one has ${text.length}.` },
    ];
  const faults: Fault[] = [];
  const seen = new Set<string>();
  let section = '';
  for (const [index, row] of text.split(/\r?\n/).entries()) {
    const line = squeeze(row);
    if (line === '' || line.startsWith('#')) continue;
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    if (header && Object.hasOwn(model, header) && !seen.has(header)) section = header;
    else if (section && !seen.has(section) && line === squeeze(model[section]!)) seen.add(section);
    else faults.push({ code: 'model-changed', where: `model.conf:${index + 1}:1`, detail: wantedOf(section) });
  }
  const missing = Object.keys(model).filter((name) => !seen.has(name));
  if (missing.length > 0)
    faults.push({ code: 'model-changed', where: 'model.conf', detail: `These sections are not as they must be: ${missing.join(', ')}.` });
  return faults;
}

const wantedOf = (section: string): string =>
  section ? `In [${section}] the one line must be: ${model[section]!}` : `The sections are: ${Object.keys(model).join(', ')}.`;

/** One question to casbin, in the order of the request definition. Lists are words between blanks. */
export type Words = readonly [user: string, spot: string, places: string, objects: string, act: Act, basis: string, whens: string];

/** Is the word one of the list's? Plain comparison: casbin's keyMatch functions take patterns for regular expressions. */
const among = (list: unknown, word: unknown): boolean =>
  typeof list === 'string' && typeof word === 'string' && word !== '' && list.split(' ').includes(word);

/** `310000/SH-YUNFAN` → `310000`. */
const cityOf = (place: unknown): string => (typeof place === 'string' ? place.split('/')[0]! : '');

/** Refuses what would answer with a promise. */
export function mustBeSync<F extends (...args: never[]) => unknown>(name: string, fn: F): F {
  if (fn.constructor.name !== 'Function') throw new TypeError(`${name} must be a plain synchronous function; a promise counts as true.`);
  return fn;
}

/** casbin's own text of the model. */
export const modelText = Object.entries(model)
  .map(([section, line]) => `[${section}]\n${line}`)
  .join('\n\n');

/** Who holds what, as casbin keeps it. One for all enforcers of a policy: the roles are the long part, and rows differ by place. */
export async function makeRoles(holdings: readonly Holding[], pace: Pace): Promise<RoleManager> {
  const roles = new DefaultRoleManager(10);
  for (const { user, role, place } of holdings) {
    if (pace.isDue()) await pace.rest();
    await roles.addLink(user, role, place);
  }
  return roles;
}

/**
 * Rows, judged before, and the roles → the verdict by deny-override. Throws when casbin did not take every row. The answer is a
 * no for a subject that is not `user:…` (a user named like a role would hold it) and for anything but texts.
 */
export async function makeEnforcer(rows: readonly PolicyRow[], roles: RoleManager): Promise<(words: Words) => boolean> {
  const enforcer = await newEnforcer(newModelFromString(modelText));
  for (const [name, fn] of Object.entries({ among, cityOf })) await enforcer.addFunction(name, mustBeSync(name, fn));
  const sections = enforcer.getModel().model;
  // Written into the model as cells: casbin's own CSV readers take a `#` inside a line for a comment, or drop what they do not know.
  sections
    .get('p')!
    .get('p')!
    .policy.push(...rows.map(cellsOf));
  sections.get('g')!.get('g')!.rm = roles;
  const taken = (await enforcer.getPolicy()).length;
  if (taken !== rows.length) throw new Error(`casbin took ${taken} of ${rows.length} rows.`);
  // casbin translates its matcher at the first question; that one is asked here, by nobody about nothing, so that no person waits for it.
  if (enforcer.enforceSync('', '', '', '', '', '', '')) throw new Error('casbin says yes to nobody.');
  return (words) => words.every((word) => typeof word === 'string') && isUserId(words[0]) && enforcer.enforceSync(...words) === true;
}

/** A row in the order of the policy definition. */
export const cellsOf = (row: PolicyRow): string[] => [
  row.role,
  row.place,
  row.object,
  row.act,
  row.basis,
  row.when,
  row.effect,
  row.duties.map(({ kind }) => kind).join(' '),
];
