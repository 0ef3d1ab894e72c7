// What is burned into the copies of each camera of a package, and how the manifest tells it: the areas, why they are hidden, and who said so.
import { drawingOf } from '../domain/drawing.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { MaskArea } from '../domain/mask-area.js';
import type { ManifestCamera } from '../evidence/manifest-schema.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import { readDrawing, standingAreas } from './areas.js';

type Told = NonNullable<ManifestCamera['masks']>;

export interface CameraMasks {
  /** In the order in which they are drawn. */
  areas: readonly MaskArea[];
  standing: readonly MaskArea[];
  drawn: (Omit<NonNullable<Told['drawn']>, 'person' | 'areas'> & { areas: readonly MaskArea[]; by: string }) | null;
}

/** Cameras with footage, those of which nothing is hidden and nothing was drawn left out. From the journal alone, and the areas that stand. Problem `object-corrupt`. */
export async function masksOf(
  parts: { objects: Objects; readonly policy: Policy },
  state: RequestState,
  cameras: readonly { camera: string }[],
): Promise<ReadonlyMap<string, CameraMasks>> {
  const masks = new Map<string, CameraMasks>();
  for (const { camera } of cameras) {
    const standing = standingAreas(parts, camera);
    const drawing = drawingOf(state, camera);
    if (standing.length === 0 && drawing === null) continue;
    const list = drawing && (await readDrawing(parts.objects, drawing));
    const { areas = [], reason } = list ?? {};
    const drawn = drawing && { areas, ...(reason !== undefined && { reason }), by: drawing.by, at: drawing.at, sha256: drawing.index.sha256 };
    masks.set(camera, { areas: [...standing, ...areas], standing, drawn });
  }
  return masks;
}

/** `nameOf`: as the approvals name people. */
export async function describeMasks(masks: CameraMasks | undefined, nameOf: (person: string) => Promise<string | undefined>): Promise<Pick<ManifestCamera, 'masks'>> {
  if (!masks) return {};
  if (!masks.drawn) return { masks: asTold({ standing: masks.standing, drawn: null }) };
  const { by, ...drawn } = masks.drawn;
  const person = await nameOf(by);
  return { masks: asTold({ standing: masks.standing, drawn: { ...drawn, ...(person !== undefined && { person }) } }) };
}

/** The schema's lists may be written to; ours are not. */
const asTold = (masks: { standing: readonly MaskArea[]; drawn: unknown }): Told => masks as unknown as Told;

/** What a manifest says is hidden of a camera, in the order in which it is drawn. */
export const areasTold = (camera: Pick<ManifestCamera, 'masks'> | undefined): readonly MaskArea[] =>
  [...(camera?.masks?.standing ?? []), ...(camera?.masks?.drawn?.areas ?? [])] as unknown as MaskArea[];
