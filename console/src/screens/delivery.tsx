// Fetching a released package: the counted download, the passphrase by another way, the receipt with the hash of the list.
import { DownloadOutlined, KeyOutlined } from '@ant-design/icons';
import { App, Button, Form, Input, Popconfirm, Typography } from 'antd';
import { useState } from 'react';
import { ask, type AnswerOf } from '../api/ask.js';
import { useSession } from '../api/session.js';
import { Failing } from '../parts/states.js';
import { Time } from '../parts/time.js';
import { useAct } from '../parts/use-act.js';
import { useKept } from '../parts/use-kept.js';
import { useSay } from '../words/language.js';
import type { Request } from './request-page.js';
import { requestWords as words } from './words.js';

type Part = Request['transfers'][number]['part'];

export function Delivery({ request, again }: { request: Request; again(): void }) {
  const say = useSay();
  const { release } = request;
  return (
    <section className="panel">
      <h2>{say(words.delivery)}</h2>
      {release ? <Released request={request} release={release} again={again} /> : <p className="quiet">{say(words.deliveryWaits)}</p>}
      {request.transfers.length > 0 && <Transfers request={request} />}
    </section>
  );
}

function Released({ request, release, again }: { request: Request; release: NonNullable<Request['release']>; again(): void }) {
  const say = useSay();
  const { user, may } = useSession();
  const isReceiver = request.applicant === user || release.originalsFor === user;
  return (
    <div className="give">
      <p>
        {say(words.until)} <Time at={release.expiresAt} />
        <br />
        <span className="quiet">{say(words.counted(release.fetched, release.downloads))}</span>
      </p>
      {isReceiver && <Receiving request={request} release={release} again={again} />}
      {may.includes('release') && release.executors.includes(user) && <Passphrase request={request} />}
    </div>
  );
}

function Receiving({ request: { requestId, plan, applicant, manifestSha256 }, release, again }: { request: Request; release: NonNullable<Request['release']>; again(): void }) {
  const say = useSay();
  const { user } = useSession();
  const { message } = App.useApp();
  const isApart = plan !== null && plan.deliver === 'package' && plan.original !== 'with';
  const own: Part[] = !isApart ? ['whole'] : [...(applicant === user ? (['copies'] as const) : []), ...((release.originalsFor ?? applicant) === user ? (['originals'] as const) : [])];
  const [begun, setBegun] = useState<AnswerOf<'POST /api/v1/requests/{id}/transfers'> | null>(null);
  const fetched = useAct(async (part: Part) => {
    const told = await ask('POST /api/v1/requests/{id}/transfers', { params: { id: requestId }, body: { part, form: 'zip' } });
    setBegun(told);
    save(told.address, told.fileName);
    void message.success(say(words.begun(told.fileName)));
    again();
  });
  const [typed, type, forget] = useKept(`receipt ${requestId}`, '');
  const received = useAct(async (manifest: string) => {
    await ask('POST /api/v1/requests/{id}/receipt', { params: { id: requestId }, body: { manifest: manifest.trim().toLowerCase(), ...(begun && { transfer: begun.transfer }) } });
    forget();
    void message.success(say(words.received));
    again();
  });
  const hash = begun?.manifestSha256 ?? manifestSha256;
  return (
    <>
      <ol>
        <li>
          {say(words.stepFetch)}
          <p>
            {own.map((part) => (
              <Popconfirm key={part} title={say(words.confirmFetch)} okText={say(words.yes)} cancelText={say(words.no)} onConfirm={() => void fetched.run(part)}>
                <Button type="primary" icon={<DownloadOutlined />} loading={fetched.busy} disabled={part !== 'originals' && release.fetched >= release.downloads}>
                  {say(words.fetchPart[part])}
                </Button>
              </Popconfirm>
            ))}
          </p>
          {fetched.problem && <Failing problem={fetched.problem} />}
        </li>
        <li>{say(words.stepWord)}</li>
        <li>
          {say(words.stepReceipt)}
          {hash && (
            <>
              <br />
              <span className="quiet">{say(words.manifest)}</span>
              <code className="hash">{hash}</code>
            </>
          )}
          {received.problem && <Failing problem={received.problem} />}
          <Form layout="vertical" requiredMark={false} onFinish={() => void received.run(typed)}>
            <Form.Item label={say(words.ownHash)} htmlFor="own-hash" extra={say(words.hashShape)}>
              <Input id="own-hash" value={typed} onChange={({ target }) => type(target.value)} maxLength={80} spellCheck={false} autoComplete="off" />
            </Form.Item>
            <Button htmlType="submit" loading={received.busy} disabled={!/^\s*[0-9a-f]{64}\s*$/i.test(typed)}>
              {say(words.receive)}
            </Button>
          </Form>
        </li>
      </ol>
    </>
  );
}

/** By a link, so that the browser takes the bytes up where they were cut off. */
function save(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}

function Passphrase({ request: { requestId } }: { request: Request }) {
  const say = useSay();
  const [told, setTold] = useState<string | null>(null);
  const shown = useAct(async () => setTold((await ask('POST /api/v1/requests/{id}/passphrase', { params: { id: requestId }, body: {} })).passphrase));
  return (
    <div>
      <p className="quiet">{say(words.passphraseMore)}</p>
      {shown.problem && <Failing problem={shown.problem} />}
      {told === null ? (
        <Button icon={<KeyOutlined />} loading={shown.busy} onClick={() => void shown.run()}>
          {say(words.passphrase)}
        </Button>
      ) : (
        <Typography.Text code copyable className="secret">
          {told}
        </Typography.Text>
      )}
    </div>
  );
}

function Transfers({ request: { transfers, people } }: { request: Request }) {
  const say = useSay();
  return (
    <>
      <h3 className="sub">{say(words.transfers)}</h3>
      <ul className="scope">
        {transfers.map(({ transfer, at, by, ended, receipt }) => (
          <li key={transfer}>
            <Time at={at} /> {by && (people[by]?.name ?? by)}
            <span className="quiet">
              {' · '}
              {say(ended ? (words.ends[ended.why] ?? [ended.why, ended.why]) : words.unfinished)}
            </span>
            {receipt && <span className={`line ${receipt.outcome === 'confirmed' ? 'good' : 'bad'}`}> · {say(words.receipts[receipt.outcome])}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
