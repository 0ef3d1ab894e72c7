// WeCom (企业微信) group bot: plain text. The key stands in the address and is all the secret that there is; 20 messages a minute.
// https://developer.work.weixin.qq.com/document/path/91770
import { textOf } from '../letter.js';
import { codeIn, type Format } from './format.js';

export const wecom: Format = {
  gapMs: 3_000,
  write: (letter) => ({ body: JSON.stringify({ msgtype: 'text', text: { content: textOf(letter) } }) }),
  codeOf: codeIn('errcode'),
};
