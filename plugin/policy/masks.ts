// What is hidden of a camera's picture whoever looks: a neighbour's window, a yard. One line an area, in every derivative of the camera.
import type { Camera } from '../domain/camera.js';
import { faultOfArea, hiddenThings, maskStyles, mostAreas, type Corner, type HiddenThing, type MaskArea, type MaskStyle, type Shape } from '../domain/mask-area.js';
import type { Fault } from '../domain/problem.js';
import { readTable, type Cell } from './csv.js';
import { add } from './faults.js';
import type { Pace } from './pace.js';

const rightShape = 'rectangle X Y WIDTH HEIGHT or polygon X:Y X:Y X:Y, in ten-thousandths of the picture';

/** Null: not of this form. What the numbers say is judged with the whole area. */
function shapeOf(text: string): Shape | null {
  const [kind, ...rest] = text.split(' ');
  const numbers = rest.map((each) => each.split(':').map((digits) => (/^\d{1,5}$/.test(digits) ? Number(digits) : NaN)));
  if (numbers.flat().some(Number.isNaN)) return null;
  const isPlain = (length: number) => numbers.every((each) => each.length === length);
  if (kind === 'polygon' && isPlain(2)) return { kind, corners: numbers as unknown as Corner[] };
  const [x, y, width, height] = numbers.flat() as [number, number, number, number];
  return kind === 'rectangle' && isPlain(1) && numbers.length === 4 ? { kind, x, y, width, height } : null;
}

/** Areas of each camera in the order of the lines, each camera's at most `mostAreas`. */
export async function readMasks(text: string, cameras: ReadonlyMap<string, Camera>, faults: Fault[], pace: Pace): Promise<Map<string, MaskArea[]>> {
  const masks = new Map<string, MaskArea[]>();
  const table = await readTable('masks.csv', text, ['camera', 'shape', 'style', 'hides', 'reason'], pace);
  add(faults, table.faults);
  for (const row of table.rows) {
    if (pace.isDue()) await pace.rest();
    const before = faults.length;
    const wrong = ({ text: found, where }: Cell, wanted: string): void =>
      void faults.push({ code: 'value-malformed', where, detail: `“${found}” is not right; right would be: ${wanted}.` });
    const { camera } = row;
    // Where no camera could be read, that is the fault, not one more for each area.
    if (cameras.size > 0 && !cameras.has(camera.text))
      faults.push({ code: 'camera-unknown', where: camera.where, detail: `“${camera.text}” is no camera of cameras.csv.` });
    const shape = shapeOf(row.shape.text);
    if (!shape) wrong(row.shape, rightShape);
    if (!(maskStyles as readonly string[]).includes(row.style.text)) wrong(row.style, maskStyles.join(' or '));
    const hides = row.hides.text.split('+') as HiddenThing[];
    if (!hides.every((thing) => hiddenThings.includes(thing))) wrong(row.hides, `${hiddenThings.join(', ')}, several with + between them`);
    if (faults.length > before || !shape) continue;
    const area: MaskArea = { shape, style: row.style.text as MaskStyle, hides, reason: row.reason.text };
    const fault = faultOfArea(area);
    if (fault) {
      wrong(fault.startsWith('shape') ? row.shape : fault.startsWith('hides') ? row.hides : row.reason, fault);
      continue;
    }
    const list = masks.get(camera.text) ?? [];
    masks.set(camera.text, list);
    if (list.length >= mostAreas)
      faults.push({ code: 'masks-too-many', where: camera.where, detail: `${camera.text} has ${mostAreas} areas already, which is the most.` });
    else list.push(Object.freeze(area));
  }
  return masks;
}
