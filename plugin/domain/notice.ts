// What people are told, and by which words: closed lists. A notice holds what happened, the request's number, a deadline and how urgent it
// is; no name, no reason, no camera. There is no audience outside the procedure: the people filmed are never told by the gate (F10).
import type { Instant } from './span.js';

export type Urgency = 'normal' | 'urgent';

/** Kind → its words and its urgency. A further kind is one line here and one in `export/notices.ts`. */
export const noticeKinds = {
  'step-waits': { zh: '有申请等待审批', en: 'A request waits for an approval', urgency: 'normal' },
  returned: { zh: '申请被退回补正', en: 'The application is returned for correction', urgency: 'normal' },
  denied: { zh: '申请未获准许', en: 'The application is denied', urgency: 'normal' },
  granted: { zh: '申请已获批准', en: 'The request is granted', urgency: 'normal' },
  'package-ready': { zh: '调取包已备妥,等待执行', en: 'The package is ready for the executors', urgency: 'normal' },
  'release-waits': { zh: '交付等待第二执行人确认', en: 'The release waits for the second executor', urgency: 'normal' },
  released: { zh: '录像已交付', en: 'The footage is released', urgency: 'normal' },
  'not-available': { zh: '录像无法提供', en: 'The footage is not available', urgency: 'urgent' },
  'deadline-near': { zh: '提供时限将至', en: 'The deadline is near', urgency: 'urgent' },
  'deadline-missed': { zh: '提供时限已过', en: 'The deadline has passed', urgency: 'urgent' },
  'expiry-near': { zh: '封存录像即将销毁', en: 'Sealed footage is about to be destroyed', urgency: 'urgent' },
  'sla-missed': { zh: '办理时限已过', en: 'A time of the procedure has passed', urgency: 'urgent' },
  'review-due': { zh: '抽中事后复核', en: 'Drawn for review afterwards', urgency: 'normal' },
  'review-overdue': { zh: '事后复核逾期', en: 'The review afterwards is overdue', urgency: 'urgent' },
  'policy-proposed': { zh: '策略变更待两名管理员确认', en: 'A change of the policy waits for two administrators', urgency: 'urgent' },
  'emergency-opened': { zh: '紧急调取已启动', en: 'An emergency request was opened', urgency: 'urgent' },
  'paper-overdue': { zh: '补交手续逾期', en: 'A paper that was to follow is overdue', urgency: 'urgent' },
  'glass-asked': { zh: '应急权限待第二名管理员确认', en: 'The emergency access waits for a second administrator', urgency: 'urgent' },
  'glass-broken': { zh: '应急权限已启用', en: 'The emergency access was used', urgency: 'urgent' },
  'clock-stepped': { zh: '系统时钟发生跳变', en: 'The clock of the gate was stepped', urgency: 'urgent' },
  'guard-hit': { zh: '出口检查拦截了一次应答', en: 'The egress guard stopped an answer', urgency: 'urgent' },
  'audit-found': { zh: '例行自检发现异常', en: 'The regular audit of the gate found faults', urgency: 'urgent' },
  'witness-disagreed': { zh: '外部见证方所见日志与本网关不一致', en: 'A witness has seen another journal', urgency: 'urgent' },
  withdrawn: { zh: '申请已撤回', en: 'The request is withdrawn', urgency: 'normal' },
  'destruction-near': { zh: '封存原件保管期将满', en: 'A sealed original may soon be destroyed', urgency: 'normal' },
  'destruction-waits': { zh: '销毁待第二人确认', en: 'A destruction waits for a second person', urgency: 'normal' },
  'footage-destroyed': { zh: '封存原件已销毁', en: 'A sealed original was destroyed', urgency: 'normal' },
  'overwrite-near': { zh: '录像机即将覆盖待保全录像', en: 'The recorder will soon overwrite what is asked for', urgency: 'urgent' },
  'hold-placed': { zh: '录像已要求保全', en: 'A hold was placed on footage', urgency: 'normal' },
} as const satisfies Record<string, { zh: string; en: string; urgency: Urgency }>;

export type NoticeKind = keyof typeof noticeKinds;
export const allNoticeKinds = Object.keys(noticeKinds) as NoticeKind[];
/** What channels are told that name no kinds of their own. */
export const urgentKinds = allNoticeKinds.filter((kind) => noticeKinds[kind].urgency === 'urgent');

/** All that ever leaves. */
export interface Notice {
  kind: NoticeKind;
  /** Null where it concerns the gate as a whole. */
  request: string | null;
  deadline: Instant | null;
  urgency: Urgency;
}

/** Bodies that a webhook takes. */
export const webhookFormats = ['generic', 'wecom', 'dingtalk', 'feishu'] as const;
export type WebhookFormat = (typeof webhookFormats)[number];

/** Why a letter was not taken: a closed list, because texts of the other side, and our own address with its key, belong in no record. */
export const sendFaults = [
  'host-unresolved',
  'host-forbidden',
  'unreachable',
  'timed-out',
  'certificate-refused',
  'tls-refused',
  'redirected',
  'status-refused',
  'answer-long',
  'answer-malformed',
  'answer-refused',
  'login-refused',
  'mail-refused',
  'overflow',
  'channel-gone',
] as const;
export type SendFault = (typeof sendFaults)[number];
