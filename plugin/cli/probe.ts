// exportgate probe RECORDER: what a recorder can do, asked of itself, as a table and as a transcript without credentials.
import { Problem } from '../domain/problem.js';
import type { ProbeRow, Vms, VmsAccount } from '../domain/vms.js';
import { askLogin, type Input } from './ask-login.js';
import type { Credentials } from './login.js';
import { padTo, plain, plainLine } from './console.js';
import type { Verb } from './context.js';
import { untilInterrupted, type Recorders } from './recorders.js';
import { openNew } from './write-new.js';

export interface ProbeOptions {
  recorder: string;
  camera?: string;
  accounts?: boolean;
  transcript?: string;
}

/** Words of the rows in Chinese; one that is not here stands alone. */
const words: Readonly<Record<string, string>> = {
  clock: '时钟',
  services: '服务',
  device: '设备',
  login: '登录',
  search: '检索',
  coverage: '录像时段',
  holdings: '录像范围',
  'replay-address': '回放地址',
  replay: '回放',
  codecs: '编码',
  pull: '试拉取',
  'first-picture': '首帧时间',
  'time-stamps': '时间标记',
  speed: '速度',
  end: '结束',
  time: '用时',
};
const verdicts = { ok: 'ok 正常', warn: 'warn 注意', no: 'no 不行', 'left-out': 'left out 未测' } as const;

/** Where an account that is not the gate's could replay, an operator should know. */
const tellAccounts = (found: readonly VmsAccount[]): string[] => [
  '',
  `账户 Accounts on the recorder: ${found.length}; 可回放 may replay: ${found.filter((it) => it.mayReplay).length}`,
  ...found.map(
    ({ user, level, mayReplay }) => `  ${mayReplay ? '!' : ' '} ${user} (${level})${mayReplay ? '' : ': 不可回放 may not replay'}`,
  ),
  ...(found.some((it) => it.mayReplay)
    ? [
        '  除网关自己的账户外,带 ! 的账户可绕过网关取录像;请逐一核对并更改密码 But for the gate’s own, an account with ! can have footage past the gate: check each, change its password',
      ]
    : []),
];

const rowLines = (rows: readonly ProbeRow[]): string[] =>
  rows.map(({ what, verdict, detail }) => `${padTo(verdicts[verdict], 16)}${padTo(`${words[what] ?? ''} ${what}`.trim(), 26)}${detail}`);

/** `io`: where an administrator's login is typed, and where the question for it is shown. */
export const probe =
  (recorders: Recorders, now: () => Date, io: { input: Input; prompts: NodeJS.WritableStream }): Verb<ProbeOptions> =>
  async ({ output, config, env }, { recorder, camera, accounts = false, transcript }) => {
    const { vms, source } = await recorders.recorder(config, env, recorder, camera);
    const at = now().toISOString();
    const place = transcript ?? `probe-${recorder}-${at.replace(/[-:]/g, '').replace(/\.\d+/, '')}.txt`;
    const login = accounts ? await askLogin(io.input, io.prompts) : null;
    const file = await openNew(place);
    try {
      return await untilInterrupted(async (signal) => {
        output.say(`探测录像机 Probing ${recorder}; 最长一分钟 a minute at most …`);
        const found = await vms.examine(source, signal);
        await file.write(document(recorder, at, found));
        const listed = login && (await listAccounts(vms, login, signal));
        const pulled = found.rows.some(({ what, verdict }) => what === 'pull' && (verdict === 'ok' || verdict === 'warn'));
        const failed = listed instanceof Problem ? listed : null;
        const accountsFailed = failed && { code: failed.code, detail: failed.detail };
        const told = { recorder, at, ok: pulled, rows: found.rows, accounts: failed ? null : listed, accountsFailed, transcript: place };
        output.result(told, [
          ...rowLines(found.rows),
          ...(failed
            ? ['', `账户 Accounts: ${failed.code}: ${failed.detail}`]
            : listed
              ? tellAccounts(listed as readonly VmsAccount[])
              : []),
          '',
          `${pulled ? '可以拉取 A pull works' : '不能拉取 No pull works'}. 记录 Transcript: ${place}`,
        ]);
        return pulled && !failed ? 0 : 1;
      });
    } finally {
      await file.drop();
    }
  };

/** What an administrator's login brings; that it was refused takes nothing from what was found before. */
async function listAccounts(vms: Vms, login: Credentials, signal: AbortSignal): Promise<readonly VmsAccount[] | Problem> {
  try {
    return await vms.accounts(login, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    return Problem.from(thrown);
  }
}

const document = (recorder: string, at: string, { rows, transcript }: { rows: readonly ProbeRow[]; transcript: string }): string =>
  plain(
    [
      `ExportGate probe of recorder ${recorder}, ${at}`,
      'No user names, passwords, challenges or serial numbers are in it; addresses and names of recordings are. Read it before you send it.',
      '',
      ...rowLines(rows).map(plainLine),
      '',
      transcript.replaceAll('\r\n', '\n'),
      '',
    ].join('\n'),
  );
