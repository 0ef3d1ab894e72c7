// exportgate review ID --approve [--plan DIGEST] | --narrow FILE [--plan DIGEST] | --return CODE | --after FINDING
import { findings } from '../domain/audit-event.js';
import { returnCodes } from '../domain/basis.js';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';
import { readJson } from './read-form.js';
import { lines } from './request.js';

interface Said {
  id: string;
  approve?: boolean;
  narrow?: string;
  return?: string;
  after?: string;
  plan?: string;
}

export const reviewRequest: Verb<Said> = async (context, options) => {
  judge(options);
  const client = clientOf(context);
  const address = `/api/v1/requests/${options.id}`;
  // A yes is bound to a plan: the one named, or the one that stands at this moment. Where there is none, the gate says why.
  const plan = async () => options.plan ?? (await client.get<{ planDigest: string | null }>(address)).planDigest ?? 'none';
  const answer = async (): Promise<Parameters<typeof lines>[0]> => {
    if (options.after !== undefined) return client.post(`${address}/after-review`, { finding: options.after });
    if (options.return !== undefined) return client.post(`${address}/reviews`, { verdict: 'return', code: options.return });
    if (options.narrow === undefined) return client.post(`${address}/reviews`, { verdict: 'approve', planDigest: await plan() });
    const { items } = ((await readJson(options.narrow)) ?? {}) as { items?: unknown };
    return client.post(`${address}/reviews`, { verdict: 'narrow', items, planDigest: await plan() });
  };
  const view = await answer();
  context.output.result(view, lines(view));
  return 0;
};

/** One of the four, and a word that it takes. */
function judge({ approve, narrow, return: code, after }: Said): void {
  const isOneOf = (words: readonly string[], word: string | undefined) => word === undefined || words.includes(word);
  const said = [approve, narrow, code, after].filter((it) => it !== undefined).length;
  if (said !== 1 || !isOneOf(returnCodes, code) || !isOneOf(findings, after))
    throw new Problem(
      'config-invalid',
      `Say either --approve, or --narrow with a file, or --return with one of: ${returnCodes.join(' ')}, or --after with one of: ${findings.join(' ')}`,
    );
}
