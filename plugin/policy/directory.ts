// The directory of published telephone numbers: who asks by telephone is called back on one of these, never on a number that they gave.
import type { City } from '../domain/camera.js';
import type { Fault } from '../domain/problem.js';
import { readTable } from './csv.js';
import { add } from './faults.js';
import type { Pace } from './pace.js';

export interface DirectoryEntry {
  id: string;
  /** City code, or `*` for a unit that acts everywhere. */
  city: string;
  unit: string;
  phone: string;
}

export async function readDirectory(
  text: string,
  cities: ReadonlyMap<string, City>,
  faults: Fault[],
  pace: Pace,
): Promise<Map<string, DirectoryEntry>> {
  const directory = new Map<string, DirectoryEntry>();
  const table = await readTable('directory.csv', text, ['id', 'city', 'unit', 'phone'], pace);
  add(faults, table.faults);
  for (const { id, city, unit, phone } of table.rows) {
    if (pace.isDue()) await pace.rest();
    const found = (where: string, code: string, detail: string) => faults.push({ code, where, detail });
    const before = faults.length;
    if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(id.text))
      found(id.where, 'value-malformed', `“${id.text}” is not a short name such as sh-command.`);
    if (city.text !== '*' && !cities.has(city.text))
      found(
        city.where,
        'city-unknown',
        `${city.text} is not listed in cities.csv; right is a code of it, or * for a unit that acts everywhere.`,
      );
    if (!/^[0-9][0-9-]{2,19}$/.test(phone.text))
      found(phone.where, 'value-malformed', `“${phone.text}” is not a telephone number of 3 to 20 digits and -.`);
    if (directory.has(id.text)) found(id.where, 'id-duplicate', `${id.text} stands in this file already; each id once.`);
    if (faults.length === before)
      directory.set(id.text, Object.freeze({ id: id.text, city: city.text, unit: unit.text, phone: phone.text }));
  }
  return directory;
}
