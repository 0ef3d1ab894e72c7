// Our own form: JSON, signed over time and body, so that a receiver can tell ours from others' and old ones from new.
import { createHmac } from 'node:crypto';
import { noticeKinds } from '../../domain/notice.js';
import { textOf } from '../letter.js';
import type { Format } from './format.js';

export const signatureHeader = 'X-ExportGate-Signature';

export const generic: Format = {
  gapMs: 0,
  write({ id, at, kind, request, deadline, urgency, ...rest }, secret, now) {
    const { zh, en } = noticeKinds[kind];
    const text = textOf({ id, at, kind, request, deadline, urgency, ...rest });
    const body = JSON.stringify({ version: 1, id, at, kind, zh, en, request, deadline, urgency, text });
    const t = Math.floor(now.getTime() / 1000);
    const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
    return { body, headers: { [signatureHeader]: `t=${t},v1=${v1}` } };
  },
  // The status says it all.
  codeOf: () => null,
};
