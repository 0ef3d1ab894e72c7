// Numbers of instruments: what looks as usual, in all brackets and widths, and what a verifier is told to hold against the paper.
import assert from 'node:assert/strict';
import { warnOfNumber } from '../../plugin/papers/instrument-number.js';

const usual = [
  '示例公(刑)调证字〔2026〕12号',
  '示例公（刑）调证字〔2026〕12号',
  '示例公﹙刑﹚调证字﹝2026﹞12号',
  '示例公(刑侦)调证字[2026]0012号',
  '示例公(刑)调证字［2026］12号',
  '示例公(刑)调证字【2026】12号',
  '示例公【刑】调证字（2026）12号',
  '示例公(刑)调证字〈2026〉12号',
  '示例公(刑)调证字《2026》12号',
  '示例公(刑)调证字｛2026｝12号',
  '示例公(刑)调证字〖2026〗12号',
  '示例公(刑)调证字〘2026〙12号',
  ...['()', '[]', '{}', '<>', '＜＞', '（）', '［］', '｛｝', '〔〕', '【】', '〖〗', '〘〙', '〚〛', '〈〉', '《》', '「」', '『』', '｢｣', '⦅⦆', '｟｠', '⟨⟩', '⟪⟫', '⟮⟯', '⟦⟧', '⟬⟭', '❨❩', '❪❫', '❬❭', '❮❯', '❰❱', '❲❳', '❴❵', '⁅⁆', '‹›', '«»', '︵︶', '︷︸', '︹︺', '︻︼', '︽︾', '︿﹀', '﹁﹂', '﹃﹄', '﹇﹈', '﹙﹚', '﹛﹜', '﹝﹞', '﹤﹥']
    .map(([open, close]) => `示例公${open}刑${close}调证字${open}2026${close}13号`),
  '示例公（刑）调证字〔２０２６〕１２号',
  '示例公 ( 刑 ) 调证字 〔 2026 〕 12 号',
  '示例公　（刑）调证字〔2026〕　12号',
  '示例公(刑)\u200b调证字〔2026〕12号',
  '示例公(刑)调证字〔2026〕第12号',
  '示例公(刑)调证字〔2026〕12-1号',
  '示例公(刑)調證字〔2026〕12號',
];
const unusual = [
  '',
  '12号',
  '公(刑)调证字〔2026〕12号', // no place
  '示例公调证字〔2026〕12号', // no department
  '示例公(刑)调字〔2026〕12号',
  '示例公(刑)调证字2026第12号',
  '示例公)刑(调证字〕2026〔12号', // the wrong way round
  '示例公|刑|调证字|2026|12号',
  '示例公(刑)调证字〔26〕12号',
  '示例公(刑)调证字〔1826〕12号',
  '示例公(刑)调证字〔2026〕号',
  '示例公(刑)调证字〔2026〕12',
  '示例公(刑)调证字〔2026〕12号附件',
  '示例检调证〔2026〕12号', // another organ numbers otherwise: told, never refused
  `${'公('.repeat(5000)}`,
];

describe('the number of an instrument', () => {
  for (const number of usual) it(`${JSON.stringify(number)} is as usual`, () => assert.equal(warnOfNumber(number), null));
  for (const number of unusual)
    it(`${JSON.stringify(number.slice(0, 30))} is not, and the verifier is told in both languages`, () => {
      const warning = warnOfNumber(number);
      assert.match(warning?.zh ?? '', /×公\(×\)调证字〔年〕×号/);
      assert.match(warning?.en ?? '', /hold it against the paper/);
    });
});
