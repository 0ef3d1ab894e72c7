// An installation killed with SIGKILL at each point of its way, one after the other: it can be gone on with, and it can be taken back whole.
import { crashTests } from './install-crash.js';

crashTests('an installation that is killed, at every point', 1);
