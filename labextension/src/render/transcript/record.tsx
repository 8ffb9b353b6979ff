import type { ReactElement } from 'react';
import { records, text } from '../../state/tools';
import type { QuestionItem } from '../../state/transcript';
import { names } from '../parts/classes';
import { Disclosure } from '../parts/disclosure';
import { Icon } from '../parts/icon';
import { Markdown } from '../parts/markdown';
import { useTrans, type Translator } from '../services';

/** What became of a question, kept in the transcript. */
export function AnswerRecord({ question }: { question: QuestionItem }): ReactElement {
  const trans = useTrans();
  const isYes = question.behavior === 'allow';
  return (
    <div className={names('record', question.state === 'withdrawn' ? 'mod-withdrawn' : isYes ? 'mod-yes' : 'mod-no')}>
      {question.question_kind === 'plan' && question.plan ? <Plan plan={question.plan} /> : null}
      {question.question_kind === 'ask_user' ? <Answers question={question} /> : null}
      <div className={names('record-line')}>
        <Icon name={isYes ? 'check' : question.state === 'withdrawn' ? 'minus' : 'close'} />
        <span>{outcome(question, trans)}</span>
      </div>
      {question.message ? <blockquote className={names('record-message')}>{question.message}</blockquote> : null}
    </div>
  );
}

function Plan({ plan }: { plan: string }): ReactElement {
  const trans = useTrans();
  return (
    <Disclosure className={names('record-plan')} head={<span>{trans.__('The plan')}</span>}>
      {() => <Markdown source={plan} />}
    </Disclosure>
  );
}

function Answers({ question }: { question: QuestionItem }): ReactElement {
  return (
    <dl className={names('record-answers')}>
      {records(question.input, 'questions').map((asked, index) => {
        const answer = question.answers?.[text(asked, 'question')];
        return (
          <div key={index}>
            <dt>{text(asked, 'question')}</dt>
            <dd>{Array.isArray(answer) ? answer.join(', ') : (answer ?? '—')}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function outcome(question: QuestionItem, trans: Translator): string {
  const { state, behavior, question_kind, scope, permission_mode, by } = question;
  if (state === 'withdrawn') {
    return question.reason ? trans.__('Withdrawn: %1', question.reason) : trans.__('Withdrawn');
  }
  const who = by ?? trans.__('somebody');
  if (question_kind === 'ask_user') {
    return behavior === 'allow' ? trans.__('Answered by %1', who) : trans.__('Not answered, by %1', who);
  }
  if (question_kind === 'plan') {
    if (behavior === 'deny') {
      return trans.__('%1 asked to keep planning', who);
    }
    return permission_mode === 'acceptEdits'
      ? trans.__('Approved by %1, edits accepted', who)
      : trans.__('Approved by %1', who);
  }
  if (behavior === 'deny') {
    return trans.__('Denied by %1', who);
  }
  return scope === 'session' ? trans.__('Allowed for this session by %1', who) : trans.__('Allowed once by %1', who);
}
