// What an installation that dies on its way is told.
import type { InstallPlace, Machine } from '../../../plugin/domain/install.js';

export interface Halting {
  verb: 'install' | 'undo';
  place: InstallPlace;
  machine: Pick<Machine, 'root' | 'state' | 'addresses'>;
  /** Where commands are run. */
  runner: string;
  /** The point at which it dies; 0: none. */
  haltAt: number;
}
