// 电子证明文件: number of the instrument, what was provided, its sum and how that is checked, under the unit's e-seal (OP22 item 14 as model).
import { caseFields } from './case-fields.js';
import { roleWords } from './file-words.js';
import type { HandOver } from './hand-over.js';
import { lawBlocks } from './law-lines.js';
import type { Making, Paper } from './paper.js';

// Copied out of the paper a run of blanks is one, and a line that wraps is two: the empty text makes the second blank, and each line ends where a shell goes on.
const command = `jq -r '.files[] | select(.role != "document") | [.sha256, "", .path] |
join(" ")' manifest.json | sha256sum`;

export function eCertificate(given: HandOver, making: Making, contents: string): Paper {
  const { requestId, requestingUnit, custodian, instrument, files, log, algorithm, isStamped } = given;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const kinds = [...new Set(files.map(({ role }) => role))].map((role) => `${roleWords[role]} ${files.filter((it) => it.role === role).length} 个`);
  return {
    letter: 'E',
    requestId,
    title: '电子证明文件',
    isSealed: true,
    blocks: [
      caseFields(given),
      {
        kind: 'text',
        text: `兹证明:应 ${requestingUnit} ${instrument ? `${instrument.type} ${instrument.number} ` : ''}之调取,${custodian} 提供下列电子数据。数据由调取网关自录像系统接收,接收时计算校验值并封存;每一步先记入仅可追加的日志。`,
      },
      {
        kind: 'fields',
        rows: [
          ['提供的数据', `${files.length} 个文件,${bytes} 字节\n${kinds.join(';')}`],
          ['完整性校验值', contents],
          ['算法及对象', 'SHA-256;对象为材料包内除文书外全部文件的校验值清单(sha256sum 格式,按路径字节序),各文件的 SHA-256 与 SM3 见调取证据清单'],
          ['核验方法', `在材料包文件夹内执行(两行):\n${command}\n结果与上列校验值相同;各文件再与清单逐一比对。或用 exportgate verify、verify.html。`],
          ['电子签名', `材料包清单由网关密钥签署(DSSE,${algorithm}),公钥指纹见页脚;网关的签名证明数据由该网关封存,不代替单位印章`],
          ['时间戳', isStamped ? '材料包清单的签名加盖时间戳(RFC 3161),见 manifest.tsr' : '未配置时间戳'],
          ['数字水印', '查阅件画面内加有申请编号、调取单位、经办人与份号的标记;原件不加标记'],
          ['日志', `${log.origin}\n${log.vkey}`],
        ],
      },
      { kind: 'signatures', slots: ['提供单位经办人', '接收人'], seal: custodian },
      ...lawBlocks(making),
    ],
  };
}
