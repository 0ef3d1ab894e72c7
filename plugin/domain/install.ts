// Putting the gate in front of a video system, on the system's own machine: what an adapter is given for it, and what it tells.

/** How a command ended. `code` null: a signal or its time ended it; 127: there is no such command. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The machine of the video system, as far as an installation touches it. */
export interface Machine {
  /** Where the machine's paths really lie: `/`, or a copied tree. */
  root: string;
  /** Folder for the record of what was changed and for backups, as it really lies; made where it is missing, for root alone. */
  state: string;
  /** Addresses of its own by which another machine might reach it. */
  addresses: readonly string[];
  /** Arguments as an array, no shell. Whatever is secret goes in by `input`: every process may read argument lists. */
  run(command: string, args: readonly string[], input?: string): Promise<Ran>;
  now(): Date;
}

/** What the configuration says of the recorder that is installed in front of. */
export interface InstallPlace {
  id: string;
  /** Where the gate reaches it. */
  url: string;
  /** The gate's account on it. */
  user: string;
  /** Where the account's password goes, absolute; as it really lies. */
  passwordFile: string;
  /** Who reads that file: the gate's own user. Null: who runs the installation. */
  owner: { uid: number; gid: number } | null;
  /** Main configuration file of the web server, where it is not the package's. */
  webServer: string | null;
}

/**
 * `done`: changed and proved. `already`: nothing to change, and proved. `would`: not tried, as asked. `failed`: as it was before, with the
 * reason. `left`: a person must do it. `undone`: as it was before the installation. `foreign`: somebody else changed it since, so it stays.
 */
export const stepVerdicts = ['done', 'already', 'would', 'failed', 'left', 'undone', 'foreign'] as const;
export type StepVerdict = (typeof stepVerdicts)[number];

/** One way that was tried before and after. */
export interface Proof {
  what: string;
  before: string;
  /** Null: not tried, because nothing was changed. */
  after: string | null;
}

export interface InstallStep {
  step: string;
  zh: string;
  en: string;
  verdict: StepVerdict;
  /** Why, where it is not plain. */
  detail: string;
  /** For people: which thing, and what became what. Holds no secret. */
  changes: readonly string[];
  proofs: readonly Proof[];
}

/** What an installation does not touch and a person should look at. */
export interface Advice {
  what: string;
  zh: string;
  en: string;
}

export interface InstallReport {
  /** Every step did what it should. */
  ok: boolean;
  steps: readonly InstallStep[];
  advice: readonly Advice[];
}

export interface Installation {
  /** `dry`: only tells. Problems `config-invalid`, `vms-unreachable`, `vms-fault`: nothing was begun. */
  install(dry: boolean): Promise<InstallReport>;
  /** Everything as it was before, but for what somebody else changed since. Problem `config-invalid`: the record is not whole. */
  undo(dry: boolean): Promise<InstallReport>;
}
