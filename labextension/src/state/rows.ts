// From turns to the rows of the transcript: questions stand in the card of their tool, tools in a row become one group.
import { isQuiet } from './tools';
import type {
  Item,
  MessageItem,
  ModeItem,
  ModelItem,
  NoticeItem,
  Partial,
  QuestionItem,
  SessionState,
  StoppedItem,
  TextItem,
  ThinkingItem,
  ToolItem,
  Turn,
  TurnEnd
} from './transcript';

export interface ToolEntry {
  tool: ToolItem;
  /** What was asked before it could run. */
  question: QuestionItem | null;
}

export type GroupEntry = { key: string } & (ToolEntry | { thinking: ThinkingItem });

/** One row of the list. `key` stays when a block in progress settles, so that nothing is drawn anew. */
export type Row = { key: string } & (
  | { kind: 'message'; item: MessageItem }
  | { kind: 'text'; item: TextItem; isLive: boolean }
  | { kind: 'thinking'; item: ThinkingItem; isLive: boolean }
  | { kind: 'tool'; tool: ToolItem; question: QuestionItem | null }
  | { kind: 'group'; entries: GroupEntry[] }
  | { kind: 'writing'; size: number }
  | { kind: 'question'; item: QuestionItem }
  | { kind: 'note'; item: NoticeItem | ModeItem | ModelItem | StoppedItem }
  | { kind: 'end'; end: TurnEnd }
);

const finished = new WeakMap<Turn, Row[]>();

/** Every row of a session, blocks in progress last. */
export function rowsOf(state: Pick<SessionState, 'turns' | 'partials'>): Row[] {
  const rows = state.turns.flatMap((turn, position) => {
    let known = finished.get(turn);
    if (!known) {
      known = rowsOfItems(turn.items, `${position}`);
      if (turn.end) {
        known.push({ kind: 'end', key: `${position}:end`, end: turn.end });
      }
      finished.set(turn, known);
    }
    return known;
  });
  return [...rows, ...liveRows(state)];
}

/** The rows of a turn, or of a sub-agent. */
export function rowsOfItems(items: Item[], prefix: string): Row[] {
  const asked = new Map<string, QuestionItem>();
  const called = new Set<string>();
  for (const item of items) {
    if (item.kind === 'question' && item.tool_use_id) {
      asked.set(item.tool_use_id, item);
    } else if (item.kind === 'tool') {
      called.add(item.tool_use_id);
    }
  }
  const rows: Row[] = [];
  items.forEach((item, index) => {
    const isShownInCard = item.kind === 'question' && item.tool_use_id !== null && called.has(item.tool_use_id);
    if (!isShownInCard) {
      add(rows, item, `${prefix}:${index}`, asked);
    }
  });
  return rows.flatMap(unwrapped);
}

function add(rows: Row[], item: Item, key: string, asked: Map<string, QuestionItem>): void {
  switch (item.kind) {
    case 'message':
      rows.push({ kind: 'message', key, item });
      return;
    case 'text':
      if (item.text.trim()) {
        rows.push({ kind: 'text', key, item, isLive: false });
      }
      return;
    case 'thinking':
      addToGroup(rows, { key, thinking: item });
      return;
    case 'tool': {
      const entry: ToolEntry = { tool: item, question: asked.get(item.tool_use_id) ?? null };
      if (!isQuiet(item.name)) {
        rows.push({ kind: 'tool', key, ...entry });
      } else {
        addToGroup(rows, { key, ...entry });
      }
      return;
    }
    case 'question':
      rows.push({ kind: 'question', key, item });
      return;
    case 'notice':
    case 'mode':
    case 'model':
    case 'stopped':
      rows.push({ kind: 'note', key, item });
      return;
  }
}

function addToGroup(rows: Row[], entry: GroupEntry): void {
  const last = rows[rows.length - 1];
  if (last?.kind === 'group') {
    last.entries.push(entry);
  } else {
    rows.push({ kind: 'group', key: entry.key, entries: [entry] });
  }
}

/** A group with fewer than two tools is no group. */
function unwrapped(row: Row): Row[] {
  if (row.kind !== 'group' || row.entries.filter(entry => 'tool' in entry).length > 1) {
    return [row];
  }
  return row.entries.map(entry =>
    'tool' in entry
      ? { kind: 'tool', ...entry }
      : { kind: 'thinking', key: entry.key, item: entry.thinking, isLive: false }
  );
}

function liveRows({ turns, partials }: Pick<SessionState, 'turns' | 'partials'>): Row[] {
  const position = Math.max(0, turns.length - 1);
  const next = turns[position]?.items.length ?? 0;
  return partials
    .filter(partial => partial.parent_tool_use_id === null)
    .sort((one, other) => one.index - other.index)
    .map((partial, offset) => liveRow(partial, `${position}:${next + offset}`));
}

function liveRow({ kind, text }: Partial, key: string): Row {
  switch (kind) {
    case 'text':
      return { kind: 'text', key, item: { kind: 'text', text }, isLive: true };
    case 'thinking':
      return { kind: 'thinking', key, item: { kind: 'thinking', text }, isLive: true };
    case 'tool_input':
      return { kind: 'writing', key, size: text.length };
  }
}

const field = (row: object, key: string): unknown => (row as Record<string, unknown>)[key];

/** Whether two rows are drawn alike: the same objects in the same places. */
export function sameRow(one: Row, other: Row): boolean {
  if (one.kind === 'group' && other.kind === 'group') {
    return (
      one.key === other.key &&
      one.entries.length === other.entries.length &&
      one.entries.every((entry, at) => sameEntry(entry, other.entries[at]))
    );
  }
  return Object.keys(one).every(key => {
    const [left, right] = [field(one, key), field(other, key)];
    return left === right || (key === 'item' && sameText(left, right));
  });
}

function sameEntry(one: GroupEntry, other: GroupEntry | undefined): boolean {
  if (other === undefined || !('tool' in one) || !('tool' in other)) {
    return other !== undefined && 'thinking' in one && 'thinking' in other && one.thinking === other.thinking;
  }
  return one.tool === other.tool && one.question === other.question;
}

/** A block in progress is a new object for each draw, but often with the same text. */
const sameText = (one: unknown, other: unknown): boolean =>
  (one as { text?: string }).text !== undefined &&
  (one as { text?: string }).text === (other as { text?: string }).text;
