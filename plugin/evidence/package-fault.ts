// How a package can fail its verification: a closed list. The codes are API (docs/spec/package.md, "Faults").

export const packageFaultCodes = [
  'file-changed',
  'file-missing',
  'file-unexpected',
  'manifest-changed',
  'key-foreign',
  'entry-missing',
  'entry-changed',
  'proof-invalid',
  'time-stamp-invalid',
  'archive-malformed',
] as const;
export type PackageFaultCode = (typeof packageFaultCodes)[number];

export interface PackageFault {
  code: PackageFaultCode;
  /** A path in the package, `journal/entries.ndjson:4` (line), `journal/entries.ndjson#3` (requestSequence), `manifest.json#/log`, or
   *  a part of the archive. Never a path of the machine. */
  where: string;
}

/** Ends a verification. Caught by `verifyPackage`, which answers with the fault. */
export class Broken extends Error {
  constructor(
    readonly code: PackageFaultCode,
    readonly where: string,
  ) {
    super(`${code}: ${where}`);
    this.name = 'Broken';
  }
}
