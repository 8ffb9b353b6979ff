import { useEffect, useRef, useState, type ReactElement } from 'react';
import { Button } from '../parts/button';
import { names } from '../parts/classes';
import { useTrans } from '../services';

interface Props {
  label: string;
  action: string;
  isOptional?: boolean;
  isBusy: boolean;
  onSend(message: string): void;
  onCancel(): void;
}

/** A few words for Claude, asked for by a click of the person. */
export function Feedback({ label, action, isOptional = false, isBusy, onSend, onCancel }: Props): ReactElement {
  const trans = useTrans();
  const [message, setMessage] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const canSend = isOptional || message.trim() !== '';
  return (
    <div className={names('feedback')}>
      <textarea
        ref={field}
        className={names('input')}
        rows={2}
        aria-label={label}
        placeholder={isOptional ? trans.__('%1 (optional)', label) : label}
        value={message}
        onChange={event => setMessage(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing && canSend) {
            event.preventDefault();
            onSend(message.trim());
          } else if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onCancel();
          }
        }}
      />
      <div className={names('feedback-actions')}>
        <Button look="primary" isBusy={isBusy} disabled={!canSend} onClick={() => onSend(message.trim())}>
          {action}
        </Button>
        <Button look="quiet" disabled={isBusy} onClick={onCancel}>
          {trans.__('Back')}
        </Button>
      </div>
    </div>
  );
}
