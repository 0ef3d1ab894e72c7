// The three cities of the month: a site of each tier as the shipped policies have it, who works there, and what the month knows of its rules.
import type { UserId } from '../../plugin/domain/subject.js';

export interface City {
  code: string;
  site: string;
  /** Of two kinds: who may ask in criminal matters, and who may ask in public-order matters alone. */
  investigator: UserId;
  constable: UserId;
  police: string;
  clerk: UserId;
  manager: UserId;
  privacy: UserId;
  head: UserId;
  duty: UserId;
  executors: readonly [UserId, UserId];
  auditor: UserId;
  reception: UserId;
  guard: UserId;
  custodian: string;
  /** Camera → its name, and its recording. `school` is sensitive, `strange` is recorded by nobody. */
  street: Recorded;
  gate: Recorded;
  school: Recorded;
  callBack: string;
  /** Steps of an ordinary request, of a rescue, and of a citizen's viewing. */
  ordinary: readonly Step[];
  rescue: readonly Step[];
  viewing: readonly Step[];
  internal: readonly Step[];
  publication: readonly Step[];
  /** How many hands release, and how often the package may be fetched within how many hours. */
  hands: 1 | 2;
  downloads: number;
  releaseHours: number;
  /** How often a viewing may be watched within how many hours: by a citizen, and by the unit's own guards. */
  seen: { citizen: number; citizenHours: number; guard: number; guardHours: number };
  paperHours: number;
}

export type Step = 'evidence-clerk' | 'site-security-manager' | 'privacy-officer' | 'unit-head' | 'duty-manager';

interface Recorded {
  camera: string;
  name: string;
  recording: string | null;
}

const steps = {
  clerk: 'evidence-clerk',
  manager: 'site-security-manager',
  privacy: 'privacy-officer',
  head: 'unit-head',
  duty: 'duty-manager',
} as const;

export const shanghai: City = {
  code: '310000', site: 'SH-YUNFAN', police: '示例上海支队', custodian: '云帆广场物业(示例)', callBack: 'sh-command',
  investigator: 'user:sh.lu', constable: 'user:sh.pan', clerk: 'user:sh.zhou', manager: 'user:sh.qian', privacy: 'user:sh.gu', head: 'user:sh.shen', duty: 'user:sh.tao',
  executors: ['user:sh.wei', 'user:sh.jin'], auditor: 'user:sh.yan', reception: 'user:sh.xu', guard: 'user:sh.fang',
  street: { camera: 'sh-yf-street', name: '北侧道路', recording: 'REC_1' },
  gate: { camera: 'sh-yf-gate', name: '东门', recording: 'REC_2' },
  school: { camera: 'sh-yf-school', name: '托管中心门前', recording: null },
  ordinary: [steps.clerk, steps.manager, steps.privacy, steps.head],
  rescue: [steps.head, steps.duty],
  viewing: [steps.manager, steps.privacy],
  internal: [steps.manager, steps.privacy],
  publication: [steps.clerk, steps.manager, steps.privacy, steps.head],
  hands: 2, downloads: 2, releaseHours: 72, seen: { citizen: 2, citizenHours: 24, guard: 5, guardHours: 72 }, paperHours: 24,
};

export const chengdu: City = {
  code: '510100', site: 'CD-JINXI', police: '示例成都支队', custodian: '锦溪广场物业(示例)', callBack: 'cd-command',
  investigator: 'user:cd.tang.investigator', constable: 'user:cd.yin.public-order', clerk: 'user:cd.ran.clerk', manager: 'user:cd.deng.security',
  privacy: 'user:cd.pu.privacy', head: 'user:cd.xiang.head', duty: 'user:cd.liao.duty', executors: ['user:cd.long.executor', 'user:cd.dai.executor'],
  auditor: 'user:cd.wen.auditor', reception: 'user:cd.mi.reception', guard: 'user:cd.sang.staff',
  street: { camera: 'cd-jx-street', name: '东侧道路', recording: 'REC_3' },
  gate: { camera: 'cd-jx-gate', name: '北门', recording: 'REC_4' },
  school: { camera: 'cd-jx-school', name: '幼儿园门前', recording: 'REC_5' },
  ordinary: [steps.clerk, steps.manager],
  rescue: [steps.duty],
  viewing: [steps.manager, steps.privacy],
  internal: [steps.manager],
  publication: [steps.clerk, steps.manager, steps.privacy],
  hands: 2, downloads: 3, releaseHours: 72, seen: { citizen: 2, citizenHours: 24, guard: 5, guardHours: 72 }, paperHours: 48,
};

export const qinhuangdao: City = {
  code: '130300', site: 'QHD-HAIOU', police: '示例秦皇岛支队', custodian: '海鸥公园管理处(示例)', callBack: 'qhd-command',
  investigator: 'user:qhd.bian.investigator', constable: 'user:qhd.chi.public-order', clerk: 'user:qhd.geng.clerk', manager: 'user:qhd.hao.security',
  privacy: 'user:qhd.ji.privacy', head: 'user:qhd.kong.head', duty: 'user:qhd.lian.duty', executors: ['user:qhd.miao.executor', 'user:qhd.nie.executor'],
  auditor: 'user:qhd.pei.auditor', reception: 'user:qhd.chi.reception', guard: 'user:qhd.xing.staff',
  street: { camera: 'qhd-ho-street', name: '沿海道路', recording: 'REC_6' },
  gate: { camera: 'qhd-ho-gate', name: '正门', recording: 'REC_7' },
  school: { camera: 'qhd-ho-school', name: '少年宫门前', recording: 'REC_8' },
  ordinary: [steps.clerk, steps.manager],
  rescue: [steps.duty],
  viewing: [steps.manager],
  internal: [steps.manager],
  publication: [steps.clerk, steps.manager, steps.privacy],
  hands: 1, downloads: 5, releaseHours: 168, seen: { citizen: 3, citizenHours: 48, guard: 5, guardHours: 168 }, paperHours: 72,
};

export const cities = [shanghai, chengdu, qinhuangdao] as const;

/** Who takes a step there. */
export const holderOf = (city: City, step: Step): UserId =>
  ({ [steps.clerk]: city.clerk, [steps.manager]: city.manager, [steps.privacy]: city.privacy, [steps.head]: city.head, [steps.duty]: city.duty })[step];

/** Cameras that the recorder records, in the order of its recordings. */
export const recorded = cities
  .flatMap(({ street, gate, school }) => [street, gate, school])
  .filter(({ recording }) => recording !== null)
  .sort((a, b) => a.recording!.localeCompare(b.recording!))
  .map(({ camera }) => camera);

export const cameraNames = new Map(cities.flatMap(({ street, gate, school }) => [street, gate, school]).map(({ camera, name }) => [camera, name]));

/** Of the gate as a whole. */
export const administrators = ['user:root.luo', 'user:root.bai'] as const;
export const chiefAuditor: UserId = 'user:audit.he';

/** What Qinhuangdao asks beside its tier, in the month alone: whoever agrees to footage of a sensitive camera has seen its frames, and a visitor
 *  sees one camera. */
export const stricter = `# Of the month alone.
p, role:police.investigator, 130300, camera:*, request, ordinary, sensitive, allow, inspect:site-security-manager
p, role:police.public-order, 130300, camera:*, request, ADMIN_CASE, sensitive, allow, inspect:site-security-manager
p, role:reception, 130300, camera:*, request, CITIZEN_VIEW, *, allow, cameras:1
`;
