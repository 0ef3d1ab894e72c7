// What a package’s papers tell, invented: every field has a value of its own, so that a test can look for each.
import type { HandOver } from '../../plugin/documents/hand-over.js';
import type { Making } from '../../plugin/documents/paper.js';
import { gateCode } from '../../plugin/domain/paper-number.js';

const sum = (seed: string): string => seed.repeat(64).slice(0, 64);
export const contents = sum('c0ffee');

export const aHandOver: HandOver = {
  requestId: 'EG-310000-SH-YUNFAN-2026-000123', packageId: '6fa6e4b1-d8a9-405b-9006-5c40dc9c9ba3', caseNumber: '示例刑立字〔2026〕第7号', reason: '示例案件:核实电动车被盗经过', basis: '刑事案件(CRIM 62; EDR16 13)',
  instrument: { type: '调取证据通知书', number: '示例公(刑)调证字〔2026〕12号', issuer: '示例市公安局', issuedOn: '2026-03-02', provideBy: '2026-03-05T04:00:00.000Z', scanSha256: sum('5ca2') },
  requestingUnit: '示例支队', custodian: '上海市 云帆广场(示例)(SH-YUNFAN)', retentionDays: 31,
  officers: [{ name: '陆一舟', unit: '示例一大队', idKind: '人民警察证', idNumber: '****0001' }, { name: '江映川', unit: '示例二大队', idKind: '工作证', idNumber: '****0002' }],
  approvals: [{ step: '核验', person: '示例丙', at: '2026-03-01T02:40:00.000Z' }, { step: '单位负责人审批', person: '示例丁', at: '2026-03-01T02:50:00.000Z' }],
  recordingReference: 'ZF-2026-0077', requestedAt: '2026-03-01T02:30:00.000Z', pullStartedAt: '2026-03-01T02:31:00.000Z',
  cameras: [{
    camera: 'sh-yf-street', name: '北侧道路', asked: [{ from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:01:00.000Z', basis: 'beijing' }], state: 'partial',
    firstFrame: '2026-03-01T02:00:02.000000Z', lastFrame: '2026-03-01T02:00:58.960000Z', holes: [{ from: '2026-03-01T02:00:20.000Z', to: '2026-03-01T02:00:21.000Z', expected: null }], preRollMs: 480,
    clock: { before: { measuredAt: '2026-03-01T02:30:01.000Z', offsetMs: -120, uncertaintyMs: 1010 }, after: { measuredAt: '2026-03-01T02:31:05.000Z', offsetMs: -118, uncertaintyMs: 1009 } },
    times: 'asserted', rung: 'playback', transcriptSha256: sum('7a9e'), width: 1280, height: 720, codec: 'avc1.64001f', audio: 'pcmu', sealedAt: '2026-03-01T02:31:30.000Z',
  }],
  files: [
    { path: 'original/sh-yf-street/01.mov', role: 'original', bytes: 3433594, sha256: sum('01'), sm3: sum('02') },
    { path: 'viewing/sh-yf-street/01.mp4', role: 'viewing', bytes: 4121858, sha256: sum('03'), sm3: sum('04'), parent: 'original/sh-yf-street/01.mov', recipe: { tool: 'ffmpeg', version: 'ffmpeg version 5.1', arguments: ['-i'] } },
    { path: 'excerpt/sh-yf-gate/01.mp4', role: 'excerpt', bytes: 77, sha256: sum('05'), sm3: sum('06'), sealedParent: { path: 'original/sh-yf-gate/01.mp4', bytes: 99, sha256: sum('07'), sm3: sum('08') }, recipe: { tool: 'exportgate', version: '0.1.0', arguments: ['excerpt'] } },
  ],
  original: 'here', fileName: 'EG-310000-SH-YUNFAN-2026-000123.zip', retainDays: 7, planDigest: `sha256:${sum('9d')}`, policyVersion: `sha256:${sum('be')}`,
  method: { exportgate: '0.1.0', node: 'v20.20.2', ffmpeg: 'ffmpeg version 5.1' },
  log: { origin: 'exportgate.example/test-1', vkey: 'exportgate.example/test-1+89ab01cd+AQIDBA' }, algorithm: 'Ed25519', isStamped: true,
};

export const aMaking = (font: Buffer, more: Partial<Making> = {}): Making => ({
  gate: gateCode(aHandOver.log.origin), keyId: sum('feed'), verifyUrl: 'https://exportgate.example/verify.html', law: ['F5 移交清单列明每个文件的完整性校验值(EDR16 14)'], font,
  madeAt: new Date('2026-03-01T03:00:00.000Z'), series: 'package', upTo: 0, seal: null, ...more,
});
