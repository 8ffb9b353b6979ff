import type { ReactElement } from 'react';
import { records, text } from '../../state/tools';
import { names } from '../parts/classes';
import { Icon } from '../parts/icon';
import { useTrans } from '../services';

/** The agent's own list of what is to be done. */
export function Todos({ input }: { input: Record<string, unknown> }): ReactElement {
  const trans = useTrans();
  const todos = records(input, 'todos');
  const label: Record<string, string> = {
    completed: trans.__('done'),
    in_progress: trans.__('in progress'),
    pending: trans.__('to do')
  };
  return (
    <ul className={names('todos')}>
      {todos.map((todo, index) => {
        const status = text(todo, 'status');
        const isNow = status === 'in_progress';
        return (
          <li key={index} className={names('todo', status === 'completed' && 'mod-done', isNow && 'mod-now')}>
            <span className={names('todo-box')} role="img" aria-label={label[status] ?? status}>
              {status === 'completed' ? <Icon name="check" /> : null}
            </span>
            <span>{(isNow && text(todo, 'activeForm')) || text(todo, 'content')}</span>
          </li>
        );
      })}
    </ul>
  );
}
