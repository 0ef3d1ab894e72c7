// May they, on what terms: every matching row is collected here, and casbin gives the verdict by deny-override. One row of
// enforceEx would not do: a decision is worth the strictest of all its rows. Both read the rows by the same rule (model.conf), and
// where they ever disagree the answer is no.
import { bases, ordinaryBases, type Basis } from '../domain/basis.js';
import type { City, Place, Site } from '../domain/camera.js';
import { acts, type Act, type Decision, type Fact, type Question, type Reason } from '../domain/decision.js';
import type { Duty } from '../domain/duty.js';
import type { Item } from '../domain/export-request.js';
import { kindOf } from '../domain/kind.js';
import { Problem } from '../domain/problem.js';
import { hours } from '../domain/span.js';
import { isUserId } from '../domain/subject.js';
import type { Words } from './enforcer.js';
import { hoursAsked } from './hours-asked.js';
import { kindDuties } from './kind-duties.js';
import type { StepRow } from './people.js';
import type { RowIndex } from './row-index.js';
import { objectOf, type PolicyRow } from './rows.js';
import { strictest } from './strictest.js';

/** What decisions stand on: one policy, loaded. */
export interface Grounds {
  version: string;
  index: RowIndex;
  sensitiveGroups: readonly string[];
  /** What rows name, beside `*` and `camera:*`: other objects match no row, so nobody need be asked about them. */
  namedObjects: ReadonlySet<string>;
  /** In the order of steps.csv. */
  steps: readonly StepRow[];
  place(camera: string): Place;
  /** Does the user hold the role at one of these spots (`<city>`, `<city>/<site>`, `*`)? */
  holdsAt(user: string, role: string, spots: readonly string[]): boolean;
  /** casbin's verdict by the rows that stand at these places. */
  enforce(places: readonly string[], words: Words): boolean;
}

/** One question about one object, as lists of words that a row's cells may name. */
interface Asked {
  user: string;
  /** `<city>/<site>`, or `*` for the gate itself. */
  spot: string;
  /** What a row's place may be: `*`, the tier, the city, the site. */
  places: readonly string[];
  objects: readonly string[];
  act: Act;
  bases: readonly string[];
  whens: readonly string[];
}

interface Finding {
  verdict: 'allow' | 'deny';
  rows: readonly PolicyRow[];
}

/** Problems: `camera-unknown`, `site-unknown`, `city-unknown`, `sites-mixed`, `span-invalid`. Anything else that breaks is a deny. */
export function decide(grounds: Grounds, question: Question): Decision {
  const places = placesOf(grounds, question.items);
  const { site, city } = places[0]!;
  const head = { tier: city.tier, city: city.code, site: site.id, policyVersion: grounds.version };
  const deny = (reason: Reason, facts: readonly Fact[] = [], rows: readonly PolicyRow[] = []): Decision => ({
    verdict: 'deny',
    reasons: [reason],
    rows: inSourceOrder(rows),
    facts,
    duties: [],
    ...head,
  });
  // F8: not a matter of rows, and no row could change it.
  if (question.basis === 'FOREIGN') return deny('basis-foreign');
  try {
    const facts = findFacts(grounds, question, places);
    const findings = eachOnce(places.map((place) => ask(grounds, question, place, facts))).map((asked) => find(grounds, asked));
    const rows = findings.flatMap((finding) => finding.rows);
    // Several cameras: one that is denied denies all.
    if (findings.some((finding) => finding.verdict === 'deny'))
      return deny(rows.some((row) => row.effect === 'deny') ? 'row-denies' : 'no-row-allows', facts, rows);
    const duties = strictest([...rows.flatMap((row) => row.duties), ...ofKind(question)]).map((duty) => inStepOrder(duty, grounds.steps));
    return { verdict: 'allow', reasons: ['row-allows'], rows: inSourceOrder(rows), facts, duties, ...head };
  } catch {
    return deny('policy-failed');
  }
}

/** What the kind of the matter asks for beside the rows. */
const ofKind = ({ basis, purpose }: Question): readonly Duty[] => (basis === '-' ? [] : kindDuties[kindOf({ basis, purpose })]);

/** An act that needs no legal basis. `where` null: the gate itself. Anything that breaks is a no. */
export function allows(grounds: Grounds, user: string, act: Act, object: string, where: { site: Site; city: City } | null): boolean {
  try {
    const kind = /^(request|journal|policy|account):[A-Za-z0-9*][A-Za-z0-9:._-]{0,80}$/.exec(object)?.[1];
    if (!kind) return false;
    const objects = [...new Set([object, `${kind}:*`, '*'])];
    const spot = where ? `${where.city.code}/${where.site.id}` : '*';
    const places = where ? placesAround(where) : ['*'];
    return find(grounds, { user, act, objects, spot, places, bases: ['-'], whens: ['*'] }).verdict === 'allow';
  } catch {
    return false;
  }
}

/** Each camera once. The order of items does not matter to the answer. */
function placesOf(grounds: Grounds, items: readonly Item[]): Place[] {
  const places = [...new Set(items.map((item) => item.camera))].map((camera) => grounds.place(camera));
  if (places.length === 0) throw new Problem('span-invalid', 'The question names no camera.');
  const sites = [...new Set(places.map((place) => place.site.id))];
  if (sites.length > 1) throw new Problem('sites-mixed', `Cameras of one site in one application; here: ${sites.join(', ')}.`);
  for (const item of items)
    if (!(hours(item) > 0)) throw new Problem('span-invalid', `The span of ${item.camera} must end after it starts.`);
  return places;
}

const placesAround = ({ site, city }: { site: Site; city: City }): string[] => [
  '*',
  `tier-${city.tier}`,
  city.code,
  `${city.code}/${site.id}`,
];

/** Cameras of which rows ask the same are one question. All of an application's lie at one site. */
function eachOnce(asked: readonly Asked[]): Asked[] {
  return [...new Map(asked.map((one) => [one.objects.join(' '), one])).values()];
}

function ask({ namedObjects }: Grounds, { user, act, basis }: Question, { camera, site, city }: Place, facts: readonly Fact[]): Asked {
  // `ordinary` is a word of rows, not of questions: nobody asks under a group.
  if (basis !== '-' && !bases.includes(basis)) throw new TypeError('The question names no basis.');
  return {
    user,
    act,
    spot: `${city.code}/${site.id}`,
    places: placesAround({ site, city }),
    objects: objectOf[act]
      ? [objectOf[act], '*']
      : ['camera:*', '*', ...[`camera:${camera.id}`, ...camera.groups].filter((object) => namedObjects.has(object))],
    bases: ordinaryBases.includes(basis as Basis) ? [basis, 'ordinary'] : [basis],
    whens: ['*', ...facts],
  };
}

/** The facts of the whole application. Limits come from the rows that stand whatever the facts (when `*`). */
function findFacts(grounds: Grounds, question: Question, places: readonly Place[]): Fact[] {
  const always = eachOnce(places.map((place) => ask(grounds, question, place, []))).flatMap((asked) => collect(grounds, asked));
  const limit = strictest(always.flatMap((row) => row.duties)).find((duty) => duty.kind === 'span');
  const longest = hoursAsked(question.items);
  const isSensitive = places.some((place) => place.camera.groups.some((group) => grounds.sensitiveGroups.includes(group)));
  const found: [Fact, boolean][] = [
    ['sensitive', isSensitive],
    ['over-soft', limit !== undefined && longest > limit.softHours],
    ['over-hard', limit !== undefined && longest > limit.hardHours],
    ['late', question.late],
  ];
  return found.filter(([, holds]) => holds).map(([fact]) => fact);
}

/** model.conf's matcher, row by row, over the rows that stand there. */
function collect({ index, holdsAt }: Grounds, asked: Asked): PolicyRow[] {
  const spots = asked.spot === '*' ? ['*'] : ['*', asked.spot.split('/')[0]!, asked.spot];
  return index
    .at(asked.places, asked.act)
    .filter(
      (row) =>
        asked.bases.includes(row.basis) &&
        asked.whens.includes(row.when) &&
        asked.objects.includes(row.object) &&
        holdsAt(asked.user, row.role, spots),
    );
}

function find(grounds: Grounds, asked: Asked): Finding {
  if (!isUserId(asked.user) || !(acts as readonly string[]).includes(asked.act))
    throw new TypeError('The question names no user or no act.');
  const rows = collect(grounds, asked);
  const ours = rows.some((row) => row.effect === 'allow') && !rows.some((row) => row.effect === 'deny');
  const theirs = grounds.enforce(asked.places, [
    asked.user,
    asked.spot,
    asked.places.join(' '),
    asked.objects.join(' '),
    asked.act,
    asked.bases.join(' '),
    asked.whens.join(' '),
  ]);
  if (ours !== theirs) throw new Error('The rows collected and casbin do not agree.');
  return { verdict: theirs ? 'allow' : 'deny', rows };
}

/** Each row once, by file and line, as plain MatchedRows. */
const inSourceOrder = (rows: readonly PolicyRow[]): Decision['rows'] =>
  [...new Set(rows)]
    .map(({ source, text, effect, duties }) => ({ source, text, effect, duties }))
    .sort((a, b) => a.source.localeCompare(b.source, 'en', { numeric: true }));

const inStepOrder = (duty: Duty, steps: readonly StepRow[]): Duty =>
  duty.kind === 'approve' ? { ...duty, steps: steps.filter(({ step }) => duty.steps.includes(step)).map(({ step }) => step) } : duty;
