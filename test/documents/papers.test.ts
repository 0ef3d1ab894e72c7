// The papers: every field of the record is on the paper that is to tell it, each page has its number, and the same record makes the same bytes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { codeText, makePaper, type Paper } from '../../plugin/documents/paper.js';
import { destructionPaper, type Destruction } from '../../plugin/documents/destruction-paper.js';
import { eCertificate } from '../../plugin/documents/e-certificate.js';
import { evidenceList } from '../../plugin/documents/evidence-list.js';
import { productionNote } from '../../plugin/documents/production-note.js';
import { receipt, receiptPaper, type Receipt } from '../../plugin/documents/receipt.js';
import { registerExtract } from '../../plugin/documents/register-extract.js';
import { canonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { sha256Hex } from '../../plugin/domain/formats/digest.js';
import { writeNumber } from '../../plugin/domain/paper-number.js';
import { findFont } from '../../plugin/media/font.js';
import { aHandOver, aMaking, contents } from '../support/a-hand-over.js';
import { pdfText } from '../support/pdf-text.js';

const making = aMaking(fs.readFileSync(findFont()));
const plain = (text: string): string => text.replace(/\s+/gu, '');
const vouched = { contents, manifest: null };
const pagesOf = async (paper: Paper): Promise<string[]> => pdfText(await makePaper(paper, making, vouched)).map(plain);

const { instrument, officers, cameras: [camera], files, log, method } = aHandOver;
const inCase = [aHandOver.requestId, aHandOver.packageId, aHandOver.caseNumber!, aHandOver.reason, aHandOver.basis, instrument!.type, instrument!.number, instrument!.issuer, instrument!.issuedOn, '2026-03-05 12:00:00',
  instrument!.scanSha256, aHandOver.requestingUnit, aHandOver.custodian, ...officers.flatMap((it) => [it.name, it.unit, it.idKind, it.idNumber])];
const given: Receipt = {
  requestId: aHandOver.requestId, instrument: '调取证据通知书 12号', custodian: aHandOver.custodian, requestingUnit: aHandOver.requestingUnit, fileName: aHandOver.fileName, files: 3, bytes: 7555529,
  giver: { name: '示例魏', unit: '云帆广场(示例)', known: '执行人' }, receivers: [{ name: '陆一舟', unit: '示例支队', known: '人民警察证 ****0001' }], at: '2026-03-02T01:00:00.000Z', place: '示例路1号', medium: { serial: 'SN-778', bag: '封-42' }, form: 'zip',
  copy: { number: 2, of: 3 }, confirmed: { by: '陆一舟', at: '2026-03-02T01:05:00.000Z' }, refusal: '示例:拒绝', remarks: '示例备注', fetches: [{ name: '江映川', at: '2026-03-02T00:30:00.000Z', form: 'age' }],
  signatures: [{ name: '江映川', at: '2026-03-02T02:00:00.000Z', what: '介质 SN-778 移交签字', scanSha256: null }, { name: '示例魏', at: '2026-03-02T03:00:00.000Z', what: '介质 SN-779 移交签字', scanSha256: 'ef'.repeat(32) }],
};
const row = ['1 #27', '2026-03-01 10:30:00', '申请'];
const sheet = { columns: ['序号', '时间', '动作'].map((title) => ({ title, width: 1 })), rows: [row] };

const table: readonly (readonly [what: string, paper: Paper, fields: readonly string[]])[] = [
  ['调取证据清单', evidenceList(aHandOver, making), [...inCase, ...files.flatMap((it) => [it.path, String(it.bytes), it.sha256, it.sm3]), '原件(原始录像)', '查阅件(带标记,非原件)', '原件节录(未重新编码)', 'MOV', 'MP4', '北侧道路', '2026-03-01 10:00:02 至 2026-03-01 10:00:58',
    'SHA-256', 'SM3', '持有人(提供人)', '见证人', '办案人员:陆一舟', '办案人员:江映川', '拒绝签名', '单位公章(盖章处)']],
  ['制作过程及原件存放处说明', productionNote(aHandOver, making), [...inCase, '2026-03-01 10:30:00', '2026-03-01 10:31:00 至 2026-03-01 10:31:30', ...aHandOver.approvals.flatMap(({ step, person }) => [step, person]), '2026-03-01 10:40:00', '2026-03-01 10:50:00',
    method.exportgate, method.node, method.ffmpeg, aHandOver.planDigest, aHandOver.policyVersion, camera!.camera, camera!.name, '2026-03-01 10:00:00 至 2026-03-01 10:01:00(北京时间)', '提取结果部分', '-120 毫秒 ± 1010 毫秒', '-118 毫秒 ± 1009 毫秒', '2026-03-01 10:30:01',
    '2026-03-01 10:31:05', '2026-03-01 10:00:20 至 2026-03-01 10:00:21', '480 毫秒', '推定时间', '1280×720', camera!.codec!, camera!.audio!, camera!.rung!, camera!.transcriptSha256!, files[1]!.parent!, files[2]!.sealedParent!.path, files[2]!.sealedParent!.sha256,
    ...files.slice(1).flatMap((it) => [it.recipe!.tool, sha256Hex(canonicalJson(it.recipe))]), '31 日', '7 日', '编号 ZF-2026-0077', '制作人', '原件持有单位经办人']],
  ['电子证明文件', eCertificate(aHandOver, making, contents), [...inCase, '3 个文件', '7555529 字节', contents, 'SHA-256', log.origin, log.vkey, 'Ed25519', '时间戳(RFC 3161)', '数字水印', '提供单位经办人']],
  ['交接清单', receipt(given, making), [given.requestId, given.instrument!, given.custodian, given.requestingUnit!, '3 个', '7555529 字节', '示例魏', '执行人', '陆一舟', '人民警察证 ****0001', '2026-03-02 09:00:00', '示例路1号', '编号 SN-778', '文件形式AES-256 ZIP', '介质 SN-778 移交签字:江映川 2026-03-02 10:00:00 以本人账号登录', '介质 SN-779 移交签字:示例魏 2026-03-02 11:00:00 录入纸质签名扫描件', 'ef'.repeat(32), '封-42', '第 2 份,共 3 份', '2026-03-02 09:05:00', '示例:拒绝', '示例备注', '第 1 份 江映川 2026-03-02 08:30:00 age(加密)', '移交人:示例魏']],
  ['登记表摘录', registerExtract(aHandOver.requestId, aHandOver.custodian, sheet, making), [aHandOver.requestId, aHandOver.custodian, ...row]],
];

describe('a paper', () => {
  for (const [what, paper, fields] of table)
    it(`${what} has every field, and on each page its number, the digest and the fingerprint`, async () => {
      const pages = await pagesOf(paper);
      const whole = pages.join('');
      assert.deepEqual(fields.filter((field) => !whole.includes(plain(field))), []);
      for (const [at, page] of pages.entries()) {
        const number = writeNumber({ requestId: paper.requestId, gate: making.gate, letter: paper.letter, place: at + 1 });
        for (const text of [number, contents, making.keyId, '网关的密钥不是单位印章', `第${at + 1}页共${pages.length}页`]) assert.ok(page.includes(plain(text)), text);
      }
      for (const text of [paper.title, '2026-03-01 11:00:00', 'https://exportgate.example/verify.html', ...making.law]) assert.ok(whole.includes(plain(text)), text);
    });

  it('is the same file each time, and another at another time', async () => {
    const paper = table[0]![1];
    const made = await makePaper(paper, making, vouched);
    assert.ok(made.equals(await makePaper(paper, making, vouched)));
    assert.ok(!made.equals(await makePaper(paper, { ...making, madeAt: new Date('2026-03-01T04:00:00.000Z') }, vouched)));
  });

  it('of a hand-over that nobody made yet has places to write on', async () => {
    const blank = { ...given, giver: null, receivers: [], at: null, place: null, medium: null, form: null, copy: null, confirmed: null, refusal: null, remarks: null, fetches: [], signatures: [] };
    const whole = (await pagesOf(receipt(blank, making))).join('');
    for (const text of ['移交人________', '封装袋编号________', '第____份,共____份', '□网络下载', '□已出示']) assert.ok(whole.includes(text), text);
  });

  it('of more than a hundred pages has no number of the originals’ paper of the same kind', async () => {
    const long = evidenceList({ ...aHandOver, files: Array.from({ length: 1_900 }, (_, at) => ({ ...files[0]!, path: `original/sh-yf-street/${at + 1}.mov` })) }, making);
    const numbersOf = (pages: string[]): string[] => pages.flatMap((page) => [...new Set(page.match(/-L\d{2,5}-[0-9A-Z]/g) ?? [])]);
    const pages = await pagesOf(long);
    assert.ok(pages.length > 101, String(pages.length));
    const originals = pdfText(await makePaper(table[0]![1], { ...making, series: 'originals' }, vouched)).map(plain);
    const [ours, theirs] = [numbersOf(pages), numbersOf(originals)];
    assert.deepEqual([ours.length, theirs.length], [pages.length, originals.length]);
    assert.deepEqual(theirs.filter((number) => ours.includes(number)), []);
  }).timeout(60_000);

  it('where nobody recorded the collection says so, and what stands for it', async () => {
    const whole = (await pagesOf(productionNote({ ...aHandOver, recordingReference: null }, making))).join('');
    assert.ok(whole.includes('取证录音录像无;提取由程序完成'), whole);
  });

  it('made after the package names its manifest too', async () => {
    const manifest = 'ab'.repeat(32);
    const whole = pdfText(await receiptPaper(given, making, { contents, manifest })).map(plain).join('');
    assert.ok(whole.includes(manifest) && whole.includes(contents));
  });

  it('says of a sign that the font lacks which one it is', async () => {
    const whole = (await pagesOf(evidenceList({ ...aHandOver, reason: '𠮷田' }, making))).join('');
    assert.ok(whole.includes('〔U+20BB7〕田'));
  });

  it('of what is destroyed tells each file, both people, why, when, and where the journal says so', async () => {
    const destroyed: Destruction = {
      requestId: aHandOver.requestId, site: aHandOver.custodian, what: '封存原件', files, bytes: 7555529, unlisted: 0, reason: '保存期限届满',
      persons: [{ name: '示例戊', account: 'user:sh.wu', part: '提出人' }, { name: '示例己', account: null, part: '第二人' }],
      destroyedAt: '2026-06-01T02:00:00.000Z', entry: { origin: log.origin, index: 4711 }, manifest: 'cd'.repeat(32),
    };
    const whole = pdfText(await destructionPaper(destroyed, making)).map(plain).join('');
    for (const text of [destroyed.requestId, destroyed.site, destroyed.reason, '提出人示例戊(user:sh.wu)', '提出人:示例戊(user:sh.wu)', '第二人:示例己', '封存原件,文件 3 个,共 7555529 字节', '2026-06-01 10:00:00', `${log.origin} 第 4711 条`, destroyed.manifest!, ...files.flatMap((it) => [it.path, String(it.bytes), it.sha256, it.sm3])])
      assert.ok(whole.includes(plain(text)), text);
    // By the gate, of what no list tells: a place for the custodian, and none for two people.
    const byClock = pdfText(await destructionPaper({ ...destroyed, persons: null, files: null, bytes: 4096 }, making)).map(plain).join('');
    for (const text of ['调取网关按保管策略到期自动销毁', '保管单位经办人', '文件未逐一列明', '共4096字节']) assert.ok(byClock.includes(text), text);
    for (const text of ['提出人', '已销毁文件', '文件3个']) assert.ok(!byClock.includes(text), text);
    assert.ok(!whole.includes('无法读取'));
    assert.ok(pdfText(await destructionPaper({ ...destroyed, unlisted: 2 }, making)).map(plain).join('').includes(plain('另有 2 份封存清单已无法读取')));
  });
});

describe('the code on a paper', () => {
  const rows: readonly (readonly [what: string, verifyUrl: string | null, manifest: string | null, text: string])[] = [
    ['leads to the page, and tells it the digest behind the #', 'https://exportgate.example/verify.html', null, `https://exportgate.example/verify.html#number=N-1&sha256=${contents}`],
    ['without an address says the same', null, null, `exportgate:N-1?sha256=${contents}`],
    ['names the manifest where that was there before', null, 'ab', `exportgate:N-1?sha256=${contents}&manifest=ab`],
  ];
  for (const [what, verifyUrl, manifest, text] of rows) it(what, () => assert.equal(codeText({ verifyUrl }, 'N-1', { contents, manifest }), text));
});
