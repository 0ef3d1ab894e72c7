// Pages of the web server itself that tell what others ask for (mod_status and its kin: addresses hold tokens), and ZoneMinder's interface
// for programs to its own configuration, which gives every account the secret of all tokens and lets it change everything.
import type { Machine } from '../../../plugin/domain/install.js';
import { ask } from './ask.js';
import { newTexts, type NewText } from './edit-apache.js';
import { readApache, type Directive } from './read-apache.js';
import type { Seen, WebStep } from './web-step.js';
import type { WebServer } from './web-server.js';

const telling = ['server-status', 'server-info', 'balancer-manager', 'ldap-status', 'ldap-cache'];
const isTelling = ({ name, args }: Directive): boolean => name === 'sethandler' && telling.includes(args[0]?.toLowerCase() ?? '');

export function closeStatusPages({ machine, server }: { machine: Machine; server: WebServer }): WebStep {
  let known: string[] | null = null;
  const look = async (): Promise<Directive[]> => {
    const found = (await readApache(machine, server.main)).directives.filter(isTelling);
    known ??= [...new Set(found.flatMap(({ sections }) => sections.findLast(({ name }) => name === 'location')?.args[0] ?? []))];
    return found;
  };
  return {
    step: 'status-pages',
    zh: '网页服务器的状态页会显示他人请求的地址(含令牌):关闭',
    en: 'status pages of the web server show what others ask for, with tokens in it: closed',
    activate: 'reload',
    plan: async (): Promise<NewText[]> => newTexts((await look()).map((at) => ({ at }))),
    measure: async () => {
      await look();
      return Promise.all(
        known!.filter((it) => it.startsWith('/')).map(async (where): Promise<Seen> => {
          const { status } = await ask(server.base, where);
          return { what: `GET ${where}`, told: String(status), closed: status >= 400 };
        }),
      );
    },
  };
}

/** Whatever the spelling of the path: it is compared as the web server read it. */
const configBlock = (api: string): string[] => [`<LocationMatch "(?i)^${api}/.*configs">`, '  Require all denied', '</LocationMatch>'];

/** `token`: of the gate's account, null where it could not sign in. */
export function closeConfigInterface({ machine, server, token }: { machine: Machine; server: WebServer; token: () => Promise<string | null> }): WebStep {
  const api = `${server.base.pathname.replace(/\/$/, '')}/api`;
  const asked = async (method: 'GET' | 'POST', where: string): Promise<Seen> => {
    const held = await token();
    const form = { token: held ?? '', ...(method === 'POST' && { 'Config[Value]': 'exportgate' }) };
    const target = method === 'GET' ? `${where}?${new URLSearchParams(form).toString()}` : where;
    const { status } = await ask(server.base, target, { method, ...(method === 'POST' && { form }) });
    return { what: `${method} ${where}`, told: String(status), closed: status === 403 };
  };
  return {
    step: 'config-interface',
    zh: '任何账户可经接口读取签名密钥并改动配置:关闭配置接口',
    en: 'by the interface for programs every account reads the signing secret and changes the configuration: closed',
    activate: 'reload',
    plan: async () => {
      const { main } = await readApache(machine, server.main);
      return newTexts([], { file: main, name: 'config-interface', lines: configBlock(api.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) });
    },
    measure: async () => {
      const reading = [await asked('GET', `${api}/configs.json`), await asked('GET', `${api}/index.php/configs.json`), await asked('GET', `${api}/configs/viewByName/ZM_AUTH_HASH_SECRET.json`)];
      // Changing is tried only where reading is closed: while it is open, the try would change something. The name is one that is not there.
      return reading.every(({ closed }) => closed) ? [...reading, await asked('POST', `${api}/configs/edit/ZM_NO_SUCH_NAME.json`)] : reading;
    },
  };
}
