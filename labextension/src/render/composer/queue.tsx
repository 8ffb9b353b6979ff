import { useState, type ReactElement } from 'react';
import type { QueuedMessage } from '../../state/transcript';
import { Button, IconButton } from '../parts/button';
import { names } from '../parts/classes';
import { Icon } from '../parts/icon';
import { useTrans } from '../services';

interface Props {
  queue: QueuedMessage[];
  /** They wait for a person: after an interrupt, a stop or a failure. */
  isPaused: boolean;
  onSend(): void;
  onEdit(id: string, text: string): void;
  onCancel(id: string): void;
}

/** Messages that Claude gets when it has finished; they can still be changed or taken back. */
export function Queue({ queue, isPaused, onSend, onEdit, onCancel }: Props): ReactElement | null {
  const trans = useTrans();
  const [editing, setEditing] = useState<string | null>(null);
  if (queue.length === 0) {
    return null;
  }
  return (
    <div className={names('queue')}>
      {isPaused ? (
        <div className={names('queue-paused')} role="status">
          <Icon name="pause" />
          <span>{trans.__('The queue is paused')}</span>
          <Button size="small" onClick={onSend}>
            {trans.__('Send now')}
          </Button>
        </div>
      ) : null}
      <ol aria-label={trans.__('Queued messages')}>
        {queue.map(({ message_id: id, text, attachments }, index) => (
          <li key={id} className={names('queued')}>
            <Icon name="queue" />
            {editing === id ? (
              <Editor
                text={text}
                onSave={next => {
                  setEditing(null);
                  onEdit(id, next);
                }}
                onCancel={() => setEditing(null)}
              />
            ) : (
              <>
                <span className={names('queued-text')}>
                  {text || trans._n('%1 file', '%1 files', attachments.length)}
                </span>
                <span className={names('faint')}>{index === 0 && !isPaused ? trans.__('next') : `${index + 1}`}</span>
                <IconButton icon="edit" label={trans.__('Edit this message')} onClick={() => setEditing(id)} />
                <IconButton icon="close" label={trans.__('Take this message back')} onClick={() => onCancel(id)} />
              </>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Editor({
  text,
  onSave,
  onCancel
}: {
  text: string;
  onSave: (text: string) => void;
  onCancel: () => void;
}): ReactElement {
  const trans = useTrans();
  const [value, setValue] = useState(text);
  const canSave = value.trim() !== '';
  return (
    <div className={names('queued-editor')}>
      <textarea
        autoFocus
        className={names('input')}
        rows={Math.min(6, value.split('\n').length + 1)}
        aria-label={trans.__('Queued message')}
        value={value}
        onChange={event => setValue(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing && canSave) {
            event.preventDefault();
            onSave(value.trim());
          } else if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onCancel();
          }
        }}
      />
      <Button look="primary" size="small" disabled={!canSave} onClick={() => onSave(value.trim())}>
        {trans.__('Save')}
      </Button>
      <Button look="quiet" size="small" onClick={onCancel}>
        {trans.__('Back')}
      </Button>
    </div>
  );
}
