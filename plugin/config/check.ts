// What a cross-check is: sound parts of the configuration and what surrounds them → faults.
import type { Fault } from '../domain/problem.js';
import type { Environment } from './recorder-password.js';
import type { SoundParts } from './sound-parts.js';

/** What the configuration is held against. */
export interface Surroundings {
  /** The configuration file. */
  file: string;
  env: Environment;
  /** Kinds of video systems that the gate has adapters for. */
  adapters: readonly string[];
  /** Kind → vendors whose own playback addresses its adapter knows. */
  vendors: Readonly<Record<string, readonly string[]>>;
}

export type Check = (parts: SoundParts, around: Surroundings) => Fault[] | Promise<Fault[]>;

export const fault = (code: string, where: string, detail: string): Fault => ({ code, where, detail });

export const readUrl = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);
