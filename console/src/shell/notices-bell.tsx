// The bell in the header: how many notices wait, and the newest of them.
import { BellOutlined } from '@ant-design/icons';
import { Badge, Button, Popover } from 'antd';
import { useState } from 'react';
import { Time } from '../parts/time.js';
import { useSpeech } from '../words/language.js';
import { linkTo } from './router.js';
import { useNotices } from './use-notices.js';
import { shellWords as words } from './words.js';

export function NoticesBell() {
  const { say, language } = useSpeech();
  const { unseen, latest, markSeen } = useNotices();
  const [isOpen, setOpen] = useState(false);
  const close = (): void => setOpen(false);
  const list = (
    <div className="bell-list">
      {latest.length === 0 ? (
        <p className="quiet">{say(words.noNotices)}</p>
      ) : (
        <ul>
          {latest.map(({ id, zh, en, request, at, urgency }) => (
            <li key={id} className={urgency}>
              {request ? (
                <a href={linkTo(`/requests/${request}`)} onClick={close}>
                  {language === 'zh' ? zh : en}
                </a>
              ) : (
                <span>{language === 'zh' ? zh : en}</span>
              )}
              <small>
                {request && <code>{request}</code>} <Time at={at} />
              </small>
            </li>
          ))}
        </ul>
      )}
      <p className="bell-foot">
        <a href={linkTo('/notices')} onClick={close}>
          {say(words.allNotices)}
        </a>
        {unseen > 0 && (
          <Button size="small" onClick={() => void markSeen()}>
            {say(words.markSeen)}
          </Button>
        )}
      </p>
    </div>
  );
  return (
    <Popover content={list} trigger="click" placement="bottomRight" open={isOpen} onOpenChange={setOpen}>
      <Badge count={unseen} size="small" offset={[-6, 6]}>
        <Button type="text" icon={<BellOutlined />} aria-label={`${say(words.notices)}: ${unseen} ${say(words.unseen)}`} aria-expanded={isOpen} />
      </Badge>
    </Popover>
  );
}
