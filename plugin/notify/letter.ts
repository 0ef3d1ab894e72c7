// What a channel is handed to send, and its words: Chinese, then English. Nothing but the notice itself is in them.
import { noticeKinds, type Notice } from '../domain/notice.js';

export interface Letter extends Notice {
  /** The same at each try, so that a receiver can tell a letter that came twice. */
  id: string;
  /** When it happened. */
  at: string;
}

/** One line for a title: `【监控录像调取网关】紧急:提供时限将至 · The deadline is near`. */
export function titleOf({ kind, urgency }: Letter): string {
  const { zh, en } = noticeKinds[kind];
  return `【监控录像调取网关】${urgency === 'urgent' ? '紧急:' : ''}${zh} · ${urgency === 'urgent' ? 'Urgent: ' : ''}${en}`;
}

export function textOf(letter: Letter): string {
  const { kind, request, deadline, urgency } = letter;
  const { zh, en } = noticeKinds[kind];
  const chinese = [
    `【监控录像调取网关】${urgency === 'urgent' ? '紧急:' : ''}${zh}`,
    ...(request === null ? [] : [`编号:${request}`]),
    ...(deadline === null ? [] : [`时限:${beijing(deadline)}(北京时间)`]),
  ];
  const english = [
    `ExportGate: ${urgency === 'urgent' ? 'urgent: ' : ''}${en}.`,
    ...(request === null ? [] : [`Request: ${request}`]),
    ...(deadline === null ? [] : [`Deadline: ${beijing(deadline)} (UTC+8)`]),
  ];
  return [...chinese, ...english].join('\n');
}

const EIGHT_HOURS_MS = 8 * 3_600_000;

/** `2026-03-02T00:00:00.000Z` → `2026-03-02 08:00`. */
const beijing = (instant: string): string => new Date(Date.parse(instant) + EIGHT_HOURS_MS).toISOString().slice(0, 16).replace('T', ' ');
