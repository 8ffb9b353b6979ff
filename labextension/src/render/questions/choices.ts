// What is asked by AskUserQuestion and how it is answered: pure.
import { records, text } from '../../state/tools';

export interface Choice {
  question: string;
  header: string;
  isMultiple: boolean;
  options: { label: string; description: string }[];
}

/** What is chosen for one question: labels, and words of the person's own. */
export interface Chosen {
  labels: string[];
  other: string;
  isOther: boolean;
}

export const NOTHING: Chosen = { labels: [], other: '', isOther: false };

/** The questions of the tool's input; what is not a question is left out. */
export function choicesOf(input: Record<string, unknown>): Choice[] {
  return records(input, 'questions').map(asked => ({
    question: text(asked, 'question'),
    header: text(asked, 'header'),
    isMultiple: asked['multiSelect'] === true,
    options: records(asked, 'options').map(option => ({
      label: text(option, 'label'),
      description: text(option, 'description')
    }))
  }));
}

/** Whether something was chosen or written. */
export const isAnswered = ({ labels, other, isOther }: Chosen): boolean =>
  labels.length > 0 || (isOther && other.trim() !== '');

/** After a click on an option. */
export function toggle(chosen: Chosen, label: string, isMultiple: boolean): Chosen {
  if (!isMultiple) {
    return { ...chosen, labels: [label], isOther: false };
  }
  const labels = chosen.labels.includes(label)
    ? chosen.labels.filter(other => other !== label)
    : [...chosen.labels, label];
  return { ...chosen, labels };
}

/** After a click on "Other". */
export const toggleOther = (chosen: Chosen, isMultiple: boolean): Chosen =>
  isMultiple ? { ...chosen, isOther: !chosen.isOther } : { ...chosen, labels: [], isOther: true };

/** The answers as the wire wants them: by the text of the question. */
export function answersOf(choices: Choice[], chosen: Chosen[]): Record<string, string | string[]> {
  return Object.fromEntries(
    choices.map(({ question, isMultiple }, index) => {
      const { labels, other, isOther } = chosen[index] ?? NOTHING;
      const all = isOther && other.trim() ? [...labels, other.trim()] : labels;
      return [question, isMultiple ? all : (all[0] ?? '')];
    })
  );
}
