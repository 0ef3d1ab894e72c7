// A list that may be a hundred thousand rows long: fetched page by page as the gate gives it, of which only what is in view is drawn. On a narrow
// screen the same rows as cards.
import { Button, Grid, Table, type TableColumnsType } from 'antd';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { isLeft, Problem } from '../api/problem.js';
import { useSpeech, type Word } from '../words/language.js';
import { Failing, States } from './states.js';
import { partWords as words } from './words.js';

interface Props<R extends object> {
  /** What the rows depend on; another one begins anew. */
  of: string;
  /** Rows behind `before`, which is null for the first of them; fewer than `page` of them are the last. */
  load(before: R | null, signal: AbortSignal): Promise<readonly R[]>;
  page: number;
  keyOf(row: R): string;
  columns: TableColumnsType<R>;
  /** One row on a narrow screen. */
  card(row: R): ReactNode;
  empty: { word: Word; action?: ReactNode };
  /** Names the table for those who do not see it. */
  label: string;
  /** Width of all columns, pixels. */
  width: number;
}

/** From here on rows that are out of view are not drawn. */
const MANY = 100;
const HEIGHT = 560;

export function PagedTable<R extends object>({ of, load, page, keyOf, columns, card, empty, label, width }: Props<R>) {
  const { say } = useSpeech();
  const isWide = Grid.useBreakpoint().md ?? true;
  const [rows, setRows] = useState<readonly R[] | null>(null);
  const [isEnd, setEnd] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  const asking = useRef<AbortController | null>(null);

  const more = useCallback(
    async (known: readonly R[] | null) => {
      if (asking.current) return;
      const leaving = (asking.current = new AbortController());
      setProblem(null);
      try {
        const found = await load(known?.at(-1) ?? null, leaving.signal);
        if (leaving.signal.aborted) return;
        setRows([...(known ?? []), ...found]);
        setEnd(found.length < page);
      } catch (thrown) {
        if (!leaving.signal.aborted && !isLeft(thrown)) setProblem(Problem.from(thrown));
      } finally {
        if (asking.current === leaving) asking.current = null;
      }
    },
    // `of` stands for what load closes over.
    [of, page],
  );
  useEffect(() => {
    setRows(null);
    setEnd(false);
    void more(null);
    return () => {
      asking.current?.abort();
      asking.current = null;
    };
  }, [more, round]);

  if (rows === null) {
    const again = (): void => setRound((before) => before + 1);
    return <States of={problem ? { kind: 'failed', problem, again } : { kind: 'loading', again }}>{() => null}</States>;
  }
  if (rows.length === 0) return <States of={{ kind: 'there', answer: rows, refreshing: false, again: () => undefined }} isEmpty={() => true} empty={empty}>{() => null}</States>;
  const isVirtual = isWide && rows.length > MANY;
  return (
    <section aria-label={label}>
      {isWide ? (
        <Table<R>
          size="middle"
          rowKey={keyOf}
          columns={columns}
          dataSource={rows}
          pagination={false}
          virtual={isVirtual}
          scroll={isVirtual ? { y: HEIGHT, x: width } : {}}
          onScroll={({ currentTarget }) => {
            const body = currentTarget;
            if (!isEnd && body.scrollHeight - body.scrollTop - body.clientHeight < HEIGHT) void more(rows);
          }}
        />
      ) : (
        <ul className="cards">
          {rows.map((row) => (
            <li key={keyOf(row)}>{card(row)}</li>
          ))}
        </ul>
      )}
      {problem && <Failing problem={problem} again={() => void more(rows)} />}
      <p className="table-foot">
        <span className="quiet">
          {say(words.rows(rows.length))}
          {isEnd && ` · ${say(words.end)}`}
        </span>
        {!isEnd && <Button onClick={() => void more(rows)}>{say(words.more)}</Button>}
      </p>
    </section>
  );
}
