// 制作过程及原件存放处说明: how each file came to be, by which clocks, what is missing, and where the original is (CRIM 67; INT 108 to 110).
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { sha256Hex } from '../domain/formats/digest.js';
import { caseFields, none } from './case-fields.js';
import { roleWords } from './file-words.js';
import type { ClockRead, HandOver, HandOverCamera } from './hand-over.js';
import { lawBlocks } from './law-lines.js';
import { inBeijing, type Block, type Making, type Paper } from './paper.js';

const stateWords: Record<HandOverCamera['state'], string> = {
  complete: '完整',
  'complete-with-holes': '完整(录像机自身无录像的断点除外)',
  partial: '部分',
  'no-data': '无录像',
};
const timesWords = { proven: '每帧时间由录像机回放扩展给出', asserted: '推定时间,经人工核对画面时钟' } as const;

export function productionNote(given: HandOver, making: Making): Paper {
  const { requestId, custodian, cameras } = given;
  return {
    letter: 'N',
    requestId,
    title: '制作过程及原件存放处说明',
    isSealed: true,
    blocks: [
      caseFields(given),
      { kind: 'heading', text: '一、制作过程' },
      processOf(given),
      ...cameras.flatMap((camera, at) => cameraBlocks(camera, at)),
      { kind: 'heading', text: '二、派生文件' },
      ...derivations(given),
      { kind: 'heading', text: '三、原件存放处' },
      { kind: 'text', text: whereOriginalIs(given) },
      { kind: 'signatures', slots: ['制作人', '原件持有单位经办人', '接收人'], seal: custodian },
      ...lawBlocks(making),
    ],
  };
}

const processOf = ({ requestedAt, recordingReference, pullStartedAt, cameras, approvals, method, planDigest, policyVersion, original }: HandOver): Block => {
  const sealed = cameras.flatMap(({ sealedAt }) => sealedAt ?? []).sort();
  return {
    kind: 'fields',
    rows: [
      ['申请时间', `${inBeijing(requestedAt)}(北京时间)`],
      ['提取起止', pullStartedAt && sealed.length > 0 ? `${inBeijing(pullStartedAt)} 至 ${inBeijing(sealed.at(-1)!)}(北京时间)` : none],
      ['审批经过', approvals.map(({ step, person, at }) => `${step} ${person} ${inBeijing(at)}`).join('\n') || none],
      ['取证录音录像', recordingReference === null ? `${none};提取由程序完成,过程以日志及提取会话记录为据` : `编号 ${recordingReference}`],
      ['制作方法', '由调取网关经录像系统的检索与回放接口接收码流,接收时即计算校验值并封存;封存后不可改写。查阅件由封存原件另行制作并加标记。'],
      ['软件版本', `ExportGate ${method.exportgate};Node.js ${method.node};${method.ffmpeg}`],
      ['增删改说明', changeWords[original]],
      ['审批计划摘要', planDigest],
      ['策略版本', policyVersion],
    ],
  };
};

function cameraBlocks(it: HandOverCamera, at: number): Block[] {
  const size = it.width && it.height ? `${it.width}×${it.height} ${it.codec ?? ''}${it.audio ? ` 音频 ${it.audio}` : ' 无音频'}` : none;
  return [
    { kind: 'heading', text: `摄像机 ${at + 1}:${it.camera} ${it.name}` },
    {
      kind: 'fields',
      rows: [
        ['请求时段', it.asked.map(({ from, to, basis }) => `${inBeijing(from)} 至 ${inBeijing(to)}(${basis === 'beijing' ? '北京时间' : '录像机时间'})`).join('\n')],
        ['提取结果', stateWords[it.state]],
        ['首帧 末帧', it.firstFrame && it.lastFrame ? `${inBeijing(it.firstFrame)} 至 ${inBeijing(it.lastFrame)}(录像机时间)` : none],
        ['时间依据', it.times ? timesWords[it.times] : none],
        ['时钟偏差', it.clock ? [`提取前 ${offset(it.clock.before)}`, ...(it.clock.after ? [`提取后 ${offset(it.clock.after)}`] : [])].join('\n') : '未能测得'],
        ['断点', it.holes.map(({ from, to }) => `${inBeijing(from)} 至 ${inBeijing(to)}`).join('\n') || none],
        ['时段前画面', it.preRollMs > 0 ? `为解码所需,含请求时段前 ${it.preRollMs} 毫秒,播放时隐藏` : none],
        ['画面', size],
        ['检索方式', it.rung ?? none],
        ['提取会话记录 SHA-256', it.transcriptSha256 ?? none],
      ],
    },
  ];
}

/** Recorder − gate; nothing in the original was corrected by it. */
const offset = ({ measuredAt, offsetMs, uncertaintyMs }: ClockRead): string =>
  `${offsetMs} 毫秒 ± ${uncertaintyMs} 毫秒(录像机减网关,测于 ${inBeijing(measuredAt)});原件时间未作修正`;

function derivations({ files }: HandOver): Block[] {
  const made = files.filter(({ parent, sealedParent }) => parent !== undefined || sealedParent !== undefined);
  if (made.length === 0) return [{ kind: 'text', text: '无派生文件。' }];
  return [
    {
      kind: 'table',
      columns: [
        { title: '文件', width: 24 },
        { title: '类别', width: 16 },
        { title: '由何文件制作', width: 24 },
        { title: '工具及制作参数摘要(清单 recipe 的 SHA-256)', width: 54 },
      ],
      rows: made.map(({ path, role, parent, sealedParent, recipe }) => [
        path,
        roleWords[role],
        parent ?? `${sealedParent!.path}(封存于持有单位)\nSHA-256 ${sealedParent!.sha256}`,
        recipe ? `${recipe.tool} ${recipe.version}\n${sha256Hex(canonicalJson(recipe))}` : none,
      ]),
    },
    { kind: 'text', text: '完整参数见 manifest.json 各文件的 recipe;用命令 exportgate reproduce 可重新制作并逐字节比对。' },
  ];
}

const changeWords: Record<HandOver['original'], string> = {
  excerpt: '所含为节录:按经批准缩小的范围自封存原件截取,未重新编码;完整原件封存于持有单位,未改动。查阅件的标记为所加内容。',
  here: '原件为所接收的码流,逐字节保留,未剪辑、未增补、未重新编码;查阅件的标记为所加内容。',
  apart: '本包为查阅件,其标记为所加内容;原件逐字节保留,未剪辑、未增补、未重新编码,另成一包、另行移交。',
  kept: '依审批仅提供查阅件;原件封存于持有单位,未改动。',
};
const placeWords: Record<HandOver['original'], string> = { here: ',并随材料包提供', excerpt: ',材料包仅含经批准范围的节录', apart: ',并另成一包向指定接收人移交', kept: ',未随材料包提供' };

const whereOriginalIs = ({ custodian, retentionDays, retainDays, original }: HandOver): string =>
  `录像系统原始存储位于 ${custodian},其申报保存期限为 ${retentionDays} 日,到期由录像系统自行覆盖。接收的原始码流封存于该单位的调取网关${placeWords[original]};` +
  `${retainDays === null ? '封存件的保存期限依规定。' : `导出副本保存 ${retainDays} 日。`}录像机硬盘未扣押、未封存移送,原因:录像系统持续运行,数据以接收时的校验值固定。`;
