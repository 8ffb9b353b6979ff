import { useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent, type ReactElement } from 'react';
import { basename } from '../../state/format';
import type { AddProject as AddProjectBody, PathCompletion } from '../../wire/wire';
import { Button } from '../parts/button';
import { Chip } from '../parts/chip';
import { names } from '../parts/classes';
import { Field } from '../parts/field';
import { Icon } from '../parts/icon';
import { useTrans } from '../services';

export interface AddProjectProps {
  /** Folders that begin with what is typed. */
  complete(prefix: string): Promise<PathCompletion[]>;
  /** Adds the project. Rejects with a sentence for people, shown at the field. */
  onAdd(project: AddProjectBody): Promise<void>;
  onCancel(): void;
  path?: string;
}

/** Adds a repository by its path, completed as one types. */
export function AddProject({ complete, onAdd, onCancel, path: given = '' }: AddProjectProps): ReactElement {
  const trans = useTrans();
  const [path, setPath] = useState(given);
  const [name, setName] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const found = useCompletions(path, complete);
  const field = useRef<HTMLInputElement>(null);
  const listId = useId();
  useEffect(() => field.current?.focus(), []);
  const isListed = isOpen && found.length > 0;
  const take = (completion: PathCompletion): void => {
    // A repository is the end of the way; any other folder is one step on it.
    setPath(completion.is_repository ? completion.path : `${completion.path.replace(/\/$/, '')}/`);
    setOpen(!completion.is_repository);
    setActive(-1);
    field.current?.focus();
  };
  const add = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onAdd({ repo_path: path.trim(), name: name?.trim() || null });
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const chosen = isListed ? found[active] : undefined;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive(found.length === 0 ? -1 : (Math.max(active, step < 0 ? 0 : -1) + step + found.length) % found.length);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && chosen && !event.nativeEvent.isComposing) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === 'Escape' && isListed) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };
  return (
    <form
      className={names('form')}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void add();
      }}
    >
      <Field
        label={trans.__('Repository')}
        error={error}
        hint={trans.__('A folder on this machine with a git repository. ~ is your home folder.')}
      >
        {ids => (
          <div className={names('complete')}>
            <input
              {...ids}
              ref={field}
              type="text"
              role="combobox"
              aria-expanded={isListed}
              aria-controls={isListed ? listId : undefined}
              aria-activedescendant={isListed && active >= 0 ? `${listId}-${active}` : undefined}
              aria-autocomplete="list"
              autoComplete="off"
              spellCheck={false}
              className={names('input', 'mono')}
              placeholder="~/code/my-project"
              value={path}
              onChange={event => {
                setPath(event.target.value);
                setOpen(true);
                setActive(-1);
                setError(null);
              }}
              onFocus={() => setOpen(true)}
              onBlur={() => setOpen(false)}
              onKeyDown={onKeyDown}
            />
            {isListed ? (
              <ul id={listId} role="listbox" aria-label={trans.__('Folders')} className={names('suggestions')}>
                {found.map((completion, index) => (
                  <li
                    key={completion.path}
                    id={`${listId}-${index}`}
                    role="option"
                    aria-selected={index === active}
                    className={names('suggestion', index === active && 'mod-active')}
                    onPointerDown={event => {
                      event.preventDefault();
                      take(completion);
                    }}
                  >
                    <Icon name={completion.is_repository ? 'branch' : 'folder'} />
                    <span className={names('suggestion-value')}>{completion.path}</span>
                    {completion.is_repository ? <Chip tone="ok">{trans.__('repository')}</Chip> : null}
                  </li>
                ))}
              </ul>
            ) : null}
          </div>
        )}
      </Field>
      <Field label={trans.__('Name')}>
        {ids => (
          <input
            {...ids}
            type="text"
            className={names('input')}
            maxLength={200}
            value={name ?? (path ? basename(path).replace(/^~$/, '') : '')}
            onChange={event => setName(event.target.value)}
          />
        )}
      </Field>
      <div className={names('form-actions')}>
        <Button type="submit" look="primary" isBusy={isBusy} disabled={path.trim() === ''}>
          {trans.__('Add project')}
        </Button>
        <Button disabled={isBusy} onClick={onCancel}>
          {trans.__('Cancel')}
        </Button>
      </div>
    </form>
  );
}

function useCompletions(path: string, complete: (prefix: string) => Promise<PathCompletion[]>): PathCompletion[] {
  const [found, setFound] = useState<PathCompletion[]>([]);
  useEffect(() => {
    let isStale = false;
    const timer = setTimeout(() => {
      // A list that cannot be had is no reason to disturb the person who types.
      void complete(path).then(
        list => isStale || setFound(list.slice(0, 50)),
        () => isStale || setFound([])
      );
    }, 100);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [path, complete]);
  return found;
}
