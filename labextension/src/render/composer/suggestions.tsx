import { useEffect, useMemo, useState, type ReactElement } from 'react';
import type { SlashCommand } from '../../wire/wire';
import { names } from '../parts/classes';
import { Icon } from '../parts/icon';
import { useServices, useTrans } from '../services';
import { matchCommands, type Trigger } from './suggest';

export interface Suggestion {
  value: string;
  hint: string;
}

/** What can be taken for the word that is being typed. Files are asked for only while one types `@`. */
export function useSuggestions(trigger: Trigger | null, commands: readonly SlashCommand[]): Suggestion[] {
  const { completeFile } = useServices();
  const [files, setFiles] = useState<string[]>([]);
  const kind = trigger?.kind;
  const query = trigger?.query ?? '';
  useEffect(() => {
    if (kind !== 'file' || !completeFile) {
      setFiles([]);
      return;
    }
    let isStale = false;
    const timer = setTimeout(() => {
      // A list that cannot be had is no reason to disturb the person who types.
      void completeFile(query).then(
        found => isStale || setFiles(found.slice(0, 50)),
        () => isStale || setFiles([])
      );
    }, 80);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [kind, query, completeFile]);
  return useMemo(() => {
    if (kind === 'command') {
      return matchCommands(commands, query).map(({ name, description, argument_hint }) => ({
        value: name,
        hint: [argument_hint, description].filter(Boolean).join('  ')
      }));
    }
    return kind === 'file' ? files.map(value => ({ value, hint: '' })) : [];
  }, [kind, query, commands, files]);
}

interface Props {
  id: string;
  kind: 'command' | 'file';
  suggestions: Suggestion[];
  active: number;
  onTake(index: number): void;
}

/** The list above the composer (WAI-ARIA combobox): the focus stays in the text. */
export function Suggestions({ id, kind, suggestions, active, onTake }: Props): ReactElement {
  const trans = useTrans();
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, active]);
  return (
    <ul
      id={id}
      role="listbox"
      aria-label={kind === 'command' ? trans.__('Commands') : trans.__('Files')}
      className={names('suggestions')}
    >
      {suggestions.map(({ value, hint }, index) => (
        <li
          key={value}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          className={names('suggestion', index === active && 'mod-active')}
          onPointerDown={event => {
            event.preventDefault();
            onTake(index);
          }}
        >
          <Icon name={kind === 'command' ? 'terminal' : 'file'} />
          <span className={names('suggestion-value')}>{kind === 'command' ? `/${value}` : value}</span>
          <span className={names('suggestion-hint')}>{hint}</span>
        </li>
      ))}
    </ul>
  );
}
