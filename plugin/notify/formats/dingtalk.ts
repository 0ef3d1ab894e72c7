// DingTalk (钉钉) custom robot, signed (加签): the signature over time and secret goes into the query; 20 messages a minute.
// https://open.dingtalk.com/document/orgapp/customize-robot-security-settings
import { createHmac } from 'node:crypto';
import { textOf } from '../letter.js';
import { codeIn, type Format } from './format.js';

export const dingtalk: Format = {
  gapMs: 3_000,
  write(letter, secret, now) {
    // Milliseconds here, seconds at Feishu.
    const timestamp = String(now.getTime());
    const sign = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
    return { body: JSON.stringify({ msgtype: 'text', text: { content: textOf(letter) } }), query: { timestamp, sign } };
  },
  codeOf: codeIn('errcode'),
};
