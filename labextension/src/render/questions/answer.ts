import type { QuestionItem } from '../../state/transcript';
import type { Answer } from '../../wire/wire';

/** An answer without the question's id and the frame's type. */
export type AnswerBody = Omit<Answer, 'type' | 'question_id'>;

export interface QuestionProps {
  question: Pick<QuestionItem, 'question_id' | 'question_kind' | 'tool_name' | 'input' | 'suggestions' | 'plan' | 'at'>;
  waiting: number;
  /** The answer was sent and has not come back yet. */
  isSent: boolean;
  error: string | null;
  onAnswer(answer: AnswerBody): void;
}
