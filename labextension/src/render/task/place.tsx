import type { ReactElement } from 'react';
import type { Branch } from '../../wire/wire';
import { names } from '../parts/classes';
import { Disclosure } from '../parts/disclosure';
import { Select } from '../parts/field';
import { useTrans } from '../services';
import type { Place, TaskDraft } from './draft';

interface Props {
  draft: TaskDraft;
  branches: Branch[] | null;
  onChange(change: Partial<TaskDraft>): void;
}

/** For those who have begun already: a branch or a worktree that exists. */
export function WorkPlace({ draft, branches, onChange }: Props): ReactElement {
  const trans = useTrans();
  const { place, branch, path } = draft;
  const free = (branches ?? []).filter(choice => choice.checked_out_at === null);
  const first = { value: '', label: branches ? trans.__('Choose a branch…') : trans.__('Reading the branches…') };
  const labels: Record<Place, string> = {
    new: trans.__('A new branch in a new worktree'),
    branch: trans.__('A branch that exists'),
    worktree: trans.__('A worktree that exists')
  };
  const choice = (value: Place): ReactElement => (
    <label className={names('choice', value === place && 'mod-chosen')}>
      <input type="radio" name="place" checked={value === place} onChange={() => onChange({ place: value })} />
      <span className={names('choice-text')}>{labels[value]}</span>
    </label>
  );
  return (
    <Disclosure
      className={names('form-more')}
      head={<span>{trans.__('Existing branch or worktree')}</span>}
      isOpenAtFirst={place !== 'new'}
    >
      {() => (
        <fieldset className={names('choices')}>
          <legend className={names('hidden')}>{trans.__('Where the work happens')}</legend>
          {choice('new')}
          {choice('branch')}
          {place === 'branch' ? (
            <Select
              label={trans.__('Branch')}
              value={branch}
              options={[first, ...free.map(({ name }) => ({ value: name, label: name }))]}
              onChange={value => onChange({ branch: value })}
            />
          ) : null}
          {choice('worktree')}
          {place === 'worktree' ? (
            <input
              type="text"
              className={names('input')}
              aria-label={trans.__('Folder of the worktree')}
              placeholder={trans.__('Folder of the worktree')}
              value={path}
              onChange={event => onChange({ path: event.target.value })}
            />
          ) : null}
        </fieldset>
      )}
    </Disclosure>
  );
}
