// 交接清单/回执: who gave what to whom, on which medium, which sum was shown and confirmed; or that the signature was refused. What is not known yet is a line
// to write on.
import type { DeliveryForm } from '../domain/audit-event.js';
import type { Instant } from '../domain/span.js';
import { lawBlocks } from './law-lines.js';
import { inBeijing, makePaper, type Making, type Paper, type Vouched } from './paper.js';

export interface Party {
  name: string;
  unit: string;
  /** Role, or kind and masked number of a card. */
  known: string;
}

export interface Receipt {
  requestId: string;
  instrument: string | null;
  /** Whose footage it is. */
  custodian: string;
  /** Of who receives; null: not known yet. */
  requestingUnit: string | null;
  /** Of the package, as a receiver keeps it. */
  fileName: string;
  /** Files of the package without its papers, and their bytes. */
  files: number;
  bytes: number;
  giver: Party | null;
  receivers: readonly Party[];
  at: Instant | null;
  place: string | null;
  medium: { serial: string; bag: string } | null;
  /** In which form the file went; of which kind the medium is, no record says. */
  form: DeliveryForm | null;
  /** Which counted download of the package, of how many so far. */
  copy: { number: number; of: number } | null;
  /** Was the sum on this paper shown, and did the receiver say that theirs is the same? */
  confirmed: { by: string; at: Instant } | null;
  /** Why somebody did not sign. */
  refusal: string | null;
  remarks: string | null;
  /** Each counted download of the package. */
  fetches: readonly { name: string; at: Instant; form: DeliveryForm }[];
  /** Who signed for what, by their own login or on paper that was put in, by its SHA-256. */
  signatures: readonly { name: string; at: Instant; what: string; scanSha256: string | null }[];
}

const formWords: Record<DeliveryForm, string> = { zip: 'AES-256 ZIP(加密)', age: 'age(加密)', plain: '未加密' };
const signed = ({ name, at, what, scanSha256 }: Receipt['signatures'][number]): string =>
  `${what}:${name} ${inBeijing(at)} ${scanSha256 === null ? '以本人账号登录' : `录入纸质签名扫描件,SHA-256\n${scanSha256}`}`;

const blank = '________________';
const partyOf = (it: Party | null | undefined): string => (it ? `${it.name}(${it.unit},${it.known})` : blank);

/** The paper, to be made with others. */
export function receipt(given: Receipt, making: Making): Paper {
  const { requestId, instrument, custodian, requestingUnit, fileName, files, bytes, giver, receivers, at, place, medium, form, copy, confirmed, refusal, remarks, fetches, signatures } = given;
  return {
    letter: 'H',
    requestId,
    title: '交接清单(回执)',
    isSealed: false,
    blocks: [
      {
        kind: 'fields',
        rows: [
          ['申请编号', requestId],
          ['调证法律文书', instrument ?? '无'],
          ['移交单位', custodian],
          ['接收单位', requestingUnit ?? blank],
          ['移交内容', `材料包 ${fileName},文件 ${files} 个(不含文书),${bytes} 字节;明细见调取证据清单`],
          ['移交人', partyOf(giver)],
          ['接收人', receivers.map(partyOf).join('\n') || blank],
          ['移交时间', at ? `${inBeijing(at)}(北京时间)` : `${blank}(北京时间)`],
          ['移交地点', place ?? blank],
          ['介质及编号', medium ? `□ 光盘  □ 移动存储  编号 ${medium.serial}` : `□ 网络下载  □ 光盘  □ 移动存储  编号 ${blank}`],
          ['文件形式', form ? formWords[form] : Object.values(formWords).map((word) => `□ ${word}`).join('  ')],
          ['封装袋编号', medium?.bag ?? blank],
          ['份号', copy ? `第 ${copy.number} 份,共 ${copy.of} 份(按计次领取)` : '第 ____ 份,共 ____ 份'],
          ['校验值出示与确认', confirmed ? `已出示;${confirmed.by} 于 ${inBeijing(confirmed.at)} 确认一致` : '□ 已出示页脚所列摘要  □ 接收人重新计算,确认一致'],
          ['网络领取记录', fetches.map(({ name, at: when, form: as }, nth) => `第 ${nth + 1} 份 ${name} ${inBeijing(when)} ${formWords[as]}`).join('\n') || '无'],
          // The form that travels in the package is one sheet.
          ...(signatures.length === 0 ? [] : [['签署记录', signatures.map(signed).join('\n')] as const]),
          ...(refusal === null ? [] : [['拒绝签名', refusal] as const]),
          ['备注', remarks ?? blank],
        ],
      },
      { kind: 'heading', text: '移交方' },
      { kind: 'signatures', slots: [`移交人:${giver?.name ?? ''}`, '见证人'], seal: custodian },
      { kind: 'heading', text: '接收方' },
      { kind: 'signatures', slots: [`接收人:${receivers[0]?.name ?? ''}`, `接收人:${receivers[1]?.name ?? ''}`], seal: requestingUnit ?? '' },
      ...lawBlocks(making),
    ],
  };
}

/** A PDF of its own, after the package: it names the manifest too. */
export const receiptPaper = (given: Receipt, making: Making, vouched: Vouched): Promise<Buffer> => makePaper(receipt(given, making), making, vouched);
