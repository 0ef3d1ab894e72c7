// What is told of a delivery: the link, to its receivers; the passphrase, to executors alone, who pass it on by another way than the link.
import { Problem } from '../domain/problem.js';
import { isGone, type RequestState } from '../domain/lifecycle.js';
import type { PackagePart } from '../domain/package-part.js';
import type { Person } from '../domain/subject.js';
import { isLinkMark, linkMark } from '../delivery/secret.js';
import type { Objects } from '../store/objects.js';
import { judgeReceiver, partFor, sealedPart } from './deliver.js';
import type { Requests } from './requests.js';
import { passphraseFor, readSecret } from './wrap.js';

interface Parts {
  requests: Requests;
  objects: Objects;
}

/** Recorded first. Problems: `request-unknown`, `not-permitted`, `state-conflict`, `release-expired`, `object-corrupt`, `journal-unwritable`. */
export async function tellPassphrase(parts: Parts & { now: () => Date }, executor: Person, requestId: string, asked?: PackagePart): Promise<string> {
  return parts.requests.take(requestId, async (turn) => {
    const { state } = turn;
    const release = judgeReceiver(state, executor.pseudonym);
    const part = asked ?? partFor(state, executor.pseudonym);
    if (!release.executors.includes(executor.pseudonym))
      throw new Problem('not-permitted', `The passphrase of ${requestId} is told to who released it, and they tell the receiver.`);
    if (Date.parse(release.expiresAt) <= parts.now().getTime() && state.transfers.every((it) => it.part !== part || it.form !== 'zip'))
      throw new Problem('release-expired', `The release of ${requestId} ended at ${release.expiresAt}, and nothing left under this passphrase.`);
    sealedPart(state, part);
    const passphrase = await passphraseFor(parts.objects, state, part);
    await turn.append({ event: 'passphrase-shown', by: executor.pseudonym, data: { part } });
    return passphrase;
  });
}

/** The link's last part. Problems: `request-unknown`, `not-permitted`, `state-conflict`, `object-corrupt`. */
export async function tellLink({ requests, objects }: Parts, receiver: Person, requestId: string): Promise<string> {
  const state = requests.state(requestId);
  judgeReceiver(state, receiver.pseudonym);
  return `${requestId}.${linkMark(await readSecret(objects, state), requestId)}`;
}

/** Which release a link leads to; null where it is none. */
export async function findLink({ requests, objects }: Parts, link: string): Promise<RequestState | null> {
  const [, requestId, mark] = /^([A-Z0-9-]{1,80})\.([\w-]{22})$/.exec(link) ?? [];
  if (!requestId || !mark || !requests.isKnown(requestId)) return null;
  const state = requests.state(requestId);
  // Of what was destroyed the secret is too.
  return state.release && !state.copiesDestroyed && !isGone(state) && isLinkMark(await readSecret(objects, state), requestId, mark) ? state : null;
}
