// What a tool call is about, in one line; tolerant of input that is partial, missing or of another shape.
import { basename } from './format';
import type { ToolItem } from './transcript';

export interface ToolSummary {
  /** Its name as people know it. */
  title: string;
  /** What it works on: a path, a command, a pattern; empty when unknown. */
  subject: string;
  /** A few words for a list of calls. */
  short: string;
  /** The file it is about, absolute or as the agent wrote it. */
  path: string | null;
}

/** A string field of a tool's input, or empty. */
export function text(input: Record<string, unknown>, ...keys: string[]): string {
  for (const key of keys) {
    const value = input[key];
    if (typeof value === 'string') {
      return value;
    }
  }
  return '';
}

/** A list field of a tool's input, its entries as objects. */
export function records(input: Record<string, unknown>, key: string): Record<string, unknown>[] {
  const value = input[key];
  return Array.isArray(value)
    ? value.filter((entry): entry is Record<string, unknown> => typeof entry === 'object' && entry !== null)
    : [];
}

/** A path as it is seen from the worktree. */
export function relative(path: string, root: string | null): string {
  if (path === root) {
    return '.';
  }
  return root && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

/** The call in one line; paths relative to the worktree `root`. */
export function summary({ name, input }: Pick<ToolItem, 'name' | 'input'>, root: string | null): ToolSummary {
  const file = text(input, 'file_path', 'notebook_path', 'path');
  const path = file ? relative(file, root) : null;
  const about = (title: string, subject: string, short = subject): ToolSummary => ({
    title,
    subject,
    short: `${title} ${short}`.trim(),
    path
  });
  switch (name) {
    case 'Bash':
      return about(
        'Bash',
        text(input, 'description') || oneLine(text(input, 'command')),
        oneLine(text(input, 'command'))
      );
    case 'BashOutput':
    case 'KillShell':
    case 'KillBash':
      return about(name, text(input, 'bash_id', 'shell_id'));
    case 'Read':
    case 'Edit':
    case 'MultiEdit':
    case 'Write':
    case 'NotebookEdit':
    case 'NotebookRead':
      return about(name, path ?? '', path ? basename(path) : '');
    case 'LS':
      return about(name, path ?? '.');
    case 'Grep':
    case 'Glob':
      return about(name, text(input, 'pattern') + (path ? `  in ${path}` : ''), text(input, 'pattern'));
    case 'Task':
    case 'Agent':
      return about('Task', text(input, 'description'));
    case 'TodoWrite':
      return about('Todo', '');
    case 'WebFetch':
      return about('Fetch', text(input, 'url'), host(text(input, 'url')));
    case 'WebSearch':
      return about('Search', text(input, 'query'));
    case 'ExitPlanMode':
      return about('Plan', '');
    case 'AskUserQuestion':
      return about('Question', '');
    default:
      return about(
        mcpName(name),
        oneLine(Object.values(input).find((value): value is string => typeof value === 'string') ?? ''),
        ''
      );
  }
}

/** `mcp__factory__lock_acquire` is "factory · lock_acquire". */
function mcpName(name: string): string {
  const [, server, ...tool] = name.startsWith('mcp__') ? name.split('__') : [];
  return server && tool.length > 0 ? `${server} · ${tool.join('__')}` : name;
}

/** Calls that read or run and are not worth a card of their own when several follow each other. */
const LOUD = new Set([
  'Edit',
  'MultiEdit',
  'Write',
  'NotebookEdit',
  'Task',
  'Agent',
  'TodoWrite',
  'AskUserQuestion',
  'ExitPlanMode'
]);

/** Whether a command is too long for the head of its card, or stands behind its description. */
export const isHidden = (input: Record<string, unknown>): boolean =>
  text(input, 'description') !== '' || text(input, 'command').length > 60 || text(input, 'command').includes('\n');

/** Whether a call may stand in a group. */
export const isQuiet = (name: string): boolean => !LOUD.has(name);

const oneLine = (value: string): string => value.trim().replace(/\s*\n\s*/g, ' ⏎ ');

function host(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** Milliseconds between call and answer; null when not known, or when a person was waited for. */
export function took({ at, result }: ToolItem, waited: boolean): number | null {
  const ms = result ? Date.parse(result.at) - Date.parse(at) : NaN;
  return waited || !(ms >= 0) ? null : ms;
}
