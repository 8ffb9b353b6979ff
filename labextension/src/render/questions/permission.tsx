import { useState, type ReactElement } from 'react';
import { editLines, isEdit } from '../../state/edits';
import { summary, text } from '../../state/tools';
import { Button } from '../parts/button';
import { Chip } from '../parts/chip';
import { names } from '../parts/classes';
import { Code } from '../parts/code';
import { Diff } from '../transcript/diff';
import { NotebookCell } from '../transcript/notebook_cell';
import { usePlace } from '../transcript/place';
import { Json } from '../transcript/tool_body';
import { useTrans, type Translator } from '../services';
import type { QuestionProps } from './answer';
import { QuestionCard } from './card';
import { Feedback } from './feedback';

/** Claude asks whether it may use a tool: with everything that the tool would get. */
export function Permission({ question, waiting, isSent, error, onAnswer }: QuestionProps): ReactElement {
  const trans = useTrans();
  const { root } = usePlace();
  const [isDenying, setDenying] = useState(false);
  const { tool_name: name, input } = question;
  const { title, path } = summary({ name, input }, root);
  const allow = (scope: 'once' | 'session'): void => onAnswer({ behavior: 'allow', scope });
  const choose = (number: number): void =>
    [() => allow('once'), () => allow('session'), () => setDenying(true)][number - 1]?.();
  return (
    <QuestionCard
      icon="shield"
      title={
        <>
          {ask(name, trans)} <Chip tone="warn">{title}</Chip>
        </>
      }
      askedAt={question.at}
      waiting={waiting}
      error={error}
      onNumber={choose}
      footer={
        isDenying ? (
          <Feedback
            label={trans.__('What should Claude do instead?')}
            action={trans.__('Deny')}
            isOptional
            isBusy={isSent}
            onSend={message => onAnswer({ behavior: 'deny', message: message || null })}
            onCancel={() => setDenying(false)}
          />
        ) : (
          <>
            <Button look="primary" shortcut="1" isBusy={isSent} onClick={() => allow('once')}>
              {trans.__('Allow once')}
            </Button>
            <Button shortcut="2" disabled={isSent} onClick={() => allow('session')}>
              {trans.__('Allow for this session')}
            </Button>
            <Button shortcut="3" disabled={isSent} onClick={() => setDenying(true)}>
              {trans.__('Deny…')}
            </Button>
          </>
        )
      }
    >
      {path ? <div className={names('question-path')}>{path}</div> : null}
      <Given name={name} input={input} />
    </QuestionCard>
  );
}

function ask(name: string, trans: Translator): string {
  switch (name) {
    case 'Bash':
      return trans.__('Claude wants to run a command');
    case 'Edit':
    case 'MultiEdit':
      return trans.__('Claude wants to edit a file');
    case 'Write':
      return trans.__('Claude wants to write a file');
    case 'NotebookEdit':
      return trans.__('Claude wants to change a notebook');
    case 'Read':
      return trans.__('Claude wants to read a file');
    case 'WebFetch':
    case 'WebSearch':
      return trans.__('Claude wants to use the web');
    default:
      return trans.__('Claude wants to use a tool');
  }
}

function Given({ name, input }: { name: string; input: Record<string, unknown> }): ReactElement {
  const trans = useTrans();
  if (name === 'Bash') {
    return (
      <>
        {text(input, 'description') ? <p className={names('question-note')}>{text(input, 'description')}</p> : null}
        <Code text={text(input, 'command')} label={trans.__('Command')} tone="command" lines={200} />
      </>
    );
  }
  const lines = isEdit(name) ? editLines({ name, input }) : [];
  if (lines.length > 0) {
    return <Diff lines={lines} label={trans.__('Changes')} limit={400} />;
  }
  return name === 'NotebookEdit' ? <NotebookCell input={input} /> : <Json value={input} />;
}
