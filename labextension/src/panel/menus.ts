import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';

import { messageOf } from '../api';
import type { MenuItem } from '../render/parts/menu';
import type { IFactory } from '../tokens';
import type { Conversation, CreateSession, Session, Workspace } from '../wire/wire';
import type { WorkspaceView } from './workspace_view';

/** Shows why something could not be done, where JupyterLab shows such things. */
export async function orTell<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    Notification.error(messageOf(error), { autoClose: 10_000 });
    return undefined;
  }
}

/** What can be done with a workspace. */
export function workspaceActions(factory: IFactory, view: WorkspaceView, workspace: Workspace): MenuItem[] {
  const { trans, services } = factory;
  const path = workspace.worktree_path;
  return [
    { label: trans.__('Rename…'), icon: 'edit', onSelect: () => void renameWorkspace(factory, workspace) },
    {
      label: trans.__('Copy the worktree’s path'),
      icon: 'copy',
      isDisabled: !path,
      onSelect: () => void services.copy(path ?? '')
    },
    {
      label: trans.__('Open a terminal here'),
      icon: 'terminal',
      isDisabled: !path,
      onSelect: () => services.openTerminal?.(`cd ${shellQuoted(path ?? '')}`)
    },
    {
      label: trans.__('Continue a conversation of the plain CLI…'),
      hint: trans.__('Started with `claude` in this worktree'),
      icon: 'pull',
      isDisabled: workspace.status !== 'READY',
      onSelect: () => void importConversation(factory, view, workspace)
    }
  ];
}

interface SessionActions {
  menu: MenuItem[];
  create(): Promise<void>;
}

/** What can be done with the session that is shown. */
export function sessionActions(factory: IFactory, view: WorkspaceView, workspace: Workspace, session: Session | undefined): SessionActions {
  const { api, trans } = factory;
  const create = (body: Partial<CreateSession> = {}): Promise<void> => createSession(factory, view, { ...body, workspace_id: workspace.id });
  const menu: MenuItem[] = session
    ? [
        { label: trans.__('Rename…'), icon: 'edit', onSelect: () => void renameSession(factory, session) },
        {
          label: trans.__('Fork'),
          hint: trans.__('A second session that goes on from here'),
          icon: 'branch',
          isDisabled: session.claude_session_id === null,
          onSelect: () => void create({ fork: session.id })
        },
        {
          label: trans.__('Stop the agent'),
          hint: trans.__('The next message resumes the conversation'),
          icon: 'stop',
          isDisabled: session.phase === 'stopped',
          onSelect: () => void orTell(api.command(session.id, { type: 'stop' }))
        },
        { label: trans.__('Delete…'), icon: 'close', isDanger: true, onSelect: () => void deleteSession(factory, session) }
      ]
    : [];
  return { menu, create: () => create() };
}

async function createSession({ api, board }: IFactory, view: WorkspaceView, body: CreateSession): Promise<void> {
  const session = await orTell(api.createSession(body));
  if (session) {
    if (!board.session(session.id)) {
      board.receive({ type: 'session', session });
    }
    view.select(session.id);
    view.activate();
  }
}

/** Asks for another name of a workspace; its branch stays. */
export async function renameWorkspace({ api, trans }: IFactory, { id, name }: Workspace): Promise<void> {
  const { value } = await InputDialog.getText({ title: trans.__('Rename Factory workspace'), text: name });
  if (value && value !== name) {
    await orTell(api.updateWorkspace(id, { name: value }));
  }
}

async function renameSession({ api, trans }: IFactory, { id, name }: Session): Promise<void> {
  const { value } = await InputDialog.getText({ title: trans.__('Rename session'), text: name });
  if (value && value !== name) {
    await orTell(api.updateSession(id, { name: value }));
  }
}

async function deleteSession({ api, trans }: IFactory, { id, name }: Session): Promise<void> {
  const { button } = await showDialog({
    title: trans.__('Delete “%1”?', name),
    body: trans.__('Its transcript is deleted here. The files of the worktree and Claude’s own record of the conversation stay.'),
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })]
  });
  if (button.accept) {
    await orTell(api.deleteSession(id));
  }
}

async function importConversation(factory: IFactory, view: WorkspaceView, { id }: Workspace): Promise<void> {
  const { api, trans } = factory;
  const conversations = await orTell(api.conversations(id));
  if (!conversations) {
    return;
  }
  if (conversations.length === 0) {
    Notification.info(trans.__('No conversation of the plain CLI was found in this worktree.'), { autoClose: 5000 });
    return;
  }
  const items = conversations.map(summary);
  const { value } = await InputDialog.getItem({ title: trans.__('Continue which conversation?'), items });
  const chosen = conversations[items.indexOf(value ?? '')];
  if (chosen) {
    await createSession(factory, view, { workspace_id: id, resume: chosen.claude_session_id });
  }
}

const summary = ({ summary, last_modified }: Conversation, index: number): string =>
  `${index + 1}. ${summary} (${new Date(last_modified).toLocaleString()})`;

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
