// The package leaves: after a release, to who asked for it, a counted number of times, until it ends. Recorded before the first byte.
import { randomUUID } from 'node:crypto';
import { isGone, type RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import type { Manifest } from '../evidence/manifest-schema.js';
import { packageFiles } from '../evidence/package.js';
import type { PackageFile } from '../evidence/read-exactly.js';
import { zipLayout, writeZip } from '../evidence/zip.js';
import type { Objects } from '../store/objects.js';
import type { ClockWatch } from './clock-watch.js';
import { readSealedJson } from './custody.js';
import type { PackageIndex } from './seal-package.js';
import type { Requests } from './requests.js';

interface Parts {
  clock: ClockWatch;
  journal: Journal;
  objects: Objects;
  requests: Requests;
  now: () => Date;
}

export interface Delivery {
  fileName: string;
  bytes: number;
  body: AsyncIterable<Buffer>;
}

/** Problems: `request-unknown`, `not-permitted`, `state-conflict`, `release-expired`, `clock-doubted`, `checkpoint-uncosigned`, `journal-unwritable`, `object-corrupt`. */
export async function deliver(parts: Parts, receiver: Person, requestId: string): Promise<Delivery> {
  const person = receiver.pseudonym;
  // Everything that can fail is done before the entry says that bytes left.
  const files = await parts.requests.take(requestId, async (turn) => {
    judgeReceiver(parts, turn.state, person);
    // Set back, the gate's clock would open again what had ended.
    await parts.clock.judge();
    const packed = await packaged(parts, turn.state);
    await turn.append({ event: 'clip-transferred', by: person, data: { transfer: randomUUID(), part: 'whole', form: 'plain', bytes: zipLayout(packed).total, recipient: null } });
    return packed;
  });
  return { fileName: `${requestId}.zip`, bytes: zipLayout(files).total, body: writeZip(files) };
}

function judgeReceiver({ now }: Parts, state: RequestState, person: string): void {
  const { release, requested, requestId, copiesDestroyed } = state;
  const receivers = [requested.applicant, requested.enteredBy, ...(release?.executors ?? [])];
  if (!receivers.includes(person))
    throw new Problem('not-permitted', `Only the applicant and the executors of ${requestId} may fetch its package.`);
  if (!release) throw new Problem('state-conflict', `Request ${requestId} is ${state.state}; its package is not released.`);
  if (copiesDestroyed || isGone(state)) throw new Problem('release-expired', `The package of ${requestId} was destroyed; its time is over.`);
  if (Date.parse(release.expiresAt) <= now().getTime())
    throw new Problem('release-expired', `The release of ${requestId} ended at ${release.expiresAt}.`);
  if (state.transfers.length >= release.downloads)
    throw new Problem(
      'release-expired',
      `The package of ${requestId} was fetched ${state.transfers.length} times, which is all that its plan allows.`,
    );
}

/**
 * The archive is a function of the sealed index, the journal up to package-sealed and the checkpoint that covers it, which is chosen once:
 * the same bytes each time. Problem `checkpoint-uncosigned`.
 */
export async function packaged({ journal, objects }: Pick<Parts, 'journal' | 'objects'>, state: RequestState): Promise<PackageFile[]> {
  const sealed = state.package!;
  const index = await readSealedJson<PackageIndex>(objects, sealed.index);
  const history = journal.entriesOf(state.requestId);
  const entries = history.slice(0, history.findIndex((entry) => entry.event === 'package-sealed') + 1);
  // By the key that the signed manifest names, also where the log has another one since.
  const { vkey } = (JSON.parse(index.manifest) as Manifest).log;
  const covering = await journal.covering(entries.at(-1)!.index + 1, vkey);
  return packageFiles({
    manifest: Buffer.from(index.manifest, 'utf8'),
    envelope: index.envelope,
    timeStamp: index.timeStamp === undefined ? null : Buffer.from(index.timeStamp, 'base64'),
    entries,
    checkpoint: covering.note,
    proof: (at) => journal.proof(at, covering),
    artifacts: index.artifacts.map((artifact) => ({
      ...artifact,
      read: (from: number, to: number) => objects.read(artifact.object, from, to),
    })),
  });
}
