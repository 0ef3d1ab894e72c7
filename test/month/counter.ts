// What ends at the counter: applications that come back with every code the gate finds, those that the policy denies, those that get no number
// at all; and what people try before they apply, or without.
import type { FormDefect, ReturnCode } from '../../plugin/domain/basis.js';
import type { Application, Item } from '../../plugin/domain/export-request.js';
import type { UserId } from '../../plugin/domain/subject.js';
import { chengdu, cities, qinhuangdao, shanghai, type City } from './cities.js';
import { aForm, aPlainForm, aVisitor, hour, iso, span } from './forms.js';
import type { Stage } from './stage.js';
import { recently, type Story } from './stories.js';

interface Returned {
  codes: readonly (ReturnCode | FormDefect)[];
  by?(city: City): UserId;
  form(stage: Stage, city: City): Application;
}

const sound = (stage: Stage, city: City, change: Partial<Application> = {}, items: readonly Item[] = [recently(stage, city.street.camera)]): Application =>
  aForm(city, stage.number(), stage.clock.at, items, change);
const withPaper = (form: Application, change: object): Application => ({ ...form, instrument: { ...form.instrument!, ...change } });

/** One for each way in which a form is not as it should be. */
const defects = {
  'no paper': { codes: ['NO_INSTRUMENT'], form: (stage, city) => sound(stage, city, { instrument: undefined }) },
  'no scan': { codes: ['INSTRUMENT_UNREADABLE'], form: (stage, city) => withPaper(sound(stage, city), { scanSha256: '' }) },
  'a scan that nobody uploaded': { codes: ['INSTRUMENT_UNREADABLE'], form: (stage, city) => withPaper(sound(stage, city), { scanSha256: 'e'.repeat(64) }) },
  'no seal': { codes: ['SEAL_MISSING'], form: (stage, city) => withPaper(sound(stage, city), { sealPresent: false }) },
  'another camera': {
    codes: ['OUT_OF_SCOPE_CAMERA'],
    form: (stage, city) => {
      const form = sound(stage, city);
      return withPaper(form, { covers: form.instrument!.covers.map((scope) => ({ ...scope, cameras: [city.gate.camera] })) });
    },
  },
  'another time': {
    codes: ['OUT_OF_SCOPE_TIME'],
    form: (stage, city) => {
      const form = sound(stage, city);
      return withPaper(form, { covers: form.instrument!.covers.map((scope) => ({ ...scope, from: iso(0), to: iso(hour) })) });
    },
  },
  'one officer': { codes: ['OFFICER_COUNT'], form: (stage, city) => ({ ...sound(stage, city), officers: sound(stage, city).officers.slice(1) }) },
  'a card that ran out': {
    codes: ['ID_EXPIRED'],
    form: (stage, city) => {
      const form = sound(stage, city);
      return { ...form, officers: form.officers.map((officer) => ({ ...officer, idValidUntil: '2026-02-28' })) };
    },
  },
  'a paper of another power': { codes: ['POWER_NOT_SHOWN'], form: (stage, city) => withPaper(sound(stage, city), { type: 'COURT_ORDER' }) },
  'a camera of nobody’s': {
    codes: ['NOT_OUR_SYSTEM'],
    form: (stage, city) => sound(stage, city, {}, [recently(stage, city.school.camera)]),
  },
  'no necessity': {
    codes: ['necessity-missing'],
    form: (stage, city) => sound(stage, city, {}, [span(city.street.camera, stage.clock.at - 40 * hour, 25 * 3600)]),
  },
  'no card copies': { codes: ['card-copy-missing'], form: (stage, city) => sound(stage, city, { basis: 'ADMIN_URGENT' }) },
  'no visitor': { codes: ['visitor-missing'], by: ({ reception }) => reception, form: (stage, city) => aPlainForm(stage.number(), [recently(stage, city.street.camera)], {}) },
  'no ticket': {
    codes: ['ticket-missing'],
    by: ({ guard }) => guard,
    form: (stage, city) => aPlainForm(stage.number(), [recently(stage, city.street.camera)], { basis: 'INTERNAL_SECURITY' }),
  },
  'two cameras for a visitor': {
    codes: ['cameras-too-many'],
    by: ({ reception }) => reception,
    form: (stage, city) => {
      const number = stage.number();
      return aPlainForm(number, [city.street, city.gate].map(({ camera }) => recently(stage, camera)), { visitor: aVisitor(number) });
    },
  },
  'nothing as it should be': {
    codes: ['NO_INSTRUMENT', 'OFFICER_COUNT'],
    form: (stage, city) => ({ ...sound(stage, city, { instrument: undefined }), officers: [] }),
  },
} as const satisfies Record<string, Returned>;
export type Defect = keyof typeof defects;

/** Which of them a city can have: a camera that is recorded by nobody is Shanghai's, a limit of one camera Qinhuangdao's. */
export const defectsOf = (city: City): Defect[] =>
  (Object.keys(defects) as Defect[]).filter(
    (it) => (it !== 'a camera of nobody’s' || city === shanghai) && (it !== 'two cameras for a visitor' || city === qinhuangdao),
  );

export const defective = (which: Defect): Story =>
  async function* (stage, city) {
    const { codes, form, by = ({ investigator }: City) => investigator }: Returned = defects[which];
    await stage.apply(city, { applicant: by(city), steps: [] }, form(stage, city), { state: 'returned', codes });
    yield 1;
  };

const next = (city: City): City => cities[(cities.indexOf(city as (typeof cities)[number]) + 1) % cities.length]!;

/** Who asks for what without a row that allows it. */
const denials: readonly { by(city: City): UserId; change: Partial<Application>; reasons: readonly string[] }[] = [
  { by: ({ investigator }) => investigator, change: { basis: 'FOREIGN' }, reasons: ['basis-foreign'] },
  { by: ({ investigator }) => investigator, change: { basis: 'COUNSEL' }, reasons: ['no-row-allows'] },
  { by: ({ investigator }) => investigator, change: { basis: 'INSURANCE' }, reasons: ['no-row-allows'] },
  { by: ({ investigator }) => investigator, change: { basis: 'CIVIL' }, reasons: ['no-row-allows'] },
  { by: ({ constable }) => constable, change: { basis: 'CRIMINAL_CASE' }, reasons: ['no-row-allows'] },
  { by: ({ reception }) => reception, change: { basis: 'COURT' }, reasons: ['no-row-allows'] },
  { by: ({ clerk }) => clerk, change: { basis: 'CRIMINAL_CASE' }, reasons: ['no-row-allows'] },
  { by: (city) => next(city).investigator, change: { basis: 'CRIMINAL_CASE' }, reasons: ['no-row-allows'] },
];
export const denialsOf = denials.length;

export const denied = (which: number): Story =>
  async function* (stage, city) {
    const { by, change, reasons } = denials[which]!;
    await stage.apply(city, { applicant: by(city), steps: [] }, sound(stage, city, change), { state: 'denied', codes: reasons });
    yield 1;
  };

/** Nobody of this name has an account. */
export const nobody: UserId = 'user:sh.nobody';

/** Applications without a number, and searches, of which some are refused. */
export const curious: Story = async function* (stage, city) {
  const [here, there] = [recently(stage, city.street.camera), recently(stage, next(city).gate.camera)];
  const stranger = { ...here, camera: 'no-such-camera' };
  const backwards = { ...here, from: here.to, to: here.from };
  const { investigator: officer, executors: [executor] } = city;
  const why = (): string => `示例预检${stage.number()}:有无录像`;
  const both = [city.site, next(city).site];

  await stage.search(officer, [here], why(), [city.site]);
  yield 1;
  await stage.search(executor, [here], why(), [city.site], 'not-permitted');
  await stage.search(officer, [here, there], why(), both, 'sites-mixed');
  await stage.search(officer, [stranger], why(), ['-'], 'camera-unknown');
  await stage.search(officer, [backwards], why(), [city.site], 'span-invalid');
  yield 1;
  await stage.search(city.clerk, [here, { ...here, camera: city.gate.camera }], why(), [city.site]);

  const form = (items: readonly Item[]): Application => sound(stage, city, {}, items);
  await stage.applyInVain({ applicant: officer }, form([stranger]), 'camera-unknown', ['-']);
  await stage.applyInVain({ applicant: officer }, form([stranger, here]), 'camera-unknown', [city.site]);
  yield 1;
  await stage.applyInVain({ applicant: officer }, form([here, there]), 'sites-mixed', both);
  await stage.applyInVain({ applicant: officer }, form([backwards]), 'span-invalid', [city.site]);
  await stage.applyInVain({ applicant: officer, typist: city.constable }, form([here]), 'not-permitted', [city.site]);
  await stage.applyInVain({ applicant: nobody, typist: city.clerk }, form([here]), 'not-permitted', [city.site]);
};

/** Ordinary clients of the video system, past the procedure: footage of this city, and what concerns the recorder of all of them. */
export const knocking: Story = async function* (stage, city) {
  const everywhere = [shanghai, chengdu, qinhuangdao].map(({ site }) => site);
  const token = (recording: string): string => `<o:RecordingToken>${recording}</o:RecordingToken>`;
  const recording = city.street.recording!;
  await stage.knock(
    { service: 'replay', operation: 'GetReplayUri', inner: token(recording), target: '/onvif/replay_service' },
    { operation: 'GetReplayUri', class: 'footage', recording, user: 'vms-client' },
    [city.site],
  );
  yield 1;
  await stage.knock(
    { service: 'recording', operation: 'ExportRecordedData', inner: token(city.gate.recording!), target: '/onvif/recording_service' },
    { operation: 'ExportRecordedData', class: 'footage', recording: city.gate.recording! },
    [city.site],
  );
  await stage.knock({ service: 'replay', operation: 'GetReplayUri', inner: token('REC_99') }, { operation: 'GetReplayUri', class: 'footage', recording: 'REC_99' }, everywhere);
  await stage.knock({ service: 'device', operation: 'SetSystemDateAndTime' }, { operation: 'SetSystemDateAndTime', class: 'writing', recording: null }, everywhere);
};
