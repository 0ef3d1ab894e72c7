// Why an application is returned, in words.
import type { AnswerOf } from '../api/ask.js';
import type { Word } from '../words/language.js';

type Code = NonNullable<AnswerOf<'GET /api/v1/requests/{id}'>['returned']>['codes'][number];

const wordsOf: Record<Code, Word> = {
  NO_INSTRUMENT: ['缺少法律文书', 'No legal instrument'],
  INSTRUMENT_UNREADABLE: ['文书无法辨认', 'The instrument cannot be read'],
  SEAL_MISSING: ['文书未盖章', 'The instrument bears no seal'],
  OUT_OF_SCOPE_CAMERA: ['摄像机超出文书范围', 'A camera lies outside the instrument'],
  OUT_OF_SCOPE_TIME: ['时段超出文书范围', 'A time lies outside the instrument'],
  OFFICER_COUNT: ['办案人员人数不足', 'Too few officers'],
  ID_MISMATCH: ['证件与人员不符', 'The card is not this officer’s'],
  ID_EXPIRED: ['证件已过期', 'The card has expired'],
  NOT_OUR_SYSTEM: ['不是本单位的录像', 'Not footage of this system'],
  POWER_NOT_SHOWN: ['未说明调取职权', 'The power to ask is not shown'],
  FOREIGN_REQUEST: ['境外机构请求', 'A foreign request'],
  DUPLICATE: ['重复申请', 'Asked for already'],
  'necessity-missing': ['未说明必要性', 'The necessity is not given'],
  'cameras-too-many': ['摄像机过多', 'Too many cameras'],
  'card-copy-missing': ['缺少证件复印件', 'The copy of a card is missing'],
  'visitor-missing': ['缺少来访人信息', 'The visitor is not named'],
  'ticket-missing': ['缺少工单号', 'The ticket is not named'],
};

export const returnWord = (code: Code): Word => wordsOf[code];
