// 调取证据清单(电子数据清单): every file with its kind, its format and its sums, and places for all who sign (EDR16 14; INT 112).
import { caseFields, officerSlots } from './case-fields.js';
import { formatOf, roleWords } from './file-words.js';
import type { HandOver, HandOverFile } from './hand-over.js';
import { lawBlocks } from './law-lines.js';
import { inBeijing, type Making, type Paper } from './paper.js';

export function evidenceList(given: HandOver, making: Making): Paper {
  const { files, cameras, custodian, requestId } = given;
  const about = ({ path }: HandOverFile): string[] => {
    const [, id, name] = path.split('/');
    const camera = cameras.find((it) => it.camera === id);
    if (!camera || name === undefined) return [];
    const span = camera.firstFrame && camera.lastFrame ? `录像机时间 ${inBeijing(camera.firstFrame)} 至 ${inBeijing(camera.lastFrame)}` : '';
    return [camera.name, span].filter(Boolean);
  };
  return {
    letter: 'L',
    requestId,
    title: '调取证据清单(电子数据清单)',
    isSealed: true,
    blocks: [
      caseFields(given),
      { kind: 'heading', text: `电子数据清单(共 ${files.length} 个文件)` },
      {
        kind: 'table',
        columns: [
          { title: '序号', width: 5 },
          { title: '文件、摄像机、时段', width: 25 },
          { title: '类别 文件格式', width: 13 },
          { title: '字节数', width: 9 },
          { title: '完整性校验值', width: 54 },
        ],
        rows: files.map((file, at) => [
          String(at + 1),
          [file.path, ...about(file)].join('\n'),
          [roleWords[file.role], formatOf(file.path)].join('\n'),
          String(file.bytes),
          ['SHA-256', file.sha256, 'SM3', file.sm3].join('\n'),
        ]),
      },
      {
        kind: 'text',
        text: '完整性校验值算法:SHA-256(FIPS 180-4)与 SM3(GB/T 32905)。核验:对文件计算 sha256sum,或 openssl dgst -sm3,与本清单比对;全部文件可用命令 exportgate verify 或材料包内 verify.html 一次核验。',
      },
      { kind: 'signatures', slots: [...officerSlots(given), '持有人(提供人)', '见证人'], seal: custodian },
      ...lawBlocks(making),
    ],
  };
}
