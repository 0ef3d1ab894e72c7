// The requests that one may read, each with the line that says where it stands and the clock to its deadline.
import { ReloadOutlined } from '@ant-design/icons';
import { Button, Select, type TableColumnsType } from 'antd';
import { useCallback, useState } from 'react';
import { ask, type AnswerOf } from '../api/ask.js';
import { useNames } from '../parts/names.js';
import { PageHead } from '../parts/page-head.js';
import { PagedTable } from '../parts/paged-table.js';
import { Deadline, Time } from '../parts/time.js';
import { linkTo } from '../shell/router.js';
import { useSay } from '../words/language.js';
import { StateLine, stateWord, type State } from './state-line.js';
import { requestWords as words } from './words.js';

type Row = AnswerOf<'GET /api/v1/requests'>['requests'][number];

const PAGE = 50;
const offered: readonly State[] = ['held', 'granted', 'packaged', 'released', 'returned', 'denied', 'withdrawn'];

export function Requests() {
  const say = useSay();
  const names = useNames();
  const [state, setState] = useState<State | 'all'>('all');
  const [round, setRound] = useState(0);
  const load = useCallback(
    async (before: Row | null, signal: AbortSignal) =>
      (await ask('GET /api/v1/requests', { query: { limit: String(PAGE), ...(state !== 'all' && { state }), ...(before && { before: before.requestId }) } }, { signal })).requests,
    [state],
  );
  const number = ({ requestId }: Row) => <a href={linkTo(`/requests/${requestId}`)}>{requestId}</a>;
  const due = ({ dueAt, late }: Row) => (late ? <span className="deadline over">{say(words.late)}</span> : dueAt ? <Deadline at={dueAt} /> : <span className="quiet">—</span>);
  const columns: TableColumnsType<Row> = [
    { title: say(words.number), key: 'number', width: 280, render: (_, row) => number(row) },
    { title: say(words.state), key: 'state', width: 240, render: (_, row) => <StateLine of={row} /> },
    { title: say(words.deadline), key: 'due', width: 150, render: (_, row) => due(row) },
    { title: say(words.site), key: 'site', width: 160, render: (_, row) => names.site(row.site) },
    { title: say(words.basis), key: 'basis', width: 140, render: (_, row) => say(names.basis(row.basis)) },
    { title: say(words.requestedAt), key: 'at', width: 160, render: (_, row) => <Time at={row.requestedAt} /> },
  ];
  return (
    <>
      <PageHead title={say(words.title)} under={<span className="quiet">{say(words.lead)}</span>}>
        <Select<State | 'all'>
          aria-label={say(words.filter)}
          value={state}
          onChange={setState}
          style={{ minWidth: 200 }}
          options={[
            { value: 'all', label: say(words.all) },
            ...offered.map((each) => ({ value: each, label: say(stateWord({ state: each, voices: 0, steps: 0, waitsForStep: null }, names)) })),
          ]}
        />
        <Button icon={<ReloadOutlined />} onClick={() => setRound(round + 1)}>
          {say(words.refresh)}
        </Button>
      </PageHead>
      <PagedTable<Row>
        of={`${state} ${round}`}
        load={load}
        page={PAGE}
        keyOf={({ requestId }) => requestId}
        columns={columns}
        width={1130}
        label={say(words.title)}
        empty={{ word: words.none }}
        card={(row) => (
          <>
            {number(row)}
            <StateLine of={row} />
            <small>
              {names.site(row.site)} · {say(names.basis(row.basis))}
            </small>
            <small>
              <Time at={row.requestedAt} /> · {due(row)}
            </small>
          </>
        )}
      />
    </>
  );
}
