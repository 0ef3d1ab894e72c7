// What an installation does not touch, and a person should: ZoneMinder sending recordings out by itself, and doors that are not the web
// server's.
import type { Advice } from '../../../plugin/domain/install.js';
import { Problem } from '../../../plugin/domain/problem.js';
import type { Row, ZmDatabase } from './database.js';
import { signIn } from './sign-in.js';

const sending: Readonly<Record<string, { zh: string; en: string }>> = {
  AutoEmail: { zh: '发邮件', en: 'mails' },
  AutoMessage: { zh: '发消息', en: 'sends messages' },
  AutoUpload: { zh: '上传', en: 'uploads' },
  AutoExecute: { zh: '执行命令', en: 'runs a command' },
};

const configs = ['ZM_MIN_STREAMING_PORT', 'ZM_MIN_RTSP_PORT', 'ZM_OPT_TRIGGERS', 'ZM_OPT_EMAIL', 'ZM_OPT_UPLOAD', 'ZM_OPT_MESSAGE', 'ZM_OPT_USE_EVENTNOTIFICATION'];

/** ZoneMinder's own first login, as its documentation tells it. */
const first = { user: 'admin', password: 'admin' };

/** What was done is told even where this cannot be looked up. */
export async function adviceFor(database: ZmDatabase, base: URL): Promise<Advice[]> {
  try {
    return await lookedUp(database, base);
  } catch (thrown) {
    const { code, detail } = Problem.from(thrown);
    if (code === 'internal') throw thrown;
    return [{ what: code, zh: '未能查看过滤器与其他端口,请人工查看', en: `filters and other ports could not be looked up, look at them yourself: ${detail}` }];
  }
}

async function lookedUp(database: ZmDatabase, base: URL): Promise<Advice[]> {
  const named = configs.map((name) => `'${name}'`).join(', ');
  const values = new Map((await database.rows(`SELECT JSON_OBJECT('Name', Name, 'Value', Value) FROM Config WHERE Name IN (${named})`)).map((row) => [row['Name']!, row['Value'] ?? '']));
  const [{ count: streaming = '0' } = {}] = await database.rows('SELECT JSON_OBJECT(\'count\', COUNT(*)) FROM Monitors WHERE RTSPServer = 1');
  const [{ count: people = '0' } = {}] = await database.rows("SELECT JSON_OBJECT('count', COUNT(*)) FROM Users WHERE Enabled = 1 AND (Stream <> 'None' OR Events <> 'None' OR `System` <> 'None')");
  const [listening] = await database.rows("SELECT JSON_OBJECT('address', CAST(@@bind_address AS CHAR), 'off', CAST(@@skip_networking AS CHAR), 'port', CAST(@@port AS CHAR))");
  return [
    ...(await filterAdvice(database)),
    ...ports(values, streaming!),
    ...databaseAdvice(listening),
    ...((await signIn(base, first.user, first.password)) ? [{ what: 'Users admin', zh: '管理员仍用出厂口令:立即更改', en: 'the administrator still has the password that it came with: change it now' }] : []),
    {
      what: `Users: ${people}`,
      zh: `有 ${people} 个可用账户(含网关的)能看实况、录像或配置:逐一核对,更改全部口令;旧口令在网关之后仍可登录页面`,
      en: `${people} accounts (the gate’s among them) see live pictures, recordings or the configuration: look at each, change every password; an old one still signs in behind the gate`,
    },
  ];
}

async function filterAdvice(database: ZmDatabase): Promise<Advice[]> {
  const columns = Object.keys(sending);
  const rows = await database.rows(`SELECT JSON_OBJECT('Name', Name, ${columns.map((column) => `'${column}', ${column}`).join(', ')}) FROM Filters WHERE ${columns.map((column) => `${column} <> 0`).join(' OR ')} ORDER BY Id`);
  return rows.map((row) => {
    const does = columns.filter((column) => row[column] !== '0');
    return {
      what: `Filters ${row['Name'] ?? ''}`,
      zh: `过滤器会自行把录像送出(${does.map((it) => sending[it]!.zh).join('、')}):不需要就删除;需要则由管理员确认并登记去向`,
      en: `this filter sends recordings out by itself (${does.map((it) => sending[it]!.en).join(', ')}): delete it, or have an administrator confirm and record where to`,
    };
  });
}

function ports(values: ReadonlyMap<string, string>, streaming: string): Advice[] {
  const is = (name: string): string => (['', '0'].includes(values.get(name) ?? '') ? '' : values.get(name)!);
  const found: (Advice | null)[] = [
    is('ZM_MIN_STREAMING_PORT')
      ? { what: `ZM_MIN_STREAMING_PORT ${is('ZM_MIN_STREAMING_PORT')}`, zh: '每个摄像机各有一个网页端口,不经网关:清空此项,并在防火墙关闭这些端口', en: 'a web port for each camera, past the gate: empty this, and close these ports in the packet filter' }
      : null,
    is('ZM_MIN_RTSP_PORT') || streaming !== '0'
      ? { what: `ZM_MIN_RTSP_PORT ${is('ZM_MIN_RTSP_PORT')}, RTSPServer ${streaming}`, zh: 'RTSP 转发实况,不经网关:清空此项并关闭各摄像机的 RTSPServer,或在防火墙关闭该端口', en: 'live pictures by RTSP, past the gate: empty this and switch RTSPServer of the cameras off, or close the port in the packet filter' }
      : null,
    is('ZM_OPT_TRIGGERS') ? { what: 'ZM_OPT_TRIGGERS', zh: 'zmtrigger 在 6802 端口接受命令:在防火墙关闭', en: 'zmtrigger takes commands on port 6802: close it in the packet filter' } : null,
    ...(['ZM_OPT_EMAIL', 'ZM_OPT_UPLOAD', 'ZM_OPT_MESSAGE'] as const).map((name) => (is(name) ? { what: name, zh: '允许过滤器把录像送出:不需要就关闭', en: 'lets filters send recordings out: switch it off where nobody needs it' } : null)),
    is('ZM_OPT_USE_EVENTNOTIFICATION') ? { what: 'ZM_OPT_USE_EVENTNOTIFICATION', zh: '推送通知带图片,不经网关:不需要就关闭', en: 'notifications carry pictures past the gate: switch it off where nobody needs it' } : null,
  ];
  return found.filter((it) => it !== null);
}

function databaseAdvice(row: Row | undefined): Advice[] {
  const { address, off, port } = row ?? {};
  if (off === '1' || off === 'ON' || ['127.0.0.1', '::1', 'localhost'].includes(address ?? '')) return [];
  return [{ what: `MariaDB ${address || '*'}:${port ?? '3306'}`, zh: '数据库在网络上监听:设 bind-address = 127.0.0.1', en: 'the database listens on the network: set bind-address = 127.0.0.1' }];
}
