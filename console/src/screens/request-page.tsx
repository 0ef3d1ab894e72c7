// One request: where it stands, who said what when, what is asked for and why, and how it is fetched once it is released.
import { ArrowLeftOutlined, ReloadOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import type { AnswerOf } from '../api/ask.js';
import { useNames } from '../parts/names.js';
import { PageHead } from '../parts/page-head.js';
import { States } from '../parts/states.js';
import { Deadline, Span, Time } from '../parts/time.js';
import { useAnswer } from '../parts/use-answer.js';
import type { Screen } from '../shell/screens.js';
import { linkTo } from '../shell/router.js';
import { useSay } from '../words/language.js';
import { Delivery } from './delivery.js';
import { returnWord } from './return-codes.js';
import { StateLine } from './state-line.js';
import { requestWords as words } from './words.js';

export type Request = AnswerOf<'GET /api/v1/requests/{id}'>;

export const RequestPage: Screen = ({ params }) => {
  const say = useSay();
  const asked = useAnswer('GET /api/v1/requests/{id}', { params: { id: params['id']! } });
  return (
    <>
      <p>
        <a href={linkTo('/requests')}>
          <ArrowLeftOutlined /> {say(words.backToList)}
        </a>
      </p>
      <States of={asked}>{(request) => <Whole request={request} again={asked.again} />}</States>
    </>
  );
};

function Whole({ request, again }: { request: Request; again(): void }) {
  const say = useSay();
  const { requestId, state, voices, plan, waitsFor, sla, release, returned } = request;
  return (
    <>
      <PageHead
        title={requestId}
        under={
          <>
            <StateLine of={{ state, voices: voices.length, steps: plan?.steps.length ?? 0, waitsForStep: waitsFor?.step ?? null }} />
            {sla && !release && request.endedAt === null && (
              <>
                {' · '}
                <Deadline at={sla.releaseBy} />
              </>
            )}
          </>
        }
      >
        <Button icon={<ReloadOutlined />} onClick={again}>
          {say(words.refresh)}
        </Button>
      </PageHead>
      {returned && <Alert className="failing" type="warning" showIcon title={say(words.returnedWhy)} description={returned.codes.map((code) => say(returnWord(code))).join('；')} />}
      <div className="columns">
        <div>
          <section className="panel">
            <h2>{say(words.facts)}</h2>
            <Facts request={request} />
          </section>
          <section className="panel">
            <h2>{say(words.scope)}</h2>
            <Scope request={request} />
          </section>
        </div>
        <div>
          <section className="panel" aria-label={say(words.steps)}>
            <h2>{say(words.steps)}</h2>
            <Steps request={request} />
          </section>
          <Delivery request={request} again={again} />
        </div>
      </div>
    </>
  );
}

function Facts({ request: { basis, reason, caseNumber, instrument, officers, unit, applicant, people, requestedAt, site } }: { request: Request }) {
  const say = useSay();
  const names = useNames();
  return (
    <dl className="facts">
      <dt>{say(words.basis)}</dt>
      <dd>{say(names.basis(basis))}</dd>
      <dt>{say(words.reason)}</dt>
      <dd>{reason}</dd>
      {caseNumber && (
        <>
          <dt>{say(words.caseNumber)}</dt>
          <dd>{caseNumber}</dd>
        </>
      )}
      {instrument && (
        <>
          <dt>{say(words.instrument)}</dt>
          <dd>
            {instrument.number}
            <br />
            <span className="quiet">
              {instrument.issuer} · {instrument.issuedOn}
            </span>
          </dd>
        </>
      )}
      <dt>{say(words.officers)}</dt>
      <dd>{officers.map(({ name }) => name).join('、') || '—'}</dd>
      <dt>{say(words.applicant)}</dt>
      <dd>
        {(applicant && people[applicant]?.name) ?? applicant} <span className="quiet">{unit}</span>
      </dd>
      <dt>{say(words.requestedAt)}</dt>
      <dd>
        <Time at={requestedAt} seconds />
      </dd>
      <dt>{say(words.site)}</dt>
      <dd>{names.site(site)}</dd>
    </dl>
  );
}

function Scope({ request: { items, granted, footage, missing } }: { request: Request }) {
  const say = useSay();
  const names = useNames();
  const shown = granted.length > 0 ? granted : items;
  const isNarrower = granted.length > 0 && JSON.stringify(granted) !== JSON.stringify(items);
  return (
    <>
      {isNarrower && <p className="line waits">{say(words.narrowed)}</p>}
      <ul className="scope">
        {shown.map(({ camera, from, to }) => {
          const taken = footage.find((it) => it.camera === camera);
          return (
            <li key={`${camera} ${from}`}>
              <strong>{names.camera(camera)}</strong> <code className="quiet">{camera}</code>
              <br />
              <Span from={from} to={to} />
              {taken && <span className="quiet"> · {say(words.frames(taken.frames))}</span>}
              {missing.some((it) => it.camera === camera) && <span className="line bad"> · {say(words.missing)}</span>}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Steps({ request: { plan, voices, waitsFor, people, grantedAt, manifestSha256, release, releaseAskedBy } }: { request: Request }) {
  const say = useSay();
  const names = useNames();
  const nameOf = (user: string | null): string => (user === null ? '' : (people[user]?.name ?? user));
  const after = [
    { word: words.granted, isDone: grantedAt !== null, said: grantedAt && <Time at={grantedAt} /> },
    { word: words.packaged, isDone: manifestSha256 !== null, said: null },
    {
      word: words.released,
      isDone: release !== null,
      said: release ? (
        <>
          {release.executors.map(nameOf).join('、')} · <Time at={release.at} />
        </>
      ) : (
        releaseAskedBy && nameOf(releaseAskedBy)
      ),
    },
  ];
  return (
    <ol className="steps">
      {(plan?.steps ?? []).map(({ step }) => {
        const voice = voices.find((it) => it.step === step);
        const isNow = waitsFor?.step === step;
        return (
          <li key={step} className={voice ? 'done' : isNow ? 'now' : ''} {...(isNow && { 'aria-current': 'step' as const })}>
            <strong>{say(names.step(step))}</strong>
            <small>
              {voice ? (
                <>
                  {nameOf(voice.by)}
                  {voice.standsInFor && `（${say(words.standsInFor)} ${nameOf(voice.standsInFor)}）`} · <Time at={voice.at} />
                </>
              ) : (
                say(isNow ? words.waitsSince : words.notYet)
              )}
            </small>
          </li>
        );
      })}
      {after.map(({ word, isDone, said }) => (
        <li key={word[1]} className={isDone ? 'done' : ''}>
          <strong>{say(word)}</strong>
          <small>{said || (isDone ? '' : say(words.notYet))}</small>
        </li>
      ))}
    </ol>
  );
}
