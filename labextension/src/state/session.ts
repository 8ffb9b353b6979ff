// The fold from a session's frames to what is drawn, as factory_jupyter/model/transcript.py has it: pure, and settled events carry
// the whole truth, so that "live" and "after a reload" are the same.
import type {
  BlockSettled,
  Delta,
  LiveFrame,
  QuestionAsked,
  ServerFrame,
  SettledEvent,
  TurnFinished
} from '../wire/wire';
import { Draft } from './draft';
import type { Item, QuestionItem, SessionState } from './transcript';

const PARTIAL_OF = { text: 'text', thinking: 'thinking', tool_use: 'tool_input' } as const;

/** The state after one frame. */
export function fold(state: SessionState, frame: ServerFrame): SessionState {
  return foldAll(state, [frame]);
}

/** The state after many frames, at the cost of one copy of what they touch. */
export function foldAll(state: SessionState, frames: readonly ServerFrame[]): SessionState {
  const draft = new Draft(state);
  for (const frame of frames) {
    if (!('seq' in frame)) {
      live(draft, frame);
    } else if (frame.seq > draft.state.last_seq) {
      draft.state.last_seq = frame.seq;
      settle(draft, frame);
    }
  }
  return draft.state;
}

function settle(draft: Draft, event: SettledEvent): void {
  switch (event.type) {
    case 'message_queued': {
      const { message_id, text, attachments = [], by = null, at } = event;
      const queue = draft.list('queue');
      const known = queue.findIndex(message => message.message_id === message_id);
      if (known >= 0) {
        queue[known] = { ...queue[known]!, text, attachments };
      } else {
        queue.push({ message_id, text, attachments, by, at });
      }
      return;
    }
    case 'message_cancelled':
      draft.state.queue = draft.state.queue.filter(message => message.message_id !== event.message_id);
      return;
    case 'message_sent': {
      const message = draft.state.queue.find(queued => queued.message_id === event.message_id);
      if (message) {
        draft.state.queue = draft.state.queue.filter(queued => queued !== message);
        draft.push({ kind: 'message', ...message, at: event.at });
      }
      return;
    }
    case 'turn_started': {
      const current = draft.current();
      const turn = current.turn === null ? current : draft.begin();
      turn.turn = event.turn;
      turn.started_at = event.at;
      return;
    }
    case 'block':
      return addBlock(draft, event);
    case 'tool_result': {
      const tool = draft.tool(event.tool_use_id);
      if (tool) {
        const { content, is_error, truncated = false, details = null, at } = event;
        tool.state = is_error ? 'failed' : 'done';
        tool.result = { content, is_error, truncated, details, at };
      }
      return;
    }
    case 'question_asked': {
      const question = asked(event);
      draft.push(question);
      draft.list('questions').push(question);
      return;
    }
    case 'question_answered': {
      const { behavior, by, message = null, answers = null, scope = 'once', permission_mode = null } = event;
      return close(draft, event.question_id, {
        state: 'answered',
        behavior,
        by,
        message,
        answers,
        scope,
        permission_mode
      });
    }
    case 'question_withdrawn':
      return close(draft, event.question_id, { state: 'withdrawn', reason: event.reason });
    case 'turn_finished':
      return finishTurn(draft, event);
    case 'mode_changed':
      return draft.push({ kind: 'mode', permission_mode: event.permission_mode });
    case 'model_changed':
      return draft.push({ kind: 'model', model: event.model });
    case 'notice':
      return draft.push({
        kind: 'notice',
        level: event.level,
        text: event.text,
        code: event.code ?? null,
        at: event.at
      });
    case 'session_stopped':
      halt(draft);
      return draft.push({ kind: 'stopped', reason: event.reason, at: event.at });
    default:
      return unknown(event);
  }
}

function live(draft: Draft, frame: LiveFrame): void {
  const state = draft.state;
  switch (frame.type) {
    case 'hello':
      // A new connection: what was in progress is told again after it.
      state.session = frame.session;
      state.agent = frame.agent;
      state.phase = frame.session.phase;
      state.partials = [];
      state.retry = null;
      return;
    case 'session':
      state.session = frame.session;
      state.phase = frame.session.phase;
      return;
    case 'agent':
      state.agent = frame.agent;
      return;
    case 'phase':
      state.phase = frame.phase;
      return;
    case 'delta':
      return grow(draft, frame);
    case 'deltas_dropped':
      state.partials = [];
      return;
    case 'api_retry': {
      const { attempt, delay_ms, status, max_attempts = null, reason = null } = frame;
      state.retry = { attempt, delay_ms, status, max_attempts, reason };
      return;
    }
    case 'error':
      return; // Answers one command; the composer shows it.
    default:
      return unknown(frame);
  }
}

/** A frame of a newer server changes nothing; a frame that this file forgot does not compile. */
function unknown(frame: never): void {
  void frame;
}

function addBlock(draft: Draft, event: BlockSettled): void {
  const { block, parent_tool_use_id: parent = null } = event;
  draft.state.retry = null;
  supersede(draft, PARTIAL_OF[block.kind], parent);
  draft.push(itemOf(event), draft.tool(parent));
}

function itemOf({ block, at }: BlockSettled): Item {
  switch (block.kind) {
    case 'text':
    case 'thinking':
      return { kind: block.kind, text: block.text };
    case 'tool_use': {
      const { tool_use_id, name, input } = block;
      return { kind: 'tool', tool_use_id, name, input, at, state: 'running', result: null, children: [] };
    }
  }
}

/** A settled block ends the first partial of its kind: blocks settle in the order in which they began. */
function supersede(draft: Draft, kind: Delta['kind'], parent: string | null): void {
  const same = draft.state.partials.filter(partial => partial.kind === kind && partial.parent_tool_use_id === parent);
  if (same.length > 0) {
    const first = same.reduce((one, other) => (other.index < one.index ? other : one));
    draft.state.partials = draft.state.partials.filter(partial => partial !== first);
  }
}

function grow(draft: Draft, delta: Delta): void {
  const { kind, index, text, parent_tool_use_id } = delta;
  const partials = draft.list('partials');
  const known = partials.findIndex(
    partial => partial.index === index && partial.parent_tool_use_id === parent_tool_use_id
  );
  const before = partials[known];
  draft.state.retry = null;
  if (!before) {
    partials.push({ kind, index, text, parent_tool_use_id });
  } else if (delta.reset || before.kind !== kind) {
    partials[known] = { ...before, kind, text };
  } else {
    partials[known] = { ...before, text: before.text + text };
  }
}

function asked(event: QuestionAsked): QuestionItem {
  return {
    kind: 'question',
    question_id: event.question_id,
    question_kind: event.kind,
    tool_name: event.tool_name,
    tool_use_id: event.tool_use_id ?? null,
    input: event.input,
    suggestions: event.suggestions ?? [],
    plan: event.plan ?? null,
    at: event.at,
    state: 'open',
    behavior: null,
    by: null,
    message: null,
    answers: null,
    scope: null,
    permission_mode: null,
    reason: null
  };
}

function close(
  draft: Draft,
  id: string,
  outcome: { state: QuestionItem['state'] } & { [Key in keyof QuestionItem]?: QuestionItem[Key] }
): void {
  const question = draft.state.questions.find(open => open.question_id === id);
  if (question) {
    draft.state.questions = draft.state.questions.filter(open => open !== question);
    draft.replace(question, { ...question, ...outcome });
  }
}

function finishTurn(draft: Draft, event: TurnFinished): void {
  const {
    at,
    is_error,
    reason,
    result = null,
    usage = null,
    cost_usd = 0,
    duration_ms = 0,
    model = null,
    error_code = null
  } = event;
  draft.current();
  halt(draft);
  const turn = draft.current();
  turn.turn ??= event.turn;
  turn.end = { at, is_error, reason, result, usage, cost_usd, duration_ms, model, error_code };
  const totals = draft.state.totals;
  draft.state.totals = {
    turns: totals.turns + 1,
    duration_ms: totals.duration_ms + duration_ms,
    cost_usd: totals.cost_usd + cost_usd,
    input_tokens: totals.input_tokens + (usage?.input_tokens ?? 0),
    output_tokens: totals.output_tokens + (usage?.output_tokens ?? 0),
    cache_read_input_tokens: totals.cache_read_input_tokens + (usage?.cache_read_input_tokens ?? 0),
    cache_creation_input_tokens: totals.cache_creation_input_tokens + (usage?.cache_creation_input_tokens ?? 0)
  };
}

/** Nothing is in progress any more: no partial text, no retry, no tool card that spins. */
function halt(draft: Draft): void {
  draft.state.partials = [];
  draft.state.retry = null;
  draft.closeTools();
}
