// The words of the register, in Chinese: one for each code that the journal knows. Left out, a code does not compile.
import type { GlassReason, PlayForm, Viewing } from '../domain/audit-event.js';
import type { IdKind } from '../domain/export-request.js';
import type { Kind } from '../domain/kind.js';
import type { InstrumentType } from '../domain/legal-instrument.js';
import type { Custody, State } from '../domain/lifecycle.js';
import type { RowEntry } from './month-index.js';

/** 动作, by the event that the row stands for. */
export const actionWords = {
  'export-requested': '申请',
  'footage-viewed': '查看',
  'frame-inspected': '查看画面',
  'clip-released': '放行',
  'clip-transferred': '提供',
  'receipt-confirmed': '签收',
  'receipt-refused': '拒签',
  'handover-made': '移交',
  'copy-transferred': '提供副本',
  'glass-broken': '破窗',
  'act-refused': '操作被拒',
  'request-refused': '申请被拒',
  'footage-searched': '检索',
  'search-refused': '检索被拒',
  'access-stopped': '拦截',
  'viewing-opened': '说明事由',
  'footage-played': '回放',
  'live-watched': '实时查看',
  'footage-deleted': '删除',
  'guard-hit': '出口拦截',
} as const satisfies Record<RowEntry['event'], string>;

/** What came of an act that is no application. */
export const outcomes = ['viewed', 'released', 'transferred', 'received', 'unreceived', 'broken', 'refused', 'searched', 'stopped', 'opened', 'deleted'] as const;
export type Outcome = (typeof outcomes)[number];

/** 结果: of an application where it stands now, of every other act what came of it. */
export const resultWords: Record<State | Outcome, string> = {
  requested: '已受理',
  denied: '已拒绝',
  returned: '已退回补正',
  withdrawn: '已撤回',
  closed: '已说明关闭',
  'not-available': '无可提供录像',
  'preserve-queued': '等待保全',
  held: '审批中',
  granted: '已批准',
  'awaiting-paper': '待补文书',
  viewable: '可查看',
  packaged: '待放行',
  'release-asked': '待第二执行人放行',
  released: '已放行',
  destroyed: '已销毁',
  viewed: '已查看',
  transferred: '已提供',
  received: '已签收',
  unreceived: '已拒签',
  broken: '已启用',
  refused: '已拒绝',
  searched: '已检索',
  stopped: '已拦截',
  opened: '可查看',
  deleted: '已删除',
};

export const custodyWords: Record<Custody, string> = {
  none: '未保全',
  queued: '等待保全',
  pulling: '保全中',
  sealed: '已封存',
  unavailable: '无录像',
  expired: '已销毁',
  destroyed: '已双人销毁',
};

/** 用途. */
export const purposeWords: Record<Kind, string> = {
  ordinary: '证据',
  urgent: '证据(紧急)',
  emergency: '抢险救人',
  'citizen-view': '公民查阅',
  internal: '单位内部安全',
  publication: '公开发布',
  foreign: '境外请求',
};

export const instrumentWords: Record<InstrumentType, string> = {
  RETRIEVAL_NOTICE: '调取证据通知书',
  PROCURATORATE_CERTIFICATE: '人民检察院证明文件',
  COURT_ORDER: '人民法院调取文书',
  SUPERVISION_NOTICE: '监察机关调取通知',
  STATE_SECURITY_PAPER: '国家安全机关文书',
  STATUTORY_POWER_PAPER: '载明法定职权的文书',
};

export const idWords: Record<IdKind, string> = { POLICE: '人民警察证', WORK: '工作证', ENFORCEMENT: '执法证' };

export const playWords: Record<PlayForm, string> = { clip: '片段', mjpeg: '逐帧播放', still: '画面', archive: '打包下载' };

export const viewingWords: Record<Viewing, string> = { review: '审批前查看', emergency: '紧急查看', view: '获准查看' };

export const glassWords: Record<GlassReason, string> = {
  'life-in-danger': '危及生命',
  'approvers-unreachable': '审批人无法联系',
  'procedure-down': '审批程序不可用',
};

/** A person by whom nobody is known: the gate itself. */
export const gateWord = '网关';
