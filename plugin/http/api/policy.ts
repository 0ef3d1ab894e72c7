// The policy files: what is in force, what was saved, what would change; and the two voices that put it in force.
import { z } from 'zod';
import type { Pseudonym } from '../../domain/audit-event.js';
import { Problem } from '../../domain/problem.js';
import { parseInstant } from '../../domain/span.js';
import type { Person } from '../../domain/subject.js';
import { recordRefusal } from '../../export/refusal.js';
import { rehearse } from '../../export/rehearse.js';
import { diffTexts } from '../../policy/diff-texts.js';
import { judgeTexts } from '../../policy/load.js';
import { operation, type Operation } from '../operation.js';
import type { emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

/** `sha256:…`, its hex digits, or the first eight of them and more. */
const hash = z.string().regex(/^(sha256:)?[0-9a-f]{8,64}$/, 'a hash as `policy log` tells it, eight hex digits or more');
const activationSchema = z.strictObject({ version: hash });
const rehearsalSchema = z.strictObject({
  since: z.string().max(40),
  // Counted before each is looked at: a million keys are work too.
  files: z
    .custom<Record<string, string>>(
      (value) => typeof value === 'object' && value !== null && Object.keys(value).length <= 1_000,
      'files by name, at most 1000',
    )
    .pipe(z.record(z.string().max(80), z.string().max(8 * 1024 * 1024))),
});

const state = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/policy',
  summary: 'The policy in force, and what was saved beside it: faults, changed files, rehearsal, who stands for it',
  async run(parts, { subject }) {
    mayRead(parts, subject);
    const { inForce, candidate, record } = parts.policies;
    const agreedBy = candidate?.version
      ? await Promise.all((await parts.policies.agreed(candidate.version)).map((by) => nameOf(parts, by)))
      : [];
    const last = record.events.filter(({ what }) => what === 'in-force').at(-1)!;
    return {
      status: 200,
      body: {
        inForce: { version: inForce.version, since: last.at, by: await nameOf(parts, last.by) },
        candidate: candidate && { ...candidate, agreedBy },
      },
    };
  },
});

const log = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/policy/log',
  summary: 'Every policy that was proposed, agreed to or in force, newest first (?count)',
  async run(parts, { subject, query }) {
    mayRead(parts, subject);
    const count = Math.min(500, Math.max(1, Number.parseInt(query.get('count') ?? '50', 10) || 50));
    const events = parts.policies.record.events.slice(-count).reverse();
    return { status: 200, body: { events: await Promise.all(events.map(async (it) => ({ ...it, by: await nameOf(parts, it.by) }))) } };
  },
});

const show = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/policy/versions/{version}',
  summary: 'The files of a version',
  async run(parts, { subject, params }) {
    mayRead(parts, subject);
    const version = versionOf(parts, params['version']!);
    return { status: 200, body: { version, files: await parts.policies.textsOf(version) } };
  },
});

const diff = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/policy/diff',
  summary: 'What changed between two versions (?from, ?to); without them from the one in force to the saved one',
  async run(parts, { subject, query }) {
    mayRead(parts, subject);
    const { inForce, candidate } = parts.policies;
    const from = query.has('from') ? versionOf(parts, query.get('from')!) : inForce.version;
    const to = query.has('to') ? versionOf(parts, query.get('to')!) : (candidate?.version ?? inForce.version);
    const [before, after] = [await parts.policies.textsOf(from), await parts.policies.textsOf(to)];
    return { status: 200, body: { from, to, files: await diffTexts(before, after) } };
  },
});

const activate = operation<ApiParts, typeof activationSchema>({
  method: 'post',
  path: '/api/v1/policy/activations',
  summary: 'A voice for a version: the first administrator’s is recorded, the second one’s puts it in force',
  body: activationSchema,
  async run(parts, { subject, body }) {
    // Judged before the version is looked up: who may not edit is not told which versions there are.
    const result = await recordRefusal(parts, subject, 'edit-policy', `policy:${body.version}`, async () => {
      mayEdit(parts, subject);
      return parts.policies.activate(subject, versionOf(parts, body.version));
    });
    return { status: 201, body: result };
  },
});

const tryOut = operation<ApiParts, typeof rehearsalSchema>({
  method: 'post',
  path: '/api/v1/policy/rehearsals',
  summary: 'Past requests decided again under edited files: what would change, and for whom. Nothing is recorded',
  body: rehearsalSchema,
  bodyLimit: '20mb',
  before: mayEdit,
  async run(parts, { body }) {
    const since = new Date(parseInstant(body.since));
    const { policy, faults } = await judgeTexts(body.files);
    if (!policy) throw new Problem('policy-refused', `The edited files have ${faults.length} fault(s).`, { faults });
    return { status: 201, body: { version: policy.version, ...(await rehearse(parts, parts.policy, policy, since)) } };
  },
});

function mayRead({ policy }: ApiParts, { user }: Person): void {
  if (!policy.allows(user, 'edit-policy', 'policy:*', null) && !policy.allows(user, 'read-journal', 'journal:*', null))
    throw new Problem('not-permitted', 'Reading the policy files needs the act edit-policy or read-journal.');
}

function mayEdit({ policy }: ApiParts, { user }: Person): void {
  if (!policy.allows(user, 'edit-policy', 'policy:*', null)) throw new Problem('not-permitted', 'This needs the act edit-policy.');
}

/** The one version that begins so. Problem `policy-unknown`. */
function versionOf({ policies }: ApiParts, asked: string): string {
  const digits = asked.replace(/^sha256:/, '');
  const saved = policies.candidate?.version ?? null;
  const known = new Set([...policies.record.versions(), ...(saved === null ? [] : [saved])]);
  const found = [...known].filter((version) => version.startsWith(`sha256:${digits}`));
  if (digits.length < 8 || found.length !== 1)
    throw new Problem(
      'policy-unknown',
      `${found.length > 1 ? 'Several policies begin' : 'No policy begins'} with “${digits.slice(0, 64)}”; \`exportgate policy log\` lists them.`,
    );
  return found[0]!;
}

const nameOf = async ({ store }: ApiParts, by: Pseudonym): Promise<string> => (await store.people.userOf(by)) ?? by;

export const policyOperations: readonly Operation<ApiParts>[] = [state, log, show, diff, activate, tryOut];
