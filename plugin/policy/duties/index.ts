// The list of duties. Leave one out and it does not compile.
import type { DutyKind } from '../../domain/duty.js';
import { approve } from './approve.js';
import { cameras } from './cameras.js';
import { downloads } from './downloads.js';
import { execute } from './execute.js';
import { expires } from './expires.js';
import { instrument } from './instrument.js';
import { mark } from './mark.js';
import { officers } from './officers.js';
import { original } from './original.js';
import type { DutyCraft } from './reading.js';
import { span } from './span.js';

export const duties = {
  approve,
  officers,
  instrument,
  span,
  cameras,
  execute,
  mark,
  original,
  downloads,
  expires,
} as const satisfies { [K in DutyKind]: DutyCraft<K> };

export const dutyKinds = Object.keys(duties) as readonly DutyKind[];
