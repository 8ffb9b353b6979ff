import { useMemo, useState, type ReactElement } from 'react';
import { EMPTY, foldAll, type BoardState } from '../../state/board';
import { COLUMNS, groupOf, isProvisioning, select } from '../../state/workspaces';
import type { BoardSource, Connection } from '../../wire/source';
import type { KanbanColumn, Workspace } from '../../wire/wire';
import { ConnectionBanner } from '../chat/connection_banner';
import { useConnection, useFrames } from '../frames';
import { Empty } from '../parts/banner';
import { Button } from '../parts/button';
import { Count } from '../parts/chip';
import { names } from '../parts/classes';
import { Icon } from '../parts/icon';
import { Skeleton } from '../parts/progress';
import { useTrans, type Translator } from '../services';
import type { WorkspaceActions } from '../workspace_actions';
import { BoardCard } from './card';

export interface BoardOptions {
  /** The project that is shown; null or missing shows all. */
  projectId?: string | null;
  actions?: WorkspaceActions;
  /** Columns without a card are left out, for a cell of a notebook. */
  isCompact?: boolean;
}

interface ViewProps extends BoardOptions {
  state: BoardState;
  connection: Connection;
  reconnect?: (() => void) | undefined;
}

/** The board over its frames. */
export function Board({ source, ...options }: BoardOptions & { source: BoardSource }): ReactElement {
  const state = useFrames(source, foldAll, EMPTY);
  const connection = useConnection(source);
  return <BoardView {...options} state={state} connection={connection} reconnect={source.reconnect?.bind(source)} />;
}

/** Seven columns: where each workspace stands, and what it needs. */
export function BoardView({
  state,
  connection,
  reconnect,
  projectId = null,
  actions = {},
  isCompact = false
}: ViewProps): ReactElement {
  const trans = useTrans();
  const [query, setQuery] = useState('');
  const shown = useMemo(() => select(state.workspaces, projectId, query), [state.workspaces, projectId, query]);
  const project = state.projects.find(({ id }) => id === projectId);
  const columns = COLUMNS.map(column => ({
    column,
    cards: shown.filter(workspace => workspace.kanban_column === column)
  })).filter(({ cards }) => !isCompact || cards.length > 0);
  return (
    <div className={names('board', isCompact && 'mod-compact')}>
      <header className={names('board-head')}>
        <h2>{project?.name ?? trans.__('All projects')}</h2>
        <span className={names('board-sum')}>{state.isLoaded ? sum(shown, trans) : ''}</span>
        <span className={names('space')} />
        {isCompact ? null : (
          <div className={names('search')}>
            <Icon name="search" />
            <input
              type="search"
              aria-label={trans.__('Filter workspaces')}
              placeholder={trans.__('Filter')}
              value={query}
              onChange={event => setQuery(event.target.value)}
            />
          </div>
        )}
        {actions.newTask ? (
          <Button look="primary" icon="add" onClick={actions.newTask}>
            {trans.__('New parallel task')}
          </Button>
        ) : null}
      </header>
      <ConnectionBanner connection={connection} reconnect={reconnect} />
      {!state.isLoaded ? (
        <Skeleton lines={6} label={trans.__('Loading the board')} />
      ) : state.workspaces.length === 0 ? (
        <Empty
          icon="branch"
          title={trans.__('No parallel tasks yet')}
          actions={
            actions.newTask ? <Button onClick={actions.newTask}>{trans.__('Start the first one')}</Button> : null
          }
        >
          {trans.__(
            'A task begins on the left, and moves to the right by itself: an agent works, it waits for you, a pull request is opened, approved, merged.'
          )}
        </Empty>
      ) : (
        <div className={names('columns')} tabIndex={0} role="region" aria-label={trans.__('Columns')}>
          {columns.map(({ column, cards }) => (
            <Column key={column} column={column} cards={cards} state={state} actions={actions} />
          ))}
        </div>
      )}
    </div>
  );
}

function Column({
  column,
  cards,
  state,
  actions
}: {
  column: KanbanColumn;
  cards: Workspace[];
  state: BoardState;
  actions: WorkspaceActions;
}): ReactElement {
  const trans = useTrans();
  const [label, hint] = columnText(column, trans);
  return (
    <section className={names('column', cards.length === 0 && 'mod-empty')} aria-label={label}>
      <header className={names('column-head')}>
        <h3>
          {label} <Count value={cards.length} />
        </h3>
        <p>{hint}</p>
      </header>
      <ul className={names('cards')}>
        {cards.map(workspace => (
          <BoardCard
            key={workspace.id}
            workspace={workspace}
            question={state.questions.find(question => question.workspace_id === workspace.id) ?? null}
            project={
              state.projects.length > 1
                ? (state.projects.find(({ id }) => id === workspace.project_id)?.name ?? null)
                : null
            }
            actions={actions}
          />
        ))}
      </ul>
    </section>
  );
}

function sum(workspaces: Workspace[], trans: Translator): string {
  const listed = workspaces.filter(workspace => workspace.status !== 'ARCHIVED');
  const working = listed.filter(workspace => workspace.is_working || isProvisioning(workspace)).length;
  const needs = listed.filter(workspace => groupOf(workspace) === 'needs_you').length;
  return [
    trans._n('%1 workspace', '%1 workspaces', listed.length),
    working > 0 ? trans.__('%1 working', working) : '',
    needs > 0 ? trans._n('%1 needs you', '%1 need you', needs) : ''
  ]
    .filter(Boolean)
    .join(' · ');
}

function columnText(column: KanbanColumn, trans: Translator): [string, string] {
  switch (column) {
    case 'BACKLOG':
      return [trans.__('Backlog'), trans.__('Not started yet')];
    case 'IN_PROGRESS':
      return [trans.__('In progress'), trans.__('Agents at work')];
    case 'WAITING':
      return [trans.__('Waiting'), trans.__('Idle, for your next word')];
    case 'PR_OPEN':
      return [trans.__('PR open'), trans.__('Under review')];
    case 'APPROVED':
      return [trans.__('Approved'), trans.__('Ready to merge')];
    case 'MERGED':
      return [trans.__('Merged'), trans.__('Can be archived')];
    case 'DONE':
      return [trans.__('Done'), trans.__('Archived, can be restored')];
  }
}
