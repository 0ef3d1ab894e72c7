// What a cross-check is: sound parts of the configuration and what surrounds them → faults.
import type { Fault } from '../domain/problem.js';
import type { Environment } from './recorder-password.js';
import type { SoundParts } from './sound-parts.js';

/** What the configuration is held against. */
export interface Surroundings {
  /** The configuration file. */
  file: string;
  env: Environment;
  adapters: readonly KnownAdapter[];
}

/** What a configuration may ask of an adapter. */
export interface KnownAdapter {
  kind: string;
  /** Vendors whose own playback addresses it knows. */
  vendors?: readonly string[];
  /** Can the gate stand in front of pages of this kind of system? Else in front of its SOAP. */
  web?: unknown;
  front?: unknown;
}

export type Check = (parts: SoundParts, around: Surroundings) => Fault[] | Promise<Fault[]>;

export const fault = (code: string, where: string, detail: string): Fault => ({ code, where, detail });

export const readUrl = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);
