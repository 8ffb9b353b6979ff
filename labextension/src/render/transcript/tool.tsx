import { memo, type ReactElement, type ReactNode } from 'react';
import { counts } from '../../state/diff';
import { editLines, isEdit } from '../../state/edits';
import { duration } from '../../state/format';
import type { QuestionItem, ToolItem } from '../../state/transcript';
import { isQuiet, summary, took } from '../../state/tools';
import { IconButton } from '../parts/button';
import { Delta } from '../parts/chip';
import { names } from '../parts/classes';
import { Disclosure } from '../parts/disclosure';
import { Icon, type IconName } from '../parts/icon';
import { useServices, useTrans, type Translator } from '../services';
import { usePlace } from './place';
import { ToolBody, hasBody } from './tool_body';

const ICONS: Record<string, IconName> = {
  Bash: 'terminal',
  BashOutput: 'terminal',
  Read: 'file',
  Edit: 'edit',
  MultiEdit: 'edit',
  Write: 'edit',
  NotebookEdit: 'notebook',
  NotebookRead: 'notebook',
  Grep: 'search',
  Glob: 'search',
  LS: 'folder',
  Task: 'agent',
  Agent: 'agent',
  TodoWrite: 'list',
  WebFetch: 'web',
  WebSearch: 'web',
  AskUserQuestion: 'question',
  ExitPlanMode: 'plan'
};

/** What a card looks like, besides the four states of the fold. */
export type Look = ToolItem['state'] | 'waiting' | 'denied';

/** How a call stands, with its question. */
export function lookOf(tool: ToolItem, question: QuestionItem | null): Look {
  if (question?.state === 'open') {
    return 'waiting';
  }
  const isRefusal = question?.behavior === 'deny' && question.question_kind === 'permission';
  return isRefusal && tool.state !== 'done' ? 'denied' : tool.state;
}

interface Props {
  tool: ToolItem;
  question: QuestionItem | null;
  /** Inside a group everything is folded at first. */
  isInGroup?: boolean;
}

/** One call of a tool: a line that says what it is about, and opens to all of it. */
export const Tool = memo(function Tool({ tool, question, isInGroup = false }: Props): ReactElement {
  const look = lookOf(tool, question);
  const isOpen = !isInGroup && (!isQuiet(tool.name) || (tool.name === 'Bash' && look !== 'waiting'));
  return (
    <Disclosure
      className={names('tool', `mod-${look}`, isInGroup && 'mod-grouped')}
      head={<ToolHead tool={tool} question={question} look={look} />}
      isOpenAtFirst={isOpen}
      hasBody={hasBody(tool, question)}
      actions={<OpenFile tool={tool} />}
    >
      {() => <ToolBody tool={tool} question={question} />}
    </Disclosure>
  );
});

function ToolHead({
  tool,
  question,
  look
}: {
  tool: ToolItem;
  question: QuestionItem | null;
  look: Look;
}): ReactElement {
  const trans = useTrans();
  const { root } = usePlace();
  const { title, subject } = summary(tool, root);
  const size = isEdit(tool.name) ? counts(editLines(tool)) : null;
  const ms = took(tool, question !== null);
  return (
    <>
      <ToolIcon name={tool.name} look={look} trans={trans} />
      <span className={names('tool-name')}>{title}</span>
      <span className={names('tool-subject')} title={subject}>
        {subject}
      </span>
      {size && size.additions + size.deletions > 0 ? <Delta {...size} /> : null}
      <span className={names('tool-note')}>{note(look, trans) ?? (ms !== null && ms >= 1000 ? duration(ms) : '')}</span>
    </>
  );
}

function note(look: Look, trans: Translator): ReactNode {
  switch (look) {
    case 'waiting':
      return trans.__('waits for you');
    case 'denied':
      return trans.__('denied');
    case 'failed':
      return trans.__('failed');
    case 'closed':
      return trans.__('not finished');
    case 'running':
    case 'done':
      return null;
  }
}

export function ToolIcon({ name, look, trans }: { name: string; look: Look; trans: Translator }): ReactElement {
  switch (look) {
    case 'running':
      return <span className={names('spinner')} role="img" aria-label={trans.__('running')} />;
    case 'failed':
      return <Icon name="error" label={trans.__('failed')} />;
    case 'denied':
      return <Icon name="shield" label={trans.__('denied')} />;
    case 'waiting':
      return <Icon name="question" label={trans.__('waits for you')} />;
    case 'closed':
      return <Icon name="minus" label={trans.__('not finished')} />;
    case 'done':
      return <Icon name={ICONS[name] ?? 'tool'} />;
  }
}

function OpenFile({ tool }: { tool: ToolItem }): ReactElement | null {
  const { openFile, trans } = useServices();
  const { root } = usePlace();
  const { path } = summary(tool, root);
  if (!openFile || !path || ['LS', 'Grep', 'Glob'].includes(tool.name)) {
    return null;
  }
  return <IconButton icon="external" label={trans.__('Open %1', path)} onClick={() => openFile(path)} />;
}
