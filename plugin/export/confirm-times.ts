// Times that no recorder proved (a vendor's playback, a replay without its time extension), or that a clock in the wrong zone may have
// moved by hours: a person looks at the first and the last
// frame, reads the clock in the picture, and says what it shows. Until then nothing is made of the footage.
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { judgeParty } from '../domain/approval.js';
import { edges, type Edge } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import { parseInstant, type Instant } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import type { Tools } from '../media/find-ffmpeg.js';
import { renderStill } from '../media/still.js';
import { openWork } from '../media/work-folder.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson, type CameraIndex, type CoveragePart } from './custody.js';
import type { Requests, Turn } from './requests.js';

interface Parts {
  policy: Policy;
  requests: Requests;
  objects: Objects;
  tools: Tools;
  workFolder: string;
}

/**
 * One marked frame as JPEG, for an executor who is no party to the request; recorded before it is shown.
 * Problems: `request-unknown`, `not-permitted`, `own-request`, `state-conflict`, `camera-unknown`, `render-failed`, `object-corrupt`.
 */
export async function showEdge(parts: Parts, person: Person, requestId: string, camera: string, edge: Edge): Promise<Buffer> {
  const found = await parts.requests.take(requestId, async (turn) => {
    const at = await edgesOf(parts, turn, person, camera);
    await turn.append({ event: 'frame-inspected', by: person.pseudonym, data: { camera, edge } });
    return at[edge];
  });
  const work = await openWork(parts.workFolder);
  try {
    const input = path.join(work.folder, `01.${found.part.facts.container}`);
    await pipeline(Readable.from(parts.objects.read(found.object)), fs.createWriteStream(input, { mode: 0o600 }));
    const text = { requestId, unit: person.unit, officers: [person.name] };
    return await renderStill(parts.tools, {
      input,
      workFolder: work.folder,
      part: found.part.facts,
      edge,
      times: found.times,
      marks: ['text', 'clock'],
      text,
    });
  } finally {
    await work.wipe();
  }
}

/** `shown`: what the clock in the picture says, as the person read it. Problems as above, `span-invalid`. */
export async function confirmTimes(
  parts: Pick<Parts, 'policy' | 'requests' | 'objects'>,
  person: Person,
  requestId: string,
  camera: string,
  shown: { first: Instant; last: Instant },
): Promise<RequestState> {
  return parts.requests.take(requestId, async (turn) => {
    const { first, last } = await edgesOf(parts, turn, person, camera);
    const unseen = edges.filter(
      (edge) => !turn.state.inspected.some((it) => it.camera === camera && it.edge === edge && it.by === person.pseudonym),
    );
    if (unseen.length > 0)
      throw new Problem(
        'state-conflict',
        `Whoever confirms the times has seen both frames; the ${unseen.join(' and the ')} one was not shown to this person.`,
      );
    const told = { first: parseInstant(shown.first), last: parseInstant(shown.last) };
    if (told.last < told.first) throw new Problem('span-invalid', 'The last frame cannot show an earlier time than the first.');
    await turn.append({
      event: 'times-confirmed',
      by: person.pseudonym,
      data: {
        camera,
        first: { asserted: parseInstant(first.part.firstFrame), shown: told.first },
        last: { asserted: parseInstant(last.part.lastFrame), shown: told.last },
      },
    });
    return turn.state;
  });
}

type At = { part: CoveragePart; times: 'proven' | 'asserted'; object: string };

async function edgesOf(
  { policy, objects }: Pick<Parts, 'policy' | 'objects'>,
  { state }: Turn,
  person: Person,
  camera: string,
): Promise<Record<Edge, At>> {
  const { site } = state.requested;
  if (!policy.allows(person.user, 'execute', 'request:*', site))
    throw new Problem('not-permitted', `No policy row lets ${person.user} execute at ${site}.`);
  judgeParty(state, person.pseudonym);
  const take = state.takes.find((it) => it.camera === camera && it.doubt !== null);
  if (!take) throw new Problem('camera-unknown', `Request ${state.requestId} has no footage of ${camera} whose times want confirming.`);
  if (state.tracks.approval !== 'granted' || state.tracks.custody !== 'sealed' || state.tracks.delivery !== 'none')
    throw new Problem(
      'state-conflict',
      `Request ${state.requestId} is ${state.state}; times are confirmed when it is granted and sealed, before anything is made of it.`,
    );
  const { coverage, artifacts } = await readSealedJson<CameraIndex>(objects, take.index);
  const parts = coverage.spans.flatMap((span) => span.parts.map((part) => ({ part, times: span.times ?? ('asserted' as const) })));
  // Spans by two clocks may stand out of order.
  parts.sort((a, b) => a.part.facts.firstUtcMicros - b.part.facts.firstUtcMicros);
  const at = ({ part, times }: Omit<At, 'object'>): At => ({
    part,
    times,
    object: artifacts.find((artifact) => artifact.path === part.path)!.object,
  });
  return { first: at(parts[0]!), last: at(parts.at(-1)!) };
}
