// The papers of a hand-over, as plain text: what lies on the medium for its reader, the label on the bag, the list that is signed.

export interface HandedOver {
  id: string;
  handover: string;
  /** As it stands on paper, with a check character. */
  number: string;
  at: string;
  by: string;
  /** Of who handed it over. */
  name: string;
  serial: string;
  bag: string;
  receivers: readonly string[];
  form: 'zip' | 'plain';
  fileName: string;
  bytes: number;
  sha256: string;
  manifestSha256: string;
}

const beijing = (instant: string): string => `${new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')} 北京时间`;

export const labelOf = ({ id, number, serial, bag, fileName, sha256, at }: HandedOver): string => `调取编号 Request      ${id}
移交编号 Hand-over    ${number}
介质序列号 Serial     ${serial}
证物袋编号 Bag        ${bag}
文件 File             ${fileName}
SHA-256               ${sha256.slice(0, 32)}
                      ${sha256.slice(32)}
移交时间 Handed over  ${beijing(at)}
`;

export const listOf = (it: HandedOver): string => `录像移交清单  Hand-over of footage

${labelOf(it)}字节 Bytes            ${it.bytes}
清单哈希 Manifest     ${it.manifestSha256}
形式 Form             ${it.form === 'zip' ? 'AES-256 加密压缩包 encrypted ZIP' : '未加密 as it is'}
移交人 Handed by      ${it.name}
接收人 Received by    ${it.receivers.join('、')}

写入后已重读介质并比对一致。 Written, read again from the medium, and the same.

移交人签字 Signed (handed over) ________________  日期 Date ____________
${it.receivers.map(() => '接收人签字 Signed (received)    ________________  日期 Date ____________').join('\n')}
拒签注明 Refusal noted          ________________________________________
`;

export const howToOpen = (fileName: string, form: 'zip' | 'plain'): string => `${
  form === 'zip'
    ? `${fileName}: AES-256 加密压缩包，用 7-Zip 打开（Windows 自带的“压缩文件夹”打不开）。口令由执行人另行告知。
An AES-256 ZIP: open it with 7-Zip (not with Windows' own folders). The passphrase comes from the executor by another way.

`
    : ''
}打开 package 内的 verify.html 核验。 Open verify.html inside the package to verify it.
`;
