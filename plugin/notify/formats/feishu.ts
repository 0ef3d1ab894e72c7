// Feishu (飞书) custom bot, signed (签名校验): time and secret are the key of an HMAC over nothing, and both go into the body.
// https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
import { createHmac } from 'node:crypto';
import { textOf } from '../letter.js';
import { codeIn, type Format } from './format.js';

export const feishu: Format = {
  gapMs: 600,
  write(letter, secret, now) {
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const sign = createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64');
    return { body: JSON.stringify({ timestamp, sign, msg_type: 'text', content: { text: textOf(letter) } }) };
  },
  // An older answer calls it StatusCode.
  codeOf: codeIn('code', 'StatusCode'),
};
