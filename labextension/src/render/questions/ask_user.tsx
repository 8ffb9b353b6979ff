import { useState, type ReactElement } from 'react';
import { Button } from '../parts/button';
import { Chip } from '../parts/chip';
import { names } from '../parts/classes';
import { useTrans } from '../services';
import type { QuestionProps } from './answer';
import { QuestionCard } from './card';
import { answersOf, choicesOf, isAnswered, NOTHING, toggle, toggleOther, type Choice, type Chosen } from './choices';
import { Json } from '../transcript/tool_body';

/** Claude asks something: one page for each question. */
export function AskUser({ question, waiting, isSent, error, onAnswer }: QuestionProps): ReactElement {
  const trans = useTrans();
  const choices = choicesOf(question.input);
  const [page, setPage] = useState(0);
  const [chosen, setChosen] = useState<Chosen[]>(() => choices.map(() => NOTHING));
  const choice = choices[page];
  const here = chosen[page] ?? NOTHING;
  const isLast = page >= choices.length - 1;
  const isComplete = choices.every((_, index) => isAnswered(chosen[index] ?? NOTHING));
  const change = (next: Chosen): void => setChosen(chosen.map((other, index) => (index === page ? next : other)));
  const onNumber = (number: number): void => {
    const option = choice?.options[number - 1];
    if (choice && option) {
      change(toggle(here, option.label, choice.isMultiple));
    } else if (choice && number === choice.options.length + 1) {
      change(toggleOther(here, choice.isMultiple));
    }
  };
  return (
    <QuestionCard
      icon="question"
      title={
        <>
          {trans.__('Claude asks')} {choice?.header ? <Chip tone="warn">{choice.header}</Chip> : null}
          {choices.length > 1 ? (
            <span className={names('question-page')}>{trans.__('%1 of %2', page + 1, choices.length)}</span>
          ) : null}
        </>
      }
      askedAt={question.at}
      waiting={waiting}
      error={error}
      onNumber={onNumber}
      footer={
        <>
          {isLast ? (
            <Button
              look="primary"
              isBusy={isSent}
              disabled={!isComplete}
              onClick={() => onAnswer({ behavior: 'allow', answers: answersOf(choices, chosen) })}
            >
              {trans.__('Answer')}
            </Button>
          ) : (
            <Button look="primary" disabled={!isAnswered(here)} onClick={() => setPage(page + 1)}>
              {trans.__('Next')}
            </Button>
          )}
          {page > 0 ? (
            <Button disabled={isSent} onClick={() => setPage(page - 1)}>
              {trans.__('Back')}
            </Button>
          ) : null}
          <Button
            look="quiet"
            disabled={isSent}
            onClick={() => onAnswer({ behavior: 'deny', message: trans.__('The user does not want to answer this.') })}
          >
            {trans.__('Do not answer')}
          </Button>
        </>
      }
    >
      {choice ? (
        <Page key={page} choice={choice} chosen={here} id={`${question.question_id}-${page}`} onChange={change} />
      ) : (
        <Json value={question.input} />
      )}
    </QuestionCard>
  );
}

function Page({
  choice,
  chosen,
  id,
  onChange
}: {
  choice: Choice;
  chosen: Chosen;
  id: string;
  onChange: (chosen: Chosen) => void;
}): ReactElement {
  const trans = useTrans();
  const type = choice.isMultiple ? 'checkbox' : 'radio';
  return (
    <fieldset className={names('choices')}>
      <legend>{choice.question}</legend>
      {choice.options.map(({ label, description }, index) => (
        <label key={label} className={names('choice', chosen.labels.includes(label) && 'mod-chosen')}>
          <input
            type={type}
            name={id}
            checked={chosen.labels.includes(label)}
            onChange={() => onChange(toggle(chosen, label, choice.isMultiple))}
          />
          <span className={names('choice-text')}>
            <span className={names('choice-label')}>{label}</span>
            {description ? <span className={names('choice-hint')}>{description}</span> : null}
          </span>
          <kbd className={names('key')} aria-hidden="true">
            {index + 1}
          </kbd>
        </label>
      ))}
      <label className={names('choice', chosen.isOther && 'mod-chosen')}>
        <input
          type={type}
          name={id}
          checked={chosen.isOther}
          onChange={() => onChange(toggleOther(chosen, choice.isMultiple))}
        />
        <span className={names('choice-text')}>
          <span className={names('choice-label')}>{trans.__('Other')}</span>
          {chosen.isOther ? (
            <input
              type="text"
              className={names('input')}
              aria-label={trans.__('Your own answer')}
              placeholder={trans.__('Your own answer')}
              value={chosen.other}
              onChange={event => onChange({ ...chosen, other: event.target.value })}
            />
          ) : null}
        </span>
        <kbd className={names('key')} aria-hidden="true">
          {choice.options.length + 1}
        </kbd>
      </label>
    </fieldset>
  );
}
