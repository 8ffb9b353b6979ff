import { useState, type ReactElement } from 'react';
import { bytes } from '../../state/format';
import type { MessageItem } from '../../state/transcript';
import type { AttachmentInfo } from '../../wire/wire';
import { Button } from '../parts/button';
import { names } from '../parts/classes';
import { Icon } from '../parts/icon';
import { useServices, useTrans } from '../services';
import { usePlace } from './place';

const MANY_LINES = 24;

/** What a person said. It is shown as it was typed. */
export function Message({ item }: { item: MessageItem }): ReactElement {
  const trans = useTrans();
  const [isWhole, setWhole] = useState(false);
  const lines = item.text.split('\n');
  const isCut = !isWhole && lines.length > MANY_LINES + 2;
  return (
    <div className={names('message')}>
      <div className={names('message-bubble')} title={new Date(item.at).toLocaleString()}>
        <Attachments attachments={item.attachments} />
        <div className={names('message-text')}>{isCut ? lines.slice(0, MANY_LINES).join('\n') : item.text}</div>
        {isCut ? (
          <Button look="quiet" size="small" onClick={() => setWhole(true)}>
            {trans._n('Show %1 more line', 'Show %1 more lines', lines.length - MANY_LINES)}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

/** Files that go with a message: pictures as pictures. */
export function Attachments({ attachments }: { attachments: AttachmentInfo[] }): ReactElement | null {
  const { attachmentUrl } = useServices();
  const { sessionId } = usePlace();
  if (attachments.length === 0) {
    return null;
  }
  return (
    <div className={names('attachments')}>
      {attachments.map(({ id, name, media_type, size }) => {
        const url = sessionId && attachmentUrl ? attachmentUrl(sessionId, id) : null;
        return media_type.startsWith('image/') && url ? (
          <a key={id} href={url} target="_blank" rel="noopener noreferrer" className={names('attachment-image')}>
            <img src={url} alt={name} loading="lazy" />
          </a>
        ) : (
          <span key={id} className={names('attachment')}>
            <Icon name={media_type.startsWith('image/') ? 'image' : 'file'} />
            {name}
            <span className={names('faint')}>{bytes(size)}</span>
          </span>
        );
      })}
    </div>
  );
}
