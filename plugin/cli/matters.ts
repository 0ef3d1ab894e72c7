// exportgate request withdraw | call-back | paper | accept-paper | close | break-glass | hold | lift | erase | close-case | destroy: what else may happen to a request.
import { glassReasons } from '../domain/audit-event.js';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';
import { readForm } from './read-form.js';
import { uploadScanFile } from './read-scan.js';
import { lines } from './request.js';

type View = Parameters<typeof lines>[0];

interface Said {
  id: string;
  file: string;
  directory: string;
  unconfirmed?: boolean;
  explanation: string;
  reason: string;
  until?: string;
  field: string;
}

export interface Matter {
  name: string;
  words: string;
  /** After the request's number. */
  takesFile?: boolean;
  /** Flags and their words; `--x <y>` must be given unless optional. */
  options?: readonly { flags: string; words: string; optional?: boolean }[];
  verb: Verb<Said>;
}

/** Posts to an address of the request and tells where it stands then. */
const move =
  (at: string, bodyOf: (options: Said) => object = () => ({})): Verb<Said> =>
  async (context, options) => {
    const view = await clientOf(context).post<View>(`/api/v1/requests/${options.id}/${at}`, bodyOf(options));
    context.output.result(view, lines(view));
    return 0;
  };

const servePaper: Verb<Said> = async (context, { id, file }) => {
  const client = clientOf(context);
  const form = await readForm(file, async (scan, where) => (await uploadScanFile(client, scan, where)).sha256);
  const view = await client.post<View>(`/api/v1/requests/${id}/paper`, form);
  context.output.result(view, lines(view));
  return 0;
};

/** A word on the paper that lies there at this moment. */
const acceptPaper: Verb<Said> = async (context, { id }) => {
  const client = clientOf(context);
  const { paper } = await client.get<{ paper: { servedAt: string } | null }>(`/api/v1/requests/${id}`);
  if (!paper) throw new Problem('paper-missing', `No paper was served for ${id}; there is none to compare with the form.`);
  const view = await client.post<View>(`/api/v1/requests/${id}/paper/acceptance`, { servedAt: paper.servedAt });
  context.output.result(view, lines(view));
  return 0;
};

export const matters: readonly Matter[] = [
  { name: 'withdraw', words: 'take it back before its release 撤回', verb: move('withdrawal') },
  {
    name: 'call-back',
    words: 'a call back to a number of directory.csv 回拨核实',
    options: [
      { flags: '--directory <name>', words: 'its line in directory.csv' },
      { flags: '--unconfirmed', words: 'the unit knew nothing of it', optional: true },
    ],
    verb: move('call-backs', ({ directory, unconfirmed }) => ({ directory, confirmed: !unconfirmed })),
  },
  { name: 'paper', words: 'the paper of an emergency, which came later; JSON 补交文书', takesFile: true, verb: servePaper },
  { name: 'accept-paper', words: 'the paper was compared with the form 核验补交文书', verb: acceptPaper },
  {
    name: 'close',
    words: 'an emergency of which no paper came 说明后关闭',
    options: [{ flags: '--explanation <text>', words: 'why' }],
    verb: move('closing', ({ explanation }) => ({ explanation })),
  },
  {
    name: 'break-glass',
    words: 'two administrators set missing voices aside, so that the officer may watch 破窗',
    options: [{ flags: '--reason <code>', words: glassReasons.join(', ') }],
    verb: move('glass', ({ reason }) => ({ reason })),
  },
  {
    name: 'hold',
    words: 'nothing of it is deleted 保全',
    options: [
      { flags: '--reason <text>', words: 'why' },
      { flags: '--until <instant>', words: 'end, with zone', optional: true },
    ],
    verb: move('hold', ({ reason, until }) => ({ reason, until: until ?? null })),
  },
  { name: 'lift', words: 'the hold ends 解除保全', verb: move('hold/lifting') },
  {
    name: 'erase',
    words: 'a personal value whose time has passed 删除个人信息',
    options: [{ flags: '--field <name>', words: 'application or unit' }],
    verb: move('erasures', ({ field }) => ({ field })),
  },
  { name: 'close-case', words: 'the case is closed; its original is needed no longer 结案', verb: move('case-closing') },
  { name: 'destroy', words: 'its sealed original, by two people: one asks, a second confirms 双人销毁', verb: move('destruction') },
];
