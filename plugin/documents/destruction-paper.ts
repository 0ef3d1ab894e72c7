// 销毁证明: what is destroyed, known by its sums where a list tells them, why, by which two persons or by the gate's clock, and where the journal says so.
import type { Instant } from '../domain/span.js';
import { lawBlocks } from './law-lines.js';
import { inBeijing, makePaper, type Block, type Making } from './paper.js';

export interface Destroyer {
  name: string;
  /** Null where the account was erased. */
  account: string | null;
  part: string;
}

export interface Destruction {
  requestId: string;
  /** Whose footage it was: the site's name and id, as people read it. */
  site: string;
  /** What it was, in words. */
  what: string;
  /** By what it was known; null: no list tells it. `sm3` left out where the list has none. */
  files: readonly { path: string; bytes: number; sha256: string; sm3?: string }[] | null;
  /** Of all of it; null: not known. */
  bytes: number | null;
  /** Sealed lists that could not be read: what they named went with its key, and has no line. */
  unlisted: number;
  /** In words. */
  reason: string;
  /** Who asked for it, and who agreed; null: the gate, when its time was over. */
  persons: readonly [Destroyer, Destroyer] | null;
  destroyedAt: Instant;
  /** The entry of the journal that says so. */
  entry: { origin: string; index: number };
  /** SHA-256 of the manifest of the package that was made of it, hex; null where none was. */
  manifest: string | null;
}

/** A PDF. Problem `seal-missing`. */
export const destructionPaper = (destroyed: Destruction, making: Making): Promise<Buffer> => {
  const { requestId, site, what, files, bytes, unlisted, reason, persons, destroyedAt, entry, manifest } = destroyed;
  const listed = files === null ? '文件未逐一列明,校验值不详' : `文件 ${files.length} 个`;
  return makePaper(
    {
      letter: 'D',
      requestId,
      title: '录像销毁证明',
      isSealed: true,
      blocks: [
        {
          kind: 'fields',
          rows: [
            ['申请编号', requestId],
            ['场所', site],
            ['销毁事由', reason],
            ['销毁时间', `${inBeijing(destroyedAt)}(北京时间) / ${destroyedAt}`],
            ...(persons?.map((person) => [person.part, called(person)] as const) ?? [['销毁方式', '调取网关按保管策略到期自动销毁'] as const]),
            ['销毁范围', `${what},${listed}${bytes === null ? '' : `,共 ${bytes} 字节`};登记与日志不在其列,按期另行保存。${unlisted > 0 ? `另有 ${unlisted} 份封存清单已无法读取,所列文件随密钥一并销毁,名称与校验值不详。` : ''}`],
            ['日志记录', `${entry.origin} 第 ${entry.index} 条`],
          ],
        },
        ...(files === null ? [] : listOf(files)),
        { kind: 'signatures', slots: persons?.map((person) => `${person.part}:${called(person)}`) ?? ['保管单位经办人'], seal: site },
        ...lawBlocks(making),
      ],
    },
    making,
    { contents: null, manifest },
  );
};

const called = ({ name, account }: Destroyer): string => (account === null ? name : `${name}(${account})`);

const listOf = (files: NonNullable<Destruction['files']>): Block[] => [
  { kind: 'heading', text: '已销毁文件' },
  {
    kind: 'table',
    columns: [
      { title: '序号', width: 5 },
      { title: '文件', width: 28 },
      { title: '字节数', width: 10 },
      { title: '完整性校验值', width: 57 },
    ],
    rows: files.map(({ path, bytes, sha256, sm3 }, at) => [String(at + 1), path, String(bytes), [`SHA-256`, sha256, ...(sm3 ? ['SM3', sm3] : [])].join('\n')]),
  },
];
