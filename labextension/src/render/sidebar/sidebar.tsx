import {
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode
} from 'react';
import type { BoardState } from '../../state/board';
import { grouped, questionOf, select } from '../../state/workspaces';
import type { Connection } from '../../wire/source';
import type { Health, Workspace } from '../../wire/wire';
import { ConnectionBanner } from '../chat/connection_banner';
import { Banner, Empty } from '../parts/banner';
import { Button, IconButton } from '../parts/button';
import { Count } from '../parts/chip';
import { names } from '../parts/classes';
import { Icon } from '../parts/icon';
import { rove } from '../parts/menu';
import { Skeleton } from '../parts/progress';
import { useServices, useTrans } from '../services';
import { Readiness } from '../readiness/readiness';
import type { WorkspaceActions } from '../workspace_actions';
import { GROUP_TONES, groupLabel } from './groups';
import { ProjectPicker } from './project_picker';
import { WorkspaceRow } from './row';

export interface SidebarProps {
  state: BoardState;
  connection: Connection;
  /** Overrides what the board's feed knows; null while it is being asked. */
  health: Health | null;
  /** The chosen project; null shows all. */
  projectId: string | null;
  /** The workspace that is shown in the main area. */
  activeId: string | null;
  actions: WorkspaceActions;
  onProject(id: string | null): void;
  reconnect?(): void;
  onCheckHealth?(): void;
  onTour?(): void;
  /** The scripted model answers instead of Claude. */
  isDemo?: boolean;
  footer?: { label: string; count?: number; onClick(): void }[];
  /** Drawn between the toolbar and the list, for example a form. */
  children?: ReactNode;
}

/** The panel: which workspace needs what, for one project or all. */
export function Sidebar(props: SidebarProps): ReactElement {
  const { state, connection, health, projectId, actions, children } = props;
  const [query, setQuery] = useState('');
  const trans = useTrans();
  const shown = useMemo(() => select(state.workspaces, projectId, query), [state.workspaces, projectId, query]);
  const isNew = state.isLoaded && state.projects.every(project => project.is_archived);
  return (
    <div className={names('sidebar')}>
      <div className={names('sidebar-tools')}>
        <ProjectPicker
          projects={state.projects}
          projectId={projectId}
          onProject={props.onProject}
          onAdd={actions.addProject}
        />
        {actions.newTask && !isNew ? (
          <Button look="primary" icon="add" onClick={actions.newTask}>
            {trans.__('New parallel task')}
          </Button>
        ) : null}
      </div>
      <ConnectionBanner connection={connection} reconnect={props.reconnect} />
      {children}
      {isNew ? (
        <FirstRun {...props} />
      ) : (
        <>
          {health && isBlocked(health) ? <HealthBanner {...props} health={health} /> : null}
          <Search query={query} onQuery={setQuery} />
          {state.isLoaded ? (
            <Groups {...props} workspaces={shown} query={query} />
          ) : (
            <Skeleton lines={8} label={trans.__('Loading the workspaces')} />
          )}
          {/* Below, where it moves no row that somebody is about to click. */}
          {health && health.status !== 'ok' && !isBlocked(health) ? <HealthBanner {...props} health={health} /> : null}
        </>
      )}
      {props.isDemo || (props.footer && props.footer.length > 0) ? (
        <nav className={names('sidebar-foot')} aria-label={trans.__('Factory')}>
          {props.footer?.map(({ label, count, onClick }) => (
            <button key={label} type="button" className={names('link')} onClick={onClick}>
              {label} {count ? <Count value={count} tone="brand" /> : null}
            </button>
          ))}
          {props.isDemo ? (
            <span
              className={names('demo')}
              title={trans.__('Answers come from a script, not from Claude: no account, no cost')}
            >
              {trans.__('Scripted model')}
            </span>
          ) : null}
        </nav>
      ) : null}
    </div>
  );
}

function Search({ query, onQuery }: { query: string; onQuery: (query: string) => void }): ReactElement {
  const trans = useTrans();
  return (
    <div className={names('search')}>
      <Icon name="search" />
      <input
        type="search"
        aria-label={trans.__('Filter workspaces')}
        placeholder={trans.__('Filter by name, branch, #PR')}
        value={query}
        onChange={event => onQuery(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape' && query) {
            event.stopPropagation();
            onQuery('');
          }
        }}
      />
      {query ? <IconButton icon="close" label={trans.__('Clear the filter')} onClick={() => onQuery('')} /> : null}
    </div>
  );
}

function Groups({
  state,
  workspaces,
  query,
  activeId,
  actions
}: SidebarProps & { workspaces: Workspace[]; query: string }): ReactElement {
  const trans = useTrans();
  const list = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState<string | null>(null);
  const groups = grouped(workspaces);
  const order = groups.flatMap(group => group.workspaces.map(workspace => workspace.id));
  const tabStop = [stop, activeId, order[0]].find(id => id != null && order.includes(id)) ?? null;
  const open = (workspace: Workspace): void => {
    setStop(workspace.id);
    actions.open?.(workspace);
  };
  const menu = (workspace: Workspace, event: MouseEvent | KeyboardEvent): void => {
    if (actions.contextMenu) {
      event.preventDefault();
      event.stopPropagation();
      const row = event.currentTarget as HTMLElement;
      const { left, bottom } = row.getBoundingClientRect();
      actions.contextMenu(workspace, 'clientX' in event ? event : { clientX: left + 16, clientY: bottom, target: row });
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = order[rove(event.key, order.indexOf(tabStop ?? ''), order.length) ?? -1];
    if (next !== undefined) {
      event.preventDefault();
      setStop(next);
      list.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(next)}"]`)?.focus();
    }
  };
  if (groups.length === 0) {
    return query ? (
      <Empty icon="search" title={trans.__('Nothing matches “%1”', query)} />
    ) : (
      <Empty icon="branch" title={trans.__('No parallel tasks yet')}>
        {trans.__(
          'Each task gets a worktree, a branch and an agent of its own, so that several can go on at once while you do something else.'
        )}
      </Empty>
    );
  }
  return (
    <div
      ref={list}
      className={names('groups')}
      role="listbox"
      aria-label={trans.__('Workspaces')}
      onKeyDown={onKeyDown}
    >
      {groups.map(({ group, workspaces: members }) => (
        <div key={group} role="group" aria-label={groupLabel(group, trans)} className={names('group-section')}>
          <div className={names('group-head')} role="presentation">
            {groupLabel(group, trans)} <Count value={members.length} tone={GROUP_TONES[group]} />
          </div>
          {members.map(workspace => (
            <WorkspaceRow
              key={workspace.id}
              workspace={workspace}
              question={questionOf(workspace, state.questions) ?? null}
              isActive={workspace.id === activeId}
              isStop={workspace.id === tabStop}
              onOpen={open}
              onMenu={menu}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

/** Whether the main job cannot run. */
const isBlocked = ({ checks }: Health): boolean =>
  Object.values(checks).some(check => check.required && check.status === 'error');

function HealthBanner({ health, onCheckHealth, onTour }: SidebarProps & { health: Health }): ReactElement | null {
  const { trans, storage } = useServices();
  const [isOpen, setOpen] = useState(false);
  const broken = Object.entries(health.checks).filter(([, check]) => check.status !== 'ok');
  const blocked = isBlocked(health);
  // Who works without what is optional says so once.
  const key = `accepted:${broken.map(([name]) => name).join(',')}`;
  const [isAccepted, setAccepted] = useState(() => storage.get(key) !== null);
  if (isAccepted && !blocked) {
    return null;
  }
  return (
    <>
      <Banner
        tone={blocked ? 'error' : 'warn'}
        title={
          blocked ? trans.__('Agents cannot work yet') : (broken[0]?.[1].message ?? trans.__('Something is missing'))
        }
        actions={
          <>
            <Button size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {isOpen ? trans.__('Hide') : trans.__('Details')}
            </Button>
            {blocked ? null : (
              <Button
                size="small"
                look="quiet"
                onClick={() => {
                  storage.set(key, 'yes');
                  setAccepted(true);
                }}
              >
                {trans.__('I do not need it')}
              </Button>
            )}
          </>
        }
      >
        {blocked ? broken.find(([, check]) => check.required && check.status === 'error')?.[1].message : null}
      </Banner>
      {isOpen ? <Readiness health={health} onCheck={onCheckHealth} onTour={blocked ? onTour : undefined} /> : null}
    </>
  );
}

function FirstRun({ health, actions, onCheckHealth, onTour }: SidebarProps): ReactElement {
  const trans = useTrans();
  return (
    <div className={names('first-run')}>
      <h2>{trans.__('Several Claude agents, each in its own worktree')}</h2>
      <p>
        {trans.__(
          'Give each of them a task. You see at a glance who works, who waits for you, and whose pull request is red.'
        )}
      </p>
      {actions.addProject ? (
        <Button look="primary" icon="folder" onClick={actions.addProject}>
          {trans.__('Add a project…')}
        </Button>
      ) : null}
      <Readiness health={health} onCheck={onCheckHealth} onTour={onTour} />
    </div>
  );
}
