import { useState, type ReactElement } from 'react';
import { text } from '../../state/tools';
import { Button } from '../parts/button';
import { names } from '../parts/classes';
import { Markdown } from '../parts/markdown';
import { useTrans } from '../services';
import type { QuestionProps } from './answer';
import { QuestionCard } from './card';
import { Feedback } from './feedback';

/** Claude has made a plan and waits for its approval. */
export function PlanApproval({ question, waiting, isSent, error, onAnswer }: QuestionProps): ReactElement {
  const trans = useTrans();
  const [isRefining, setRefining] = useState(false);
  const plan = question.plan ?? text(question.input, 'plan');
  const approve = (permission_mode: 'default' | 'acceptEdits'): void =>
    onAnswer({ behavior: 'allow', permission_mode });
  const choose = (number: number): void =>
    [() => approve('default'), () => approve('acceptEdits'), () => setRefining(true)][number - 1]?.();
  return (
    <QuestionCard
      icon="plan"
      title={trans.__('Claude has a plan')}
      askedAt={question.at}
      waiting={waiting}
      error={error}
      onNumber={choose}
      footer={
        isRefining ? (
          <Feedback
            label={trans.__('What should the plan do differently?')}
            action={trans.__('Keep planning')}
            isBusy={isSent}
            onSend={message => onAnswer({ behavior: 'deny', message })}
            onCancel={() => setRefining(false)}
          />
        ) : (
          <>
            <Button look="primary" shortcut="1" isBusy={isSent} onClick={() => approve('default')}>
              {trans.__('Approve')}
            </Button>
            <Button shortcut="2" disabled={isSent} onClick={() => approve('acceptEdits')}>
              {trans.__('Approve and accept edits')}
            </Button>
            <Button shortcut="3" disabled={isSent} onClick={() => setRefining(true)}>
              {trans.__('Keep planning…')}
            </Button>
          </>
        )
      }
    >
      {plan ? (
        <div className={names('question-plan')} tabIndex={0} role="region" aria-label={trans.__('The plan')}>
          <Markdown source={plan} />
        </div>
      ) : (
        <p className={names('question-note')}>
          {trans.__('The plan has no text. Ask Claude to write it down before you approve.')}
        </p>
      )}
    </QuestionCard>
  );
}
