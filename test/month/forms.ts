// The forms that are filled in during the month: sound ones, of which each story changes what it is about.
import type { Basis } from '../../plugin/domain/basis.js';
import type { Application, Item, Officer } from '../../plugin/domain/export-request.js';
import type { InstrumentType } from '../../plugin/domain/legal-instrument.js';
import { scanSha256 } from '../support/gate.js';
import type { City } from './cities.js';

const papers: Partial<Record<Basis, InstrumentType>> = {
  PROCURATORATE: 'PROCURATORATE_CERTIFICATE',
  COURT: 'COURT_ORDER',
  SUPERVISION: 'SUPERVISION_NOTICE',
  STATE_SECURITY: 'STATE_SECURITY_PAPER',
  OTHER_ADMIN_ORGAN: 'STATUTORY_POWER_PAPER',
};

export const hour = 3_600_000;
export const day = 24 * hour;

/** Nothing is recorded on this day. */
export const silence = { from: new Date('2026-02-25T00:00:00.000Z'), to: new Date('2026-02-26T00:00:00.000Z') };
export const footageFrom = new Date('2026-02-20T00:00:00.000Z');

export const iso = (at: number): string => new Date(at).toISOString();
/** `2026-03-01`, in Beijing. */
const dayOf = (at: number): string => iso(at + 8 * hour).slice(0, 10);

/** So many seconds of a camera, from a whole second on: there a key frame stands, and what is shown is what was asked for. */
export function span(camera: string, from: number, seconds: number): Item {
  const start = Math.floor(from / 1000) * 1000;
  return { camera, from: iso(start), to: iso(start + seconds * 1000) };
}

const officer = (city: City, number: number): Officer => ({
  name: number % 2 ? '陆一舟' : '江映川', unit: city.police, idKind: 'POLICE', idNumber: `示例-${String(number).padStart(6, '0')}`,
});

/** A sound application under this basis at `now`, with a number of its own in every paper. */
export function aForm(city: City, number: number, now: number, items: readonly Item[], change: Partial<Application> = {}): Application {
  const { basis = 'CRIMINAL_CASE' } = change;
  const from = Math.min(...items.map((item) => Date.parse(item.from)));
  const to = Math.max(...items.map((item) => Date.parse(item.to)));
  return {
    basis, items,
    reason: `示例案件${number}:核实经过`,
    officers: [officer(city, 2 * number + 1), officer(city, 2 * number + 2)],
    instrument: {
      type: papers[basis] ?? 'RETRIEVAL_NOTICE', number: `示例公调证字〔2026〕${number}号`, issuer: `${city.police}(示例)`, sealPresent: true, issuedOn: dayOf(now),
      covers: [{ cameras: [...new Set(items.map(({ camera }) => camera))], from: iso(from - hour), to: iso(to + hour) }],
      scanSha256,
    },
    ...change,
  };
}

/** What is no organ's: no paper and no officers. */
export const aPlainForm = (number: number, items: readonly Item[], change: Partial<Application>): Application => ({
  basis: 'CITIZEN_VIEW', items, officers: [], reason: `示例事项${number}:查看`, ...change,
});

export const aVisitor = (number: number) => ({ name: `示例市民${number}`, idNumber: `示例-${String(900_000 + number)}`, statement: '示例:在广场遗失背包' });
