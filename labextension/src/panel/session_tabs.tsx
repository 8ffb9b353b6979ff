import type { KeyboardEvent, ReactElement } from 'react';

import { IconButton } from '../render/parts/button';
import { type DotState, StateDot } from '../render/parts/chip';
import { names } from '../render/parts/classes';
import { Menu, type MenuItem, rove } from '../render/parts/menu';
import { Icon } from '../render/parts/icon';
import { phaseDot, phaseLabel } from '../render/phases';
import { type Translator, useTrans } from '../render/services';
import type { Session } from '../wire/wire';

interface Props {
  sessions: Session[];
  selected: string | null;
  onSelect(id: string): void;
  onNew(): void;
  /** What can be done with the session that is shown. */
  actions: MenuItem[];
}

/** Tabs lie side by side; `rove` counts downwards. */
const ARROWS: Record<string, string> = { ArrowRight: 'ArrowDown', ArrowLeft: 'ArrowUp' };

/** The sessions of a workspace as tabs (WAI-ARIA tabs, selected by the arrow keys), each with what its agent does. */
export function SessionTabs({ sessions, selected, onSelect, onNew, actions }: Props): ReactElement {
  const trans = useTrans();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const at = sessions.findIndex(session => session.id === selected);
    const key = ARROWS[event.key] ?? (event.key === 'Home' || event.key === 'End' ? event.key : '');
    const next = rove(key, at, sessions.length);
    const session = next === null ? undefined : sessions[next];
    if (session) {
      event.preventDefault();
      onSelect(session.id);
      event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')[next as number]?.focus();
    }
  };
  return (
    <div className={names('tabs-row')}>
      <div role="tablist" aria-label={trans.__('Sessions')} className={names('tabs')} onKeyDown={onKeyDown}>
        {sessions.map(session => (
          <button
            key={session.id}
            type="button"
            role="tab"
            aria-selected={session.id === selected}
            tabIndex={session.id === selected ? 0 : -1}
            className={names('tab', session.id === selected && 'mod-active')}
            title={session.name}
            onClick={() => onSelect(session.id)}
          >
            <StateDot {...dot(session, trans)} />
            <span className={names('tab-label')}>{session.name}</span>
          </button>
        ))}
      </div>
      <IconButton icon="add" label={trans.__('New session in this workspace')} onClick={onNew} />
      <span className={names('space')} />
      {actions.length > 0 ? <Menu isBare button={<Icon name="more" />} label={trans.__('Session menu')} items={actions} align="end" /> : null}
    </div>
  );
}

function dot({ phase, status, open_questions }: Session, trans: Translator): { state: DotState; label: string } {
  if (open_questions === 0 && status === 'FAILED' && (phase === 'idle' || phase === 'stopped')) {
    return { state: 'error', label: trans.__('Failed') };
  }
  const shown = open_questions > 0 ? 'waiting' : phase;
  return { state: phaseDot(shown), label: phaseLabel(shown, trans) };
}
