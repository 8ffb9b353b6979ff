import type { KeyboardEvent, ReactElement } from 'react';

import { IconButton } from '../render/parts/button';
import { type DotState, StateDot } from '../render/parts/chip';
import { names } from '../render/parts/classes';
import { Menu, type MenuItem, rove } from '../render/parts/menu';
import { Icon } from '../render/parts/icon';
import { type Translator, useTrans } from '../render/services';
import type { Session, SessionPhase } from '../wire/wire';

interface Props {
  sessions: Session[];
  selected: string | null;
  onSelect(id: string): void;
  onNew(): void;
  /** What can be done with the session that is shown. */
  actions: MenuItem[];
  /** Why no session can be added; null when one can. */
  limit: string | null;
}

/** The sessions of a workspace as tabs (WAI-ARIA tabs, selected by the arrow keys), each with what its agent does. */
export function SessionTabs({ sessions, selected, onSelect, onNew, actions, limit }: Props): ReactElement {
  const trans = useTrans();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const at = sessions.findIndex(session => session.id === selected);
    const key = ({ ArrowRight: 'ArrowDown', ArrowLeft: 'ArrowUp' } as Record<string, string>)[event.key] ?? event.key;
    const next = event.key === 'ArrowDown' || event.key === 'ArrowUp' ? null : rove(key, at, sessions.length);
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
      <IconButton icon="add" label={limit ?? trans.__('New session in this workspace')} disabled={limit !== null} onClick={onNew} />
      <span className={names('space')} />
      {actions.length > 0 ? <Menu isBare button={<Icon name="more" />} label={trans.__('Session menu')} items={actions} align="end" /> : null}
    </div>
  );
}

const DOTS: Record<SessionPhase, DotState> = {
  idle: 'idle',
  starting: 'working',
  running: 'working',
  waiting: 'waiting',
  stopping: 'working',
  stopped: 'idle'
};

function dot({ phase, status, open_questions }: Session, trans: Translator): { state: DotState; label: string } {
  if (open_questions > 0) {
    return { state: 'waiting', label: trans.__('needs you') };
  }
  if (status === 'FAILED' && DOTS[phase] === 'idle') {
    return { state: 'error', label: trans.__('failed') };
  }
  return { state: DOTS[phase], label: { idle: trans.__('idle'), working: trans.__('working'), waiting: trans.__('needs you') }[DOTS[phase] as 'idle'] };
}
