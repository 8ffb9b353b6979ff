// Every component in every state. Section ids are stable: the browser tests take their pictures by them.
import type { ReactElement, ReactNode } from 'react';
import { EMPTY as EMPTY_BOARD, foldAll as foldBoard } from '../state/board';
import { BoardView } from '../render/board/board';
import { Chat, type ChatOptions } from '../render/chat/chat';
import { AddProject } from '../render/project/add_project';
import { Readiness } from '../render/readiness/readiness';
import { Sidebar, type SidebarProps } from '../render/sidebar/sidebar';
import { NewTask } from '../render/task/new_task';
import { Provisioning } from '../render/task/provisioning';
import type { Connection } from '../wire/source';
import type { BoardFrame, ClientFrame, ServerFrame } from '../wire/wire';
import * as boards from './boards';
import * as chats from './chats';
import { Parts } from './parts';
import { ScriptedSource } from './source';
import { NOW } from './story';

export interface Section {
  id: string;
  title: string;
  draw(): ReactNode;
  /** Long or moving: only drawn when it is asked for by its id. */
  isHeavy?: boolean;
}

function Frame({
  width,
  height,
  isFree = false,
  children
}: {
  width: number | string;
  height?: number;
  isFree?: boolean;
  children: ReactNode;
}): ReactElement {
  return (
    <div className={`gallery-frame ${isFree ? 'is-free' : ''}`} style={{ width, height }}>
      {children}
    </div>
  );
}

function chat(frames: ServerFrame[], height = 620, options: ChatOptions = {}, connection?: Connection): ReactElement {
  return (
    <Frame width={760} height={height}>
      <Chat
        source={new ScriptedSource<ServerFrame, ClientFrame>(frames, connection)}
        root={chats.WORKTREE}
        onRename={() => {}}
        onFork={() => {}}
        {...options}
      />
    </Frame>
  );
}

const open: Connection = { state: 'open' };
const nothing = (): void => {};
const soon = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 800));
const actions: SidebarProps['actions'] = {
  open: nothing,
  newTask: nothing,
  addProject: nothing,
  archive: nothing,
  answer: soon,
  retry: soon,
  contextMenu: nothing
};

function sidebar(frames: BoardFrame[], width: number, change: Partial<SidebarProps> = {}): ReactElement {
  return (
    <Frame width={width} height={640}>
      <Sidebar
        state={foldBoard(EMPTY_BOARD, frames)}
        connection={open}
        health={boards.healthy}
        projectId={null}
        activeId="w1"
        actions={actions}
        onProject={nothing}
        onCheckHealth={nothing}
        onTour={nothing}
        footer={[
          { label: 'Board', onClick: nothing },
          { label: 'Settings', onClick: nothing }
        ]}
        {...change}
      />
    </Frame>
  );
}

function board(frames: BoardFrame[], connection: Connection = open, isCompact = false): ReactElement {
  return (
    <Frame width="100%" height={isCompact ? undefined : 520}>
      <BoardView
        state={foldBoard(EMPTY_BOARD, frames)}
        connection={connection}
        actions={actions}
        isCompact={isCompact}
      />
    </Frame>
  );
}

const completions = (): Promise<{ path: string; is_repository: boolean }[]> =>
  Promise.resolve([
    { path: '~/code/photonlab', is_repository: true },
    { path: '~/code/archive', is_repository: false },
    { path: '~/code/telescope-control', is_repository: true }
  ]);

const DEFAULTS = { model: '', permission_mode: 'default', workflow: 'feature' } as const;

function form(width: number, children: ReactNode): ReactElement {
  return (
    <Frame width={width} isFree>
      <div style={{ padding: 16 }}>{children}</div>
    </Frame>
  );
}

function newTask(prompt: string, width: number): ReactElement {
  return form(
    width,
    <NewTask
      projects={[boards.project, boards.otherProject]}
      projectId="p1"
      branches={[
        { name: 'main', is_remote: false, checked_out_at: '/home/you/code/photonlab' },
        { name: 'develop', is_remote: false, checked_out_at: null }
      ]}
      models={[{ value: 'opus', display_name: 'Opus', description: '' }]}
      defaults={DEFAULTS}
      prompt={prompt}
      onProject={nothing}
      onStart={() =>
        soon().then(() => Promise.reject(new Error('A branch you/fix-the-loader exists already; choose another name.')))
      }
      onCancel={nothing}
    />
  );
}

export const SECTIONS: Section[] = [
  {
    id: 'parts',
    title: 'Parts',
    draw: () => (
      <Frame width="100%" isFree>
        <Parts />
      </Frame>
    )
  },
  {
    id: 'sidebar',
    title: 'Panel: wide, usual, narrow',
    draw: () => [sidebar(boards.full, 420, { isDemo: true }), sidebar(boards.full, 300), sidebar(boards.full, 240)]
  },
  {
    id: 'sidebar-states',
    title: 'Panel: first run, no tasks, loading, lost connection',
    draw: () => [
      sidebar(boards.noProjects, 300, { health: boards.unhealthy }),
      sidebar(boards.noWorkspaces, 300),
      sidebar([], 300, { health: null }),
      sidebar(boards.full, 300, {
        health: boards.unhealthy,
        connection: { state: 'reconnecting', attempt: 3, retry_at: NOW + 8000 }
      })
    ]
  },
  { id: 'sidebar-many', title: 'Panel: sixty workspaces', draw: () => sidebar(boards.many, 300) },
  { id: 'board', title: 'Board', draw: () => board(boards.full) },
  {
    id: 'board-states',
    title: 'Board: empty, loading, compact',
    draw: () => [board(boards.noWorkspaces), board([], { state: 'connecting' }), board(boards.full, open, true)]
  },
  {
    id: 'task',
    title: 'New parallel task',
    draw: () => [
      newTask('', 420),
      newTask('Please make find_peaks deterministic and prove it with a test that runs forty times.', 420),
      newTask('Fix it', 272)
    ]
  },
  {
    id: 'provisioning',
    title: 'A worktree that is being made, and one that failed',
    draw: () => [
      form(560, <Provisioning workspace={boards.provisioning} onRetry={soon} onSkip={soon} onCancel={soon} />),
      form(560, <Provisioning workspace={boards.failed} onRetry={soon} onSkip={soon} onCancel={soon} />)
    ]
  },
  {
    id: 'project',
    title: 'Add a project',
    draw: () =>
      form(
        420,
        <AddProject
          complete={completions}
          onAdd={() =>
            Promise.reject(
              new Error('~/code/archive is not a git repository. Run git init there, or choose another folder.')
            )
          }
          onCancel={nothing}
          path="~/code/"
        />
      )
  },
  {
    id: 'readiness',
    title: 'Readiness',
    draw: () =>
      [boards.healthy, boards.unhealthy, null].map((health, index) =>
        form(360, <Readiness key={index} health={health} onCheck={nothing} onTour={nothing} />)
      )
  },
  { id: 'chat-finished', title: 'Chat: a finished turn', draw: () => chat(chats.finished, 900) },
  { id: 'chat-streaming', title: 'Chat: Claude writes', draw: () => chat(chats.streaming, 480) },
  { id: 'chat-permission', title: 'Chat: a permission, two messages wait', draw: () => chat(chats.permission, 720) },
  {
    id: 'chat-permission-edit',
    title: 'Chat: permission for an edit, for an unknown tool',
    draw: () => [chat(chats.permissionEdit, 520), chat(chats.permissionUnknown, 520)]
  },
  { id: 'chat-plan', title: 'Chat: a plan', draw: () => chat(chats.plan, 760) },
  { id: 'chat-ask', title: 'Chat: a question', draw: () => chat(chats.askUser, 640) },
  { id: 'chat-answered', title: 'Chat: answered questions', draw: () => chat(chats.answered, 820) },
  { id: 'chat-tools', title: 'Chat: tools', draw: () => chat(chats.tools, 1700) },
  { id: 'chat-sub-agent', title: 'Chat: sub-agents', draw: () => chat(chats.subAgent, 620) },
  { id: 'chat-endings', title: 'Chat: how turns end', draw: () => chat(chats.endings, 900) },
  { id: 'chat-errors', title: 'Chat: errors', draw: () => chats.errors.map(([, frames]) => chat(frames, 340)) },
  {
    id: 'chat-retry',
    title: 'Chat: trying again, lost connection',
    draw: () => [
      chat(chats.retrying, 360),
      chat(chats.finished, 360, {}, { state: 'reconnecting', attempt: 2, retry_at: NOW + 12_000 })
    ]
  },
  {
    id: 'chat-empty',
    title: 'Chat: not begun, loading, read only',
    draw: () => [
      chat(chats.empty, 520),
      chat([], 320, {}, { state: 'connecting' }),
      chat(
        chats.finished,
        420,
        { isReadOnly: true },
        { state: 'offline', reason: 'This is a saved copy: the kernel is not running' }
      )
    ]
  },
  { id: 'chat-modes', title: 'Chat: bypass, a full context', draw: () => chat(chats.modes, 320) },
  {
    id: 'chat-narrow',
    title: 'Chat: narrow',
    draw: () =>
      [chats.permission, chats.finished, chats.askUser].map((frames, index) => (
        <Frame key={index} width={[260, 320, 400][index] ?? 320} height={640}>
          <Chat source={new ScriptedSource<ServerFrame, ClientFrame>(frames)} root={chats.WORKTREE} />
        </Frame>
      ))
  },
  { id: 'chat-hostile', title: 'Chat: text that wants to be more than text', draw: () => chat(chats.hostile, 420) },
  { id: 'chat-huge', title: 'Chat: 10,000 blocks', isHeavy: true, draw: () => chat(chats.huge(), 720) },
  {
    id: 'chat-flood',
    title: 'Chat: four at 200 deltas a second',
    isHeavy: true,
    draw: () => [0, 1, 2, 3].map(() => flood())
  }
];

/** Deltas as they come from a fast model, for measuring. */
function flood(): ReactElement {
  const live = (emit: (frame: ServerFrame) => void): (() => void) => {
    let count = 0;
    const timer = setInterval(() => {
      for (let step = 0; step < 4; step++) {
        emit({
          type: 'delta',
          kind: 'text',
          index: 0,
          text: ++count % 40 === 0 ? '\n\n' : `word${count} `,
          reset: false,
          parent_tool_use_id: null
        });
      }
    }, 20);
    return () => clearInterval(timer);
  };
  return (
    <Frame width={480} height={360}>
      <Chat source={new ScriptedSource<ServerFrame, ClientFrame>(chats.streaming.slice(0, -2), open, live)} />
    </Frame>
  );
}
