// What people do to a request: how it is asked for, which entries one doing leaves, and with which codes it may be refused.
import path from 'node:path';
import type { Client } from '../../../plugin/cli/client.js';
import type { RequestEventName } from '../../../plugin/domain/audit-event.js';
import type { Basis } from '../../../plugin/domain/basis.js';
import type { Act } from '../../../plugin/domain/decision.js';
import type { Item } from '../../../plugin/domain/export-request.js';
import type { ProblemCode } from '../../../plugin/domain/problem.js';
import { anApplication } from '../gate.js';
import { noPaper, noPlan } from '../walk.js';
import type { Crew } from './roster.js';
import type { Random } from './random.js';
import { fetchPackage } from '../fetch-package.js';

/** A request as it was read before the round: what people then do may come too late. */
export interface Known {
  requestId: string;
  state: string;
  basis: Basis;
  planDigest: string | null;
  granted: readonly Item[];
  applicant: string;
  paper: { servedAt: string } | null;
  release: { fetched: number; downloads: number } | null;
  afterReview: { drawn: boolean; finding: string | null } | null;
}

interface Around {
  client: Client;
  known: Known;
  random: Random;
  /** Where a fetched package goes. */
  folder: string;
}

export interface Move {
  /** Under which a refusal is recorded. */
  act: Act;
  ask(around: Around): Promise<unknown>;
  /** Entries of the request by this person, for one answer that says yes. */
  leaves: readonly (readonly RequestEventName[])[];
  /** Beside `request-unknown`, which is all that a stranger hears of a confidential request. */
  refusals: readonly ProblemCode[];
}

const post = (rest: string, body: object = {}) => ({ client, known }: Around) => client.post(`/api/v1/requests/${known.requestId}/${rest}`, body);

/** Where there was none yet, another one: then it is the state that says no. */
const planSeen = ({ known }: Around): object => ({ planDigest: known.planDigest ?? noPlan });

/** A little less at the beginning of each span. */
const less = (items: readonly Item[]): Item[] =>
  items.map((item) => ({ ...item, from: new Date(Math.min(Date.parse(item.from) + 200, Date.parse(item.to) - 200)).toISOString() }));

const voice = ['own-request', 'already-voted', 'not-your-step', 'state-conflict'] as const;
let fetches = 0;

export const moves = {
  approve: {
    act: 'review',
    ask: (around) => post('reviews', { verdict: 'approve', ...planSeen(around) })(around),
    leaves: [['request-reviewed']],
    refusals: [...voice, 'plan-changed', 'call-back-missing'],
  },
  narrow: {
    act: 'review',
    ask: (around) => post('reviews', { verdict: 'narrow', items: less(around.known.granted), ...planSeen(around) })(around),
    leaves: [['plan-narrowed', 'request-reviewed']],
    refusals: [...voice, 'plan-changed', 'call-back-missing', 'scope-same'],
  },
  return: {
    act: 'review',
    ask: post('reviews', { verdict: 'return', code: 'DUPLICATE' }),
    leaves: [['export-returned']],
    refusals: voice,
  },
  withdraw: { act: 'request', ask: post('withdrawal'), leaves: [['request-withdrawn']], refusals: ['not-permitted', 'state-conflict'] },
  release: {
    act: 'release',
    ask: post('release'),
    leaves: [['release-asked'], ['clip-released']],
    refusals: ['not-permitted', 'state-conflict', 'own-request', 'executor-barred', 'call-back-missing'],
  },
  fetch: {
    act: 'export',
    ask: ({ client, known, folder }) => fetchPackage(client, known.requestId, path.join(folder, `fetched-${(fetches += 1)}.zip`)),
    leaves: [['clip-transferred']],
    refusals: ['not-permitted', 'state-conflict', 'release-expired'],
  },
  review: {
    act: 'inspect',
    ask: post('after-review', { finding: 'in-order' }),
    leaves: [['release-reviewed']],
    refusals: ['not-permitted', 'reviewer-party', 'state-conflict'],
  },
  hold: { act: 'inspect', ask: post('hold', { reason: '示例:法院调取备份' }), leaves: [['hold-placed']], refusals: ['not-permitted'] },
  lift: { act: 'inspect', ask: post('hold/lifting'), leaves: [['hold-lifted']], refusals: ['not-permitted', 'state-conflict'] },
  erase: {
    act: 'destroy',
    ask: post('erasures', { field: 'application' }),
    // Nothing is old enough.
    leaves: [],
    refusals: ['not-permitted', 'footage-held', 'retention-running'],
  },
  glass: {
    act: 'manage',
    ask: (around) => post('glass', { reason: around.random.of(['life-in-danger', 'procedure-down']) })(around),
    leaves: [['glass-asked'], ['glass-broken']],
    refusals: ['not-permitted', 'own-request', 'already-voted', 'state-conflict'],
  },
  call: {
    act: 'review',
    ask: (around) => post('call-backs', { directory: 'sh-command', confirmed: around.random.next() < 0.9 })(around),
    leaves: [['call-back-made']],
    refusals: ['not-permitted', 'own-request', 'state-conflict'],
  },
  paper: {
    act: 'request',
    ask: post('paper', { instrument: anApplication().instrument!, officers: anApplication().officers }),
    leaves: [['paper-served']],
    refusals: ['not-permitted', 'state-conflict'],
  },
  accept: {
    act: 'review',
    ask: (around) => post('paper/acceptance', { servedAt: around.known.paper?.servedAt ?? noPaper })(around),
    leaves: [['paper-accepted']],
    refusals: ['not-permitted', 'own-request', 'paper-missing', 'state-conflict', 'call-back-missing'],
  },
  close: {
    act: 'review',
    ask: post('closing', { explanation: '示例:儿童已找到' }),
    leaves: [['request-closed']],
    refusals: ['not-permitted', 'own-request', 'state-conflict'],
  },
} as const satisfies Record<string, Move>;
export type MoveName = keyof typeof moves;
export const moveNames = Object.keys(moves) as MoveName[];

type Wishes = readonly (readonly [weight: number, move: MoveName])[];

const reviewer: Wishes = [[60, 'approve'], [4, 'narrow'], [2, 'return'], [8, 'call'], [4, 'accept'], [1, 'close'], [1, 'paper'], [2, 'hold'], [4, 'lift']];

/** What each role has to do, and how often it wants to. */
export const wishes: Readonly<Record<Crew, Wishes>> = {
  'police.investigator': [[1, 'withdraw'], [30, 'paper'], [60, 'fetch'], [9, 'approve']],
  // A citizen's request is withdrawn only by those who try what is not theirs: enough of the few must come to be seen.
  reception: [[20, 'approve'], [10, 'fetch']],
  'evidence-clerk': reviewer,
  'site-security-manager': reviewer,
  'privacy-officer': [...reviewer, [4, 'erase']],
  'unit-head': [...reviewer, [10, 'review']],
  'duty-manager': reviewer,
  'executor.department': [[80, 'release'], [20, 'fetch']],
  auditor: [[70, 'review'], [5, 'hold'], [10, 'lift']],
  administrator: [[80, 'glass'], [10, 'approve'], [10, 'release']],
};
