import { useEffect, useLayoutEffect, useRef, useState, type ReactElement } from 'react';
import type { QuestionItem } from '../../state/transcript';
import type { Answer, ErrorFrame } from '../../wire/wire';
import { names } from '../parts/classes';
import type { AnswerBody, QuestionProps } from './answer';
import { AskUser } from './ask_user';
import { Permission } from './permission';
import { PlanApproval } from './plan';

interface Props {
  /** Open ones, oldest first. */
  questions: QuestionItem[];
  /** The last refusal of the server. */
  refusal: ErrorFrame | null;
  onAnswer(answer: Answer): void;
}

/** The oldest question that waits; the next one takes its place when it is answered. */
export function Questions({ questions, refusal, onAnswer }: Props): ReactElement | null {
  const [sent, setSent] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const hadFocus = useRef(false);
  const question = questions[0];
  const id = question?.question_id;
  useEffect(() => {
    if (refusal && refusal.in_reply_to === id) {
      setSent(null);
      setError(refusal.message);
    }
  }, [refusal, id]);
  useLayoutEffect(() => {
    setError(null);
    // Whoever answers one after the other by keyboard stays in the card.
    if (hadFocus.current) {
      box.current?.querySelector<HTMLElement>('[data-question]')?.focus();
    }
  }, [id]);
  if (!question) {
    return null;
  }
  const props: QuestionProps = {
    question,
    waiting: questions.length - 1,
    isSent: sent === id,
    error,
    onAnswer: (body: AnswerBody) => {
      setSent(question.question_id);
      setError(null);
      onAnswer({ type: 'answer', question_id: question.question_id, ...body });
    }
  };
  return (
    <div
      ref={box}
      className={names('questions')}
      onFocus={() => (hadFocus.current = true)}
      onBlur={event => {
        // Answering takes the focused button away, which must not count as leaving.
        const { relatedTarget, currentTarget, target } = event;
        const hasLeft = relatedTarget
          ? !currentTarget.contains(relatedTarget)
          : target.isConnected && !target.matches(':disabled');
        hadFocus.current &&= !hasLeft;
      }}
    >
      <One key={question.question_id} {...props} />
    </div>
  );
}

function One(props: QuestionProps): ReactElement {
  switch (props.question.question_kind) {
    case 'permission':
      return <Permission {...props} />;
    case 'plan':
      return <PlanApproval {...props} />;
    case 'ask_user':
      return <AskUser {...props} />;
  }
}
