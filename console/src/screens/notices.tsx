// All that one was told, the newest first.
import type { TableColumnsType } from 'antd';
import { useCallback } from 'react';
import { ask, type AnswerOf } from '../api/ask.js';
import { PagedTable } from '../parts/paged-table.js';
import { PageHead } from '../parts/page-head.js';
import { Deadline, Time } from '../parts/time.js';
import { linkTo } from '../shell/router.js';
import { useSpeech } from '../words/language.js';
import { noticeWords as words } from './words.js';

type Row = AnswerOf<'GET /api/v1/notices'>['notices'][number];

const PAGE = 50;

export function Notices() {
  const { say, language } = useSpeech();
  const load = useCallback(
    async (before: Row | null, signal: AbortSignal) => (await ask('GET /api/v1/notices', { query: { limit: String(PAGE), ...(before && { before: String(before.id) }) } }, { signal })).notices,
    [],
  );
  const what = ({ zh, en, urgency, seenAt }: Row) => (
    <>
      <span className={urgency === 'urgent' ? 'line bad' : seenAt ? '' : 'line'}>{language === 'zh' ? zh : en}</span>
      {!seenAt && <span className="quiet"> · {say(words.unseen)}</span>}
    </>
  );
  const request = ({ request: id }: Row) => (id ? <a href={linkTo(`/requests/${id}`)}>{id}</a> : <span className="quiet">—</span>);
  const columns: TableColumnsType<Row> = [
    { title: say(words.at), key: 'at', width: 170, render: (_, row) => <Time at={row.at} /> },
    { title: say(words.what), key: 'what', width: 340, render: (_, row) => what(row) },
    { title: say(words.request), key: 'request', width: 300, render: (_, row) => request(row) },
    { title: say(words.due), key: 'due', width: 160, render: (_, row) => (row.deadline ? <Deadline at={row.deadline} /> : <span className="quiet">—</span>) },
  ];
  return (
    <>
      <PageHead title={say(words.title)} />
      <PagedTable<Row>
        of="all"
        load={load}
        page={PAGE}
        keyOf={({ id }) => String(id)}
        columns={columns}
        width={970}
        label={say(words.title)}
        empty={{ word: words.none }}
        card={(row) => (
          <>
            <span>{what(row)}</span>
            {request(row)}
            <small>
              <Time at={row.at} />
            </small>
          </>
        )}
      />
    </>
  );
}
