import type { ReactElement } from 'react';
import type { Session, Workflow } from '../../wire/wire';
import { names } from '../parts/classes';
import { Icon } from '../parts/icon';
import { workflowHint, workflowLabel } from '../phases';
import { useTrans, type Translator } from '../services';

interface Props {
  session: Session;
  /** A prompt of the tour. */
  example: string | null;
  onPick: ((text: string) => void) | undefined;
}

/** A conversation that has not begun: what will happen, and how one may begin. */
export function Welcome({ session, example, onPick }: Props): ReactElement {
  const trans = useTrans();
  const prompts = example
    ? [example, ...examples(session.workflow, trans).slice(0, 2)]
    : examples(session.workflow, trans);
  return (
    <div className={names('welcome')}>
      <div className={names('welcome-body')}>
        <h3>{trans.__('What should be done?')}</h3>
        <p>
          {trans.__(
            'Claude works in this worktree, on its own branch. Your other work is not touched, and it asks before anything that matters.'
          )}
        </p>
        <p className={names('welcome-workflow')}>
          <Icon name="tool" />
          <span>
            <b>{workflowLabel(session.workflow, trans)}</b> · {workflowHint(session.workflow, trans)}
          </span>
        </p>
        {onPick ? (
          <ul className={names('welcome-prompts')}>
            {prompts.map(prompt => (
              <li key={prompt}>
                <button type="button" className={names('prompt')} onClick={() => onPick(prompt)}>
                  <span>{prompt}</span>
                  <Icon name="chevron" />
                </button>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </div>
  );
}

function examples(workflow: Workflow, trans: Translator): string[] {
  switch (workflow) {
    case 'feature':
      return [
        trans.__('Add a command line option for … and a test for it'),
        trans.__('Make … configurable, with today’s behaviour as the default'),
        trans.__('Write the notebook that shows how … is used')
      ];
    case 'bugfix':
      return [
        trans.__('This test fails about one run in ten: … Find the cause, not the symptom'),
        trans.__('This traceback came from a user: … Reproduce it first'),
        trans.__('The result of … is wrong for empty input')
      ];
    case 'explore':
      return [
        trans.__('Explain how this repository is organised, with the five files to read first'),
        trans.__('Where does the time go when … runs?'),
        trans.__('What would break if … changed?')
      ];
    case 'followup':
      return [
        trans.__('Read the branch’s changes and say what is missing before it can be merged'),
        trans.__('Address the review comments'),
        trans.__('Bring the branch up to date and mend what broke')
      ];
  }
}
