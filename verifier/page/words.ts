// What the page says, in Chinese and English. The first line of a verdict is that of `exportgate verify`.
import type { Fault, FaultCode } from '../engine/broken.js';
import type { Verdict } from '../engine/verify.js';

export interface Saying {
  zh: string;
  en: string;
}

export const verdictLine = (verdict: Verdict): string =>
  verdict.intact
    ? `intact · 完整无误: ${verdict.requestId}, ${verdict.files} files, ${verdict.entries} entries; 证据内容摘要 contents ${verdict.contents}`
    : `NOT intact · 已被改动: ${verdict.fault.code} at ${verdict.fault.where}`;

const faults: Record<FaultCode, Saying> = {
  'archive-malformed': {
    zh: '压缩包的结构不符合规定的唯一形式：被截断、被重新打包，或夹带了别的内容。',
    en: 'The archive is not in its one form: cut short, packed anew, or with something hidden in it.',
  },
  'manifest-changed': {
    zh: '清单或其签名被改动，或者不属于这个包。',
    en: 'The manifest or its signature was changed, or belongs to another package.',
  },
  'key-foreign': {
    zh: '清单由另一把密钥签署：要么给错了公钥，要么签署者不是该网关。',
    en: 'The manifest is signed by another key: the wrong gate.pub was given, or another gate signed it.',
  },
  'entry-missing': {
    zh: '经办记录缺了一条（# 后是缺失的序号）。',
    en: 'An entry of the history is missing; its number stands behind the #.',
  },
  'entry-changed': {
    zh: '经办记录有一条被改动、调换或不属于本申请（: 后是行号）。',
    en: 'An entry of the history was changed, moved, or is of another request; its line stands behind the colon.',
  },
  'proof-invalid': { zh: '日志的证明或检查点无效。', en: 'A proof or checkpoint of the journal does not hold.' },
  'file-missing': { zh: '缺少一个文件。', en: 'A file is missing.' },
  'file-unexpected': { zh: '多出了不在清单上的文件或文件夹。', en: 'There is a file or folder that is not listed.' },
  'file-changed': { zh: '文件内容与清单记载的校验值不符。', en: 'A file is not what the manifest says of it.' },
};

export const explain = ({ code }: Fault): Saying => faults[code];

export const sayings = {
  intact: {
    zh: '每个文件都与封存时一致，经办记录齐全，且由所给公钥签署。它不证明画面内容真实、录像机时钟准确。请再用命令行或指南中的步骤核对：那才是依据。',
    en: 'Every file is what was sealed, the history is whole, and the given key signed it. It does not prove that the picture is true or the recorder’s clock right. Check again by command or by the steps of the guide: those count.',
  },
  noKey: { zh: '请先给出网关的公钥（gate.pub）。', en: 'Give the gate’s public key (gate.pub) first.' },
  fingerprintAlone: {
    zh: '只有指纹还不能验证签名：请再给出公钥文件 gate.pub，页面会核对它与指纹是否相符。',
    en: 'A fingerprint alone cannot check a signature: give gate.pub too, and it is held against the fingerprint.',
  },
  badKey: {
    zh: '这不是 PEM 形式的 Ed25519 或 SM2 公钥（-----BEGIN PUBLIC KEY-----）。',
    en: 'This is not a public key, Ed25519 or SM2, in PEM form (-----BEGIN PUBLIC KEY-----).',
  },
  badFingerprint: {
    zh: '指纹应为 64 位十六进制数（公钥 SPKI 的 SHA-256）。',
    en: 'A fingerprint has 64 hexadecimal digits (SHA-256 of the key’s SPKI).',
  },
  otherFingerprint: {
    zh: '公钥与指纹不符：这不是纸上所指的密钥。不要用它验证。',
    en: 'The key does not have this fingerprint: it is not the one on the paper. Verify nothing by it.',
  },
  badContents: {
    zh: '摘要应为 64 位十六进制数（纸上“证据内容摘要”一行）。',
    en: 'The digest has 64 hexadecimal digits (the line 证据内容摘要 on the paper).',
  },
  otherContents: {
    zh: '包本身完整，但不是纸上所说的那一个：证据内容摘要不同。纸与包不能一并采用。',
    en: 'The package is whole in itself, and not the one of the paper: their digests differ. Do not use the two together.',
  },
  noPackage: { zh: '请先选择或拖入包（ZIP 文件或文件夹）。', en: 'Choose a package first, or drop one (ZIP or folder).' },
  unreadable: {
    zh: '浏览器读不了这些文件。请改用按钮选择，或使用命令行。',
    en: 'The browser cannot read these files. Choose them with the buttons, or use the command.',
  },
} satisfies Record<string, Saying>;
