// How a package can fail its verification: the closed list of docs/spec/package.md, "Faults".

export type FaultCode =
  | 'file-changed'
  | 'file-missing'
  | 'file-unexpected'
  | 'manifest-changed'
  | 'key-foreign'
  | 'entry-missing'
  | 'entry-changed'
  | 'proof-invalid'
  | 'archive-malformed';

export interface Fault {
  code: FaultCode;
  /** A path of the package, a line or number of its entries, a member of its manifest, a part of the archive. */
  where: string;
}

/** Ends a verification; `verifyPackage` answers with the fault. */
export class Broken extends Error {
  constructor(
    readonly code: FaultCode,
    readonly where: string,
  ) {
    super(`${code}: ${where}`);
  }
}
