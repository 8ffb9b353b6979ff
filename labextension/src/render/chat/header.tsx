import { useState, type ReactElement } from 'react';
import { money, quantity } from '../../state/format';
import type { SessionState } from '../../state/transcript';
import type { ClientFrame } from '../../wire/wire';
import { StateDot } from '../parts/chip';
import { names } from '../parts/classes';
import { Icon } from '../parts/icon';
import { Menu, type MenuItem } from '../parts/menu';
import { phaseDot, phaseLabel, workflowLabel } from '../phases';
import { useTrans } from '../services';

interface Props {
  state: SessionState;
  isReadOnly: boolean;
  send(frame: ClientFrame): void;
  onRename: ((name: string) => void) | undefined;
  onFork: (() => void) | undefined;
}

/** Name, state and usage of the session, and what can be done with it. */
export function Header({ state, isReadOnly, send, onRename, onFork }: Props): ReactElement | null {
  const trans = useTrans();
  const [isRenaming, setRenaming] = useState(false);
  const { session, phase, totals, questions } = state;
  if (!session) {
    return null;
  }
  const shown = questions.length > 0 ? 'waiting' : phase;
  const tokens =
    totals.input_tokens + totals.cache_read_input_tokens + totals.cache_creation_input_tokens + totals.output_tokens;
  const isAlive = phase !== 'stopped';
  const items: (MenuItem | 'separator')[] = [
    ...(onRename ? [{ label: trans.__('Rename…'), icon: 'edit' as const, onSelect: () => setRenaming(true) }] : []),
    ...(onFork
      ? [
          {
            label: trans.__('Fork'),
            hint: trans.__('A second conversation that begins with this one'),
            icon: 'branch' as const,
            onSelect: onFork
          }
        ]
      : []),
    {
      label: trans.__('Compact'),
      hint: trans.__('Summarise the conversation to free context'),
      icon: 'gauge',
      onSelect: () => send({ type: 'compact' })
    },
    {
      label: trans.__('Clear'),
      hint: trans.__('Claude forgets; the transcript stays'),
      icon: 'minus',
      onSelect: () => send({ type: 'clear' })
    },
    'separator',
    {
      label: trans.__('Stop Claude'),
      hint: trans.__('Ends the process; the next message resumes'),
      icon: 'stop',
      isDisabled: !isAlive,
      onSelect: () => send({ type: 'stop' })
    }
  ];
  return (
    <header className={names('chat-head')}>
      <StateDot state={phaseDot(shown)} label={phaseLabel(shown, trans)} />
      {isRenaming ? (
        <Rename
          name={session.name}
          onDone={name => {
            setRenaming(false);
            if (name && name !== session.name) {
              onRename?.(name);
            }
          }}
        />
      ) : (
        <h2 className={names('chat-name')} title={session.name}>
          {session.name}
        </h2>
      )}
      <span className={names('chat-phase')}>{phaseLabel(shown, trans)}</span>
      <span className={names('space')} />
      <span className={names('chat-usage')}>
        <span>{workflowLabel(session.workflow, trans)}</span>
        {tokens > 0 ? <span>{trans.__('%1 tokens', quantity(tokens))}</span> : null}
        {totals.cost_usd > 0 ? <span>{money(totals.cost_usd)}</span> : null}
      </span>
      {isReadOnly ? null : (
        <Menu
          isBare
          align="end"
          label={trans.__('More for this session')}
          button={<Icon name="more" />}
          items={items}
        />
      )}
    </header>
  );
}

function Rename({ name, onDone }: { name: string; onDone: (name: string | null) => void }): ReactElement {
  const trans = useTrans();
  return (
    <input
      autoFocus
      className={names('input', 'rename')}
      aria-label={trans.__('Name of the session')}
      defaultValue={name}
      maxLength={200}
      onFocus={event => event.target.select()}
      onBlur={event => onDone(event.target.value.trim())}
      onKeyDown={event => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
          onDone(event.currentTarget.value.trim());
        } else if (event.key === 'Escape') {
          event.stopPropagation();
          onDone(null);
        }
      }}
    />
  );
}
