import {
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type Ref
} from 'react';
import type { SessionState } from '../../state/transcript';
import { newId } from '../../wire/id';
import type { ClientFrame, PermissionMode, Session } from '../../wire/wire';
import { allowedModes } from '../modes';
import { Button, IconButton } from '../parts/button';
import { names } from '../parts/classes';
import { useServices } from '../services';
import { AttachmentChip, type Attached } from './attachment_chip';
import { useDraft } from './draft';
import { filesOf, MAX_FILES, readFile } from './files';
import { onComposerKey } from './keys';
import { Gauge, ModelPicker, ModePicker } from './pickers';
import { Queue } from './queue';
import { complete, triggerAt, type Trigger } from './suggest';
import { Suggestions, useSuggestions } from './suggestions';

/** What others may do with the composer. */
export interface ComposerHandle {
  focus(): void;
  /** Puts a text where the person can change it before it is sent. */
  fill(text: string): void;
}

interface Props {
  session: Session;
  state: SessionState;
  send(frame: ClientFrame): void;
  /** Why nothing can be sent at the moment; null when it can. */
  blocked: string | null;
  /** The last refusal, to be read beside the text. */
  error: string | null;
  handle?: Ref<ComposerHandle>;
  /** Moves the focus to what waits for an answer; false when nothing does. */
  focusQuestion(): boolean;
}

const MAX_HEIGHT_PX = 240;

/** Where the person writes: Enter sends or queues, Escape interrupts, `/` and `@` complete, Shift+Tab changes the mode. */
export function Composer({ session, state, send, blocked, error, handle, focusQuestion }: Props): ReactElement {
  const { trans, allowBypass } = useServices();
  const { agent, phase, queue } = state;
  const [value, setValue] = useDraft(session.id);
  const [files, setFiles] = useState<Attached[]>([]);
  const [refusals, setRefusals] = useState<string[]>([]);
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [active, setActive] = useState(0);
  const [isOver, setOver] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const id = useId();
  const suggestions = useSuggestions(trigger, agent.commands);
  const isSuggesting = trigger !== null && suggestions.length > 0;
  const isBusy = phase === 'running' || phase === 'starting' || phase === 'waiting' || phase === 'stopping';
  const canSend = blocked === null && (value.trim() !== '' || files.length > 0);

  useAutosize(field, value);
  useEffect(() => setActive(0), [trigger?.kind, trigger?.query]);
  useImperativeHandle(handle, () => ({
    focus: () => field.current?.focus(),
    fill: text => {
      setValue(text);
      field.current?.focus();
    }
  }));

  const submit = (): void => {
    if (canSend) {
      send({ type: 'say', id: newId(), text: value.trim(), attachments: files.map(file => file.attachment) });
      setValue('');
      setFiles([]);
      setRefusals([]);
      setTrigger(null);
    }
  };
  const take = (index: number): void => {
    const suggestion = suggestions[index];
    if (trigger && suggestion) {
      const done = complete(value, trigger, suggestion.value);
      setValue(done.value);
      setTrigger(null);
      requestAnimationFrame(() => field.current?.setSelectionRange(done.caret, done.caret));
    }
  };
  const attach = async (chosen: File[]): Promise<void> => {
    const read = await Promise.all(chosen.slice(0, MAX_FILES).map(readFile));
    setFiles(before => [...before, ...read.flatMap(file => ('attachment' in file ? [file] : []))].slice(0, MAX_FILES));
    setRefusals(
      read.flatMap(file =>
        'attachment' in file
          ? []
          : file.refusal === 'too_large'
            ? [trans.__('%1 is larger than 10 MB and stays here.', file.name)]
            : file.refusal === 'not_text'
              ? [trans.__('%1 is neither a picture (PNG, JPEG, GIF, WebP) nor text.', file.name)]
              : [trans.__('%1 could not be read.', file.name)]
      )
    );
  };
  const setMode = (permission_mode: PermissionMode): void => send({ type: 'set_permission_mode', permission_mode });
  const cycleMode = (): void => {
    const modes = allowedModes(allowBypass);
    const next = modes[(modes.indexOf(session.permission_mode) + 1) % modes.length];
    if (next) {
      setMode(next);
    }
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // While an input method composes, its keys are its own. Safari ends the composition before Enter, so it has only the key code.
    if (event.nativeEvent.isComposing || event.keyCode === 229) {
      return;
    }
    const handled = onComposerKey(event, {
      isSuggesting,
      isBusy,
      isEmpty: value === '',
      move: step => setActive((active + step + suggestions.length) % suggestions.length),
      take: () => take(active),
      closeSuggestions: () => setTrigger(null),
      submit,
      interrupt: () => send({ type: 'interrupt' }),
      cycleMode,
      focusQuestion
    });
    if (handled) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const refresh = (el: HTMLTextAreaElement): void =>
    setTrigger(el.selectionStart === el.selectionEnd ? triggerAt(el.value, el.selectionStart) : null);

  return (
    <div
      className={names('composer', isOver && 'mod-over')}
      onDragOver={event => {
        if (event.dataTransfer.types.includes('Files')) {
          event.preventDefault();
          setOver(true);
        }
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        setOver(false);
        if (event.dataTransfer.files.length > 0) {
          event.preventDefault();
          event.stopPropagation();
          void attach(filesOf(event.dataTransfer));
        }
      }}
    >
      <Queue
        queue={queue}
        isPaused={session.queue_paused}
        onSend={() => send({ type: 'send_queued' })}
        onEdit={(message, text) => send({ type: 'edit_queued', id: message, text })}
        onCancel={message => send({ type: 'cancel_queued', id: message })}
      />
      {[...(error ? [error] : []), ...refusals].map(text => (
        <p key={text} className={names('composer-error')} role="alert">
          {text}
        </p>
      ))}
      <div className={names('composer-box')}>
        {isSuggesting && trigger ? (
          <Suggestions id={id} kind={trigger.kind} suggestions={suggestions} active={active} onTake={take} />
        ) : null}
        {files.length > 0 ? (
          <div className={names('attachments')}>
            {files.map((file, index) => (
              <AttachmentChip
                key={index}
                file={file}
                onRemove={() => setFiles(files.filter(other => other !== file))}
              />
            ))}
          </div>
        ) : null}
        <textarea
          ref={field}
          className={names('composer-text')}
          rows={1}
          role="combobox"
          aria-label={trans.__('Message to Claude')}
          aria-expanded={isSuggesting}
          aria-controls={isSuggesting ? id : undefined}
          aria-activedescendant={isSuggesting ? `${id}-${active}` : undefined}
          aria-autocomplete="list"
          placeholder={
            blocked ??
            (isBusy
              ? trans.__('Message Claude: it waits until Claude has finished')
              : trans.__('Message Claude:  / for commands,  @ for files'))
          }
          value={value}
          onChange={event => {
            setValue(event.target.value);
            refresh(event.target);
          }}
          onSelect={event => refresh(event.currentTarget)}
          onBlur={() => setTrigger(null)}
          onKeyDown={onKeyDown}
          onPaste={event => {
            const files = filesOf(event.clipboardData);
            if (files.length > 0) {
              event.preventDefault();
              void attach(files);
            }
          }}
        />
        <div className={names('composer-bar')}>
          <IconButton
            icon="attach"
            label={trans.__('Attach pictures or text files')}
            onClick={() => picker.current?.click()}
          />
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            onChange={event => {
              void attach([...(event.target.files ?? [])]);
              event.target.value = '';
            }}
          />
          <ModePicker mode={session.permission_mode} onChange={setMode} />
          <ModelPicker
            model={session.model}
            models={agent.models}
            onChange={model => send({ type: 'set_model', model })}
          />
          <Gauge session={session} />
          <span className={names('composer-actions')}>
            {isBusy ? (
              <Button
                icon="interrupt"
                shortcut="Esc"
                isBusy={phase === 'stopping'}
                onClick={() => send({ type: 'interrupt' })}
              >
                {trans.__('Interrupt')}
              </Button>
            ) : null}
            <Button
              look="primary"
              icon={isBusy ? 'queue' : 'send'}
              disabled={!canSend}
              title={trans.__('Enter sends, Shift+Enter begins a new line')}
              onClick={submit}
            >
              {isBusy ? trans.__('Queue') : trans.__('Send')}
            </Button>
          </span>
        </div>
      </div>
    </div>
  );
}

function useAutosize(field: { current: HTMLTextAreaElement | null }, value: string): void {
  useLayoutEffect(() => {
    const el = field.current;
    if (el) {
      el.style.height = 'auto';
      el.style.height = `${Math.min(el.scrollHeight, MAX_HEIGHT_PX)}px`;
    }
  }, [field, value]);
}
