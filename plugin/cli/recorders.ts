// What the verbs that look at recorders are given by the front door: the video systems of the configuration, and the network.
import type { Discovered } from '../domain/adapter.js';
import { Problem } from '../domain/problem.js';
import type { Source, Vms } from '../domain/vms.js';

/** Problems of all: `config-invalid`, which names the good values. */
export interface Recorders {
  /** The recorder of this id; `source` of the camera, where one is named that it records. */
  recorder(config: string, env: NodeJS.ProcessEnv, id: string, camera?: string): Promise<{ vms: Vms; source: Source | null }>;
  camera(config: string, env: NodeJS.ProcessEnv, camera: string): Promise<{ vms: Vms; source: Source; recorder: string }>;
  /** Who answers on the network of this machine's address. */
  discover(localAddress: string, signal: AbortSignal): Promise<readonly Discovered[]>;
}

/** Ends what a verb asks of a recorder when the operator does (Ctrl-C), so that no session and no search slot is left open there. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Problem('internal', 'It was interrupted, and left off.'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
