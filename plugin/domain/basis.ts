// The legal bases (facts: policies/law.json, which holds the articles and their date). Closed lists.

export const bases = [
  'CRIMINAL_CASE',
  'PRE_FILING',
  'ADMIN_CASE',
  'ADMIN_URGENT',
  'PROCURATORATE',
  'COURT',
  'SUPERVISION',
  'STATE_SECURITY',
  'COUNTER_TERROR',
  'OTHER_ADMIN_ORGAN',
  'EMERGENCY_RESCUE',
  'CITIZEN_VIEW',
  'INTERNAL_SECURITY',
  'COUNSEL',
  'INSURANCE',
  'CIVIL',
  'FOREIGN',
] as const;
export type Basis = (typeof bases)[number];

/** The group `ordinary` of a policy row: CRIMINAL_CASE to OTHER_ADMIN_ORGAN without ADMIN_URGENT. */
export const ordinaryBases: readonly Basis[] = [
  'CRIMINAL_CASE',
  'PRE_FILING',
  'ADMIN_CASE',
  'PROCURATORATE',
  'COURT',
  'SUPERVISION',
  'STATE_SECURITY',
  'COUNTER_TERROR',
  'OTHER_ADMIN_ORGAN',
];

/** Why an application is returned for correction. These are formal defects, not refusals (CPL 54, 137). */
export const returnCodes = [
  'NO_INSTRUMENT',
  'INSTRUMENT_UNREADABLE',
  'SEAL_MISSING',
  'OUT_OF_SCOPE_CAMERA',
  'OUT_OF_SCOPE_TIME',
  'OFFICER_COUNT',
  'ID_MISMATCH',
  'ID_EXPIRED',
  'NOT_OUR_SYSTEM',
  'POWER_NOT_SHOWN',
  'FOREIGN_REQUEST',
  'DUPLICATE',
] as const;
export type ReturnCode = (typeof returnCodes)[number];

/** Defects of the form alone, which no paper can have. The gate finds them; no reviewer returns a request with one. */
export const formDefects = ['necessity-missing', 'cameras-too-many', 'card-copy-missing', 'visitor-missing', 'ticket-missing'] as const;
export type FormDefect = (typeof formDefects)[number];
