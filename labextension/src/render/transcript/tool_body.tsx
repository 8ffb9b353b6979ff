import type { ReactElement, ReactNode } from 'react';
import { editLines, isEdit } from '../../state/edits';
import { stripAnsi } from '../../state/ansi';
import { isHidden, text } from '../../state/tools';
import type { QuestionItem, ToolItem } from '../../state/transcript';
import { names } from '../parts/classes';
import { Code } from '../parts/code';
import { useTrans } from '../services';
import { Diff } from './diff';
import { NotebookCell } from './notebook_cell';
import { AnswerRecord } from './record';
import { SubAgent } from './sub_agent';
import { Todos } from './todos';

/** Whether there is anything to open. */
export function hasBody(tool: ToolItem, question: QuestionItem | null): boolean {
  if (question?.state === 'open' && question.question_kind !== 'permission') {
    return false;
  }
  if (tool.name === 'Bash' && !isHidden(tool.input)) {
    return tool.result !== null || question !== null;
  }
  return Object.keys(tool.input).length > 0 || tool.result !== null || tool.children.length > 0 || question !== null;
}

/** Everything about a call: what it was given, who allowed it, what it answered. */
export function ToolBody({ tool, question }: { tool: ToolItem; question: QuestionItem | null }): ReactElement {
  return (
    <>
      <Given tool={tool} question={question} />
      {question && question.state !== 'open' ? <AnswerRecord question={question} /> : null}
    </>
  );
}

function Given({ tool: called, question }: { tool: ToolItem; question: QuestionItem | null }): ReactNode {
  const trans = useTrans();
  // What a refused tool answers is the refusal, which stands below it already.
  const tool = question?.behavior === 'deny' ? { ...called, result: null } : called;
  const { name, input, result } = tool;
  if (isEdit(name)) {
    const lines = editLines(tool);
    return (
      <>
        {lines.length > 0 ? <Diff lines={lines} label={trans.__('Changes')} /> : null}
        <Output tool={tool} isOnlyOnError />
      </>
    );
  }
  switch (name) {
    case 'Bash':
      return (
        <>
          {isHidden(input) ? (
            <Code text={text(input, 'command')} label={trans.__('Command')} tone="command" lines={12} />
          ) : null}
          <Output tool={tool} />
        </>
      );
    case 'Read':
    case 'NotebookRead':
    case 'Grep':
    case 'Glob':
    case 'LS':
    case 'WebSearch':
      return result ? <Output tool={tool} /> : <Json value={input} />;
    case 'WebFetch':
      return (
        <>
          {text(input, 'prompt') ? <p className={names('tool-prompt')}>{text(input, 'prompt')}</p> : null}
          <Output tool={tool} />
        </>
      );
    case 'TodoWrite':
      return <Todos input={input} />;
    case 'Task':
    case 'Agent':
      return <SubAgent tool={tool} />;
    case 'NotebookEdit':
      return (
        <>
          <NotebookCell input={input} />
          <Output tool={tool} isOnlyOnError />
        </>
      );
    case 'AskUserQuestion':
    case 'ExitPlanMode':
      return question ? null : <Json value={input} />;
    default:
      return (
        <>
          <Json value={input} />
          <Output tool={tool} />
        </>
      );
  }
}

/** What a tool answered; failures stand out. */
export function Output({
  tool,
  isOnlyOnError = false
}: {
  tool: ToolItem;
  isOnlyOnError?: boolean;
}): ReactElement | null {
  const trans = useTrans();
  const { result } = tool;
  if (!result || (isOnlyOnError && !result.is_error)) {
    return null;
  }
  const content = tool.name === 'Bash' ? result.content : stripAnsi(result.content);
  return (
    <>
      {content.trim() ? (
        <Code
          text={content}
          label={trans.__('Output')}
          tone={result.is_error ? 'error' : 'plain'}
          lines={12}
          isTail={tool.name === 'Bash'}
        />
      ) : (
        <p className={names('tool-quiet')}>{trans.__('No output.')}</p>
      )}
      {result.truncated ? (
        <p className={names('tool-quiet')}>{trans.__('The output was cut here; Claude has seen all of it.')}</p>
      ) : null}
    </>
  );
}

/** Input of a tool that this page does not know. */
export function Json({ value }: { value: unknown }): ReactElement | null {
  const trans = useTrans();
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty ? null : <Code text={JSON.stringify(value, null, 2)} label={trans.__('Input')} lines={12} />;
}
