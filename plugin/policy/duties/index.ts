// The list of duties. Leave one out and it does not compile.
import type { DutyKind } from '../../domain/duty.js';
import { approve } from './approve.js';
import { cameras } from './cameras.js';
import { deliver } from './deliver.js';
import { downloads } from './downloads.js';
import { encode } from './encode.js';
import { encrypt } from './encrypt.js';
import { execute } from './execute.js';
import { expires } from './expires.js';
import { inspect } from './inspect.js';
import { instrument } from './instrument.js';
import { mark } from './mark.js';
import { mask } from './mask.js';
import { officers } from './officers.js';
import { original } from './original.js';
import { paper } from './paper.js';
import { privacyReview } from './privacy-review.js';
import { register } from './register.js';
import { retain } from './retain.js';
import { reviewAfter } from './review-after.js';
import { sla } from './sla.js';
import { sound } from './sound.js';
import { span } from './span.js';
import { working } from './working.js';
import type { DutyCraft } from './reading.js';

export const duties = {
  approve,
  officers,
  instrument,
  span,
  cameras,
  'privacy-review': privacyReview,
  mask,
  mark,
  sound,
  encode,
  working,
  deliver,
  original,
  encrypt,
  downloads,
  expires,
  retain,
  register,
  sla,
  paper,
  execute,
  'review-after': reviewAfter,
  inspect,
} as const satisfies { [K in DutyKind]: DutyCraft<K> };

export const dutyKinds = Object.keys(duties) as readonly DutyKind[];
