// Every webhook format, in one list: leave one out and it does not compile.
import type { WebhookFormat } from '../../domain/notice.js';
import { dingtalk } from './dingtalk.js';
import { feishu } from './feishu.js';
import type { Format } from './format.js';
import { generic } from './generic.js';
import { wecom } from './wecom.js';

export const formats: Record<WebhookFormat, Format> = { generic, wecom, dingtalk, feishu };
