// What is hidden of a camera: the areas that stand for all its footage, and those that somebody drew for one request, sealed beside its footage.
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { sha256Hex } from '../domain/formats/digest.js';
import { drawingOf, isSettled, type Drawing } from '../domain/drawing.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { MaskArea } from '../domain/mask-area.js';
import { Problem } from '../domain/problem.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';

/** What the sealed list behind areas-drawn says. */
export interface DrawnAreas {
  version: 1;
  camera: string;
  areas: readonly MaskArea[];
  /** Why there is nothing to hide, where the list is empty. */
  reason?: string;
}

interface Parts {
  objects: Objects;
  readonly policy: Policy;
}

const mostBytes = 4 * 1024 * 1024;

/** As it was sealed, or not at all. Problem `object-corrupt`. */
export async function readDrawing(objects: Objects, { index, camera }: Drawing): Promise<DrawnAreas> {
  const pieces: Buffer[] = [];
  if (index.bytes <= mostBytes) for await (const piece of objects.read(index.object)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  if (sha256Hex(bytes) !== index.sha256) throw new Problem('object-corrupt', `The list of what is masked of ${camera} is not the one that was recorded.`);
  return JSON.parse(bytes.toString('utf8')) as DrawnAreas;
}

export const writeDrawing = (drawn: DrawnAreas): Buffer => Buffer.from(canonicalJson(drawn));

/** Of every derivative of the camera, whoever sees it. */
export const standingAreas = ({ policy }: Pick<Parts, 'policy'>, camera: string): readonly MaskArea[] => policy.masks.get(camera) ?? [];

/**
 * What is hidden from who looks at sealed footage: the standing areas, and what was drawn once whoever drew it has agreed. Who draws sees what they
 * draw over. Problem `object-corrupt`.
 */
export async function hiddenFor(parts: Parts, state: RequestState, camera: string): Promise<readonly MaskArea[]> {
  const drawing = settledDrawing(state, camera);
  const drawn = drawing ? (await readDrawing(parts.objects, drawing)).areas : [];
  return [...standingAreas(parts, camera), ...drawn];
}

function settledDrawing(state: RequestState, camera: string): Drawing | null {
  const drawing = drawingOf(state, camera);
  return drawing && isSettled(state, drawing) ? drawing : null;
}

/** The same text for the same areas that `hiddenFor` gives, nothing read. `state`: null where it is shown under no request. */
export const hiddenAs = (parts: Pick<Parts, 'policy'>, state: RequestState | null, camera: string): string =>
  canonicalJson([standingAreas(parts, camera) as never, (state && settledDrawing(state, camera)?.index.sha256) ?? null]);
