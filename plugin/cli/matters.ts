// exportgate request withdraw | call-back | paper | accept-paper | close | break-glass | hold | lift | erase: what else may happen to a request.
import { Option, type Command } from 'commander';
import { glassReasons } from '../domain/audit-event.js';
import { clientOf, type Verb } from './context.js';
import { readForm } from './read-form.js';
import { uploadScanFile } from './read-scan.js';
import { lines } from './request.js';

type View = Parameters<typeof lines>[0];

/** Posts to an address of the request and tells where it stands then. */
const move =
  <O extends { id: string }>(at: string, bodyOf: (options: O) => object | Promise<object> = () => ({})): Verb<O> =>
  async (context, options) => {
    const view = await clientOf(context).post<View>(`/api/v1/requests/${options.id}/${at}`, await bodyOf(options));
    context.output.result(view, lines(view));
    return 0;
  };

/** Adds the verbs to `request`. */
export function addMatters(request: Command, does: <O extends object>(command: Command, verb: Verb<O>) => Command): void {
  const verb = (name: string, words: string): Command => request.command(name).description(words).argument('<id>');
  does(verb('withdraw', 'take it back before its release 撤回'), move('withdrawal'));
  does(
    verb('call-back', 'a call back to a number of directory.csv 回拨核实')
      .requiredOption('--directory <name>', 'its line in directory.csv')
      .option('--unconfirmed', 'the unit knew nothing of it'),
    move<{ id: string; directory: string; unconfirmed?: boolean }>('call-backs', ({ directory, unconfirmed }) => ({
      directory,
      confirmed: !unconfirmed,
    })),
  );
  does(
    verb('paper', 'the paper of an emergency, which came later 补交文书').argument(
      '<file>',
      'JSON: instrument, and officers where they changed',
    ),
    async (context, { id, file }: { id: string; file: string }) => {
      const client = clientOf(context);
      const form = await readForm(file, async (scan, where) => (await uploadScanFile(client, scan, where)).sha256);
      const view = await client.post<View>(`/api/v1/requests/${id}/paper`, form);
      context.output.result(view, lines(view));
      return 0;
    },
  );
  does(verb('accept-paper', 'the paper was compared with the form 核验补交文书'), move('paper/acceptance'));
  does(
    verb('close', 'an emergency of which no paper came 说明后关闭').requiredOption('--explanation <text>', 'why'),
    move<{ id: string; explanation: string }>('closing', ({ explanation }) => ({ explanation })),
  );
  does(
    verb('break-glass', 'two administrators set missing voices aside, so that the officer may watch 破窗').addOption(
      new Option('--reason <code>', 'why').choices(glassReasons).makeOptionMandatory(),
    ),
    move<{ id: string; reason: string }>('glass', ({ reason }) => ({ reason })),
  );
  does(
    verb('hold', 'nothing of it is deleted 保全').requiredOption('--reason <text>', 'why').option('--until <instant>', 'end, with zone'),
    move<{ id: string; reason: string; until?: string }>('hold', ({ reason, until = null }) => ({ reason, until })),
  );
  does(verb('lift', 'the hold ends 解除保全'), move('hold/lifting'));
  does(
    verb('erase', 'a personal value whose time has passed 删除个人信息').addOption(
      new Option('--field <name>', 'which').choices(['application', 'unit']).makeOptionMandatory(),
    ),
    move<{ id: string; field: string }>('erasures', ({ field }) => ({ field })),
  );
}
