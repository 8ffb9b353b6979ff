import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type {
  Accepted,
  AddProject,
  AdminInfo,
  Branch,
  ClientFrame,
  Conversation,
  CreateSession,
  CreateWorkspace,
  ErrorBody,
  Health,
  ModelChoice,
  PatchProject,
  PatchSession,
  PatchSettings,
  PatchWorkspace,
  PathCompletion,
  Project,
  Question,
  Session,
  Settings,
  Workspace
} from './wire/wire';

/** A refusal by the server: `message` is for people, `code` is stable. `status` 0: the server could not be reached. */
export class FactoryError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number
  ) {
    super(message);
    this.name = 'FactoryError';
  }
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
type Query = Record<string, string | number | boolean | undefined>;

/** The REST routes below `factory/api`, one method each; every refusal is thrown as a `FactoryError`. */
export class FactoryApi {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** Readiness; a product that is not ready (status 503) is an answer too, not an error. */
  health(): Promise<Health> {
    return this.request('GET', 'health');
  }

  /** Readiness, looked at again now. */
  recheckHealth(): Promise<Health> {
    return this.request('GET', 'health/all');
  }

  adminInfo(): Promise<AdminInfo> {
    return this.request('GET', 'admin/info');
  }

  projects(includeArchived = false): Promise<Project[]> {
    return this.request('GET', 'projects', { include_archived: includeArchived });
  }

  addProject(body: AddProject): Promise<Project> {
    return this.request('POST', 'projects', {}, body);
  }

  updateProject(id: string, body: PatchProject): Promise<Project> {
    return this.request('PATCH', route('projects', id), {}, body);
  }

  archiveProject(id: string): Promise<void> {
    return this.request('DELETE', route('projects', id));
  }

  branches(projectId: string): Promise<Branch[]> {
    return this.request('GET', route('projects', projectId, 'branches'));
  }

  /** Folders on the server that begin with `prefix`. */
  completePath(prefix: string): Promise<PathCompletion[]> {
    return this.request('GET', 'paths', { prefix });
  }

  createWorkspace(body: CreateWorkspace): Promise<Workspace> {
    return this.request('POST', 'workspaces', {}, body);
  }

  workspace(id: string): Promise<Workspace> {
    return this.request('GET', route('workspaces', id));
  }

  updateWorkspace(id: string, body: PatchWorkspace): Promise<Workspace> {
    return this.request('PATCH', route('workspaces', id), {}, body);
  }

  retryWorkspace(id: string): Promise<Workspace> {
    return this.request('POST', route('workspaces', id, 'retry'));
  }

  /** Go on without the setup script. */
  skipSetup(id: string): Promise<Workspace> {
    return this.request('POST', route('workspaces', id, 'skip-setup'));
  }

  /** Stop making the workspace; it becomes FAILED and can be retried. */
  cancelWorkspace(id: string): Promise<Workspace> {
    return this.request('POST', route('workspaces', id, 'cancel'));
  }

  /** Conversations that were started in the plain CLI in this worktree. */
  conversations(workspaceId: string): Promise<Conversation[]> {
    return this.request('GET', route('workspaces', workspaceId, 'conversations'));
  }

  sessions(workspaceId: string): Promise<Session[]> {
    return this.request('GET', 'sessions', { workspace_id: workspaceId });
  }

  session(id: string): Promise<Session> {
    return this.request('GET', route('sessions', id));
  }

  createSession(body: CreateSession): Promise<Session> {
    return this.request('POST', 'sessions', {}, body);
  }

  updateSession(id: string, body: PatchSession): Promise<Session> {
    return this.request('PATCH', route('sessions', id), {}, body);
  }

  deleteSession(id: string): Promise<void> {
    return this.request('DELETE', route('sessions', id));
  }

  /** The same effect as the frame over the chat socket, for viewers that are not joined to the session. */
  command(sessionId: string, frame: ClientFrame): Promise<Accepted> {
    return this.request('POST', route('sessions', sessionId, 'commands'), {}, frame);
  }

  questions(): Promise<Question[]> {
    return this.request('GET', 'questions');
  }

  models(): Promise<ModelChoice[]> {
    return this.request('GET', 'models');
  }

  userSettings(): Promise<Settings> {
    return this.request('GET', 'settings');
  }

  updateUserSettings(body: PatchSettings): Promise<Settings> {
    return this.request('PATCH', 'settings', {}, body);
  }

  /** Address of an attachment, for `<img src>` and links: the browser's cookie authenticates it. */
  attachmentUrl(sessionId: string, attachmentId: string): string {
    return this.url(route('sessions', sessionId, 'attachments', attachmentId));
  }

  /** Opens the socket of a session's chat, telling the server which events are here already. */
  chatSocket(sessionId: string, since: number): WebSocket {
    return this.socket(URLExt.join('chat', encodeURIComponent(sessionId)), { since });
  }

  /** Opens the socket of the board. */
  boardSocket(): WebSocket {
    return this.socket('board', {});
  }

  private url(path: string, query: Query = {}): string {
    return URLExt.join(this.settings.baseUrl, 'factory/api', path) + URLExt.objectToQueryString(present(query));
  }

  private socket(path: string, query: Query): WebSocket {
    const { appendToken, token, wsUrl, WebSocket } = this.settings;
    const all = appendToken && token ? { ...query, token } : query;
    return new WebSocket(URLExt.join(wsUrl, 'factory', path) + URLExt.objectToQueryString(present(all)));
  }

  private async request<T>(method: Method, path: string, query: Query = {}, body?: unknown): Promise<T> {
    const init: RequestInit = { method, body: body === undefined ? null : JSON.stringify(body) };
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(this.url(path, query), init, this.settings);
    } catch {
      throw new FactoryError('The Jupyter server cannot be reached. Is it still running?', 'unreachable', 0);
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok || isHealth(answer)) {
      return answer as T;
    }
    const refusal = (answer ?? {}) as Partial<ErrorBody>;
    const message = refusal.message || `The server answered ${response.status} ${response.statusText}.`;
    throw new FactoryError(message, refusal.code || 'http_error', response.status);
  }
}

const route = (...parts: string[]): string => parts.map(encodeURIComponent).join('/');

const present = (query: Query): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  );

const isHealth = (answer: unknown): boolean => typeof answer === 'object' && answer !== null && 'checks' in answer;

/** What went wrong, as a sentence for people. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
