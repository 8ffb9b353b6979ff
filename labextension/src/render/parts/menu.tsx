import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { names } from './classes';
import { Icon, type IconName } from './icon';

export interface MenuItem {
  label: string;
  /** A second, quieter line. */
  hint?: string;
  icon?: IconName;
  /** A choice among others: true or false draws a check or its room. */
  isChecked?: boolean;
  isDisabled?: boolean;
  isDanger?: boolean;
  onSelect(): void;
}

interface Props {
  /** What is written on the button. */
  button: ReactNode;
  label: string;
  items: (MenuItem | 'separator')[];
  align?: 'start' | 'end';
  opens?: 'down' | 'up';
  /** `button` as a drawing alone, without a frame and an arrow. */
  isBare?: boolean;
  className?: string;
}

/** A button with a menu (WAI-ARIA menu button): arrows move, Home and End jump, letters find, Escape closes. */
export function Menu({
  button,
  label,
  items,
  align = 'start',
  opens = 'down',
  isBare = false,
  className = ''
}: Props): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = (refocus: boolean): void => {
    setOpen(false);
    if (refocus) {
      root.current?.querySelector('button')?.focus();
    }
  };
  useOutside(root, isOpen, () => setOpen(false));
  useEffect(() => {
    if (isOpen) {
      const list = root.current?.querySelector('[role=menu]');
      (list?.querySelector<HTMLElement>('[aria-checked=true]') ?? list?.querySelector<HTMLElement>('button'))?.focus();
    }
  }, [isOpen]);
  return (
    <div className={`${names('menu-root', `mod-${align}`, `mod-${opens}`)} ${className}`} ref={root}>
      <button
        type="button"
        className={names(isBare ? 'icon-button' : 'picker')}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={event => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setOpen(true);
          }
        }}
      >
        {button}
        {isBare ? null : <Icon name="chevron" className={names('picker-arrow')} />}
      </button>
      {isOpen ? (
        <div
          id={id}
          role="menu"
          aria-label={label}
          className={names('menu')}
          onKeyDown={event => onMenuKey(event, close)}
        >
          {items.map((item, index) =>
            item === 'separator' ? (
              <div key={index} role="separator" className={names('menu-separator')} />
            ) : (
              <Entry key={index} item={item} close={close} />
            )
          )}
        </div>
      ) : null}
    </div>
  );
}

function Entry({ item, close }: { item: MenuItem; close: (refocus: boolean) => void }): ReactElement {
  const isChoice = item.isChecked !== undefined;
  const select = (): void => {
    close(true);
    item.onSelect();
  };
  return (
    <button
      type="button"
      role={isChoice ? 'menuitemradio' : 'menuitem'}
      aria-checked={isChoice ? item.isChecked : undefined}
      tabIndex={-1}
      disabled={item.isDisabled}
      className={names('menu-item', item.isDanger === true && 'mod-danger')}
      onClick={select}
    >
      {isChoice ? <span className={names('menu-check')}>{item.isChecked ? <Icon name="check" /> : null}</span> : null}
      {item.icon ? <Icon name={item.icon} /> : null}
      <span className={names('menu-text')}>
        <span className={names('menu-label')}>{item.label}</span>
        {item.hint ? <span className={names('menu-hint')}>{item.hint}</span> : null}
      </span>
    </button>
  );
}

function onMenuKey(event: KeyboardEvent<HTMLElement>, close: (refocus: boolean) => void): void {
  if (event.key === 'Escape' || event.key === 'Tab') {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
    }
    close(event.key === 'Escape');
    return;
  }
  const entries = [...event.currentTarget.querySelectorAll<HTMLElement>('button:not(:disabled)')];
  const at = entries.indexOf(document.activeElement as HTMLElement);
  const next = rove(event.key, at, entries.length, letter =>
    entries.findIndex((entry, index) => startsWith(entry, letter) && index > at)
  );
  if (next !== null) {
    event.preventDefault();
    event.stopPropagation();
    entries[next]?.focus();
  }
}

const startsWith = (entry: HTMLElement, letter: string): boolean =>
  (entry.querySelector(`.${names('menu-label')}`)?.textContent ?? '').toLowerCase().startsWith(letter.toLowerCase());

/** Where a key moves in a list of `count`; null when it does not. */
export function rove(key: string, at: number, count: number, find?: (letter: string) => number): number | null {
  switch (key) {
    case 'ArrowDown':
      return at < 0 ? 0 : (at + 1) % count;
    case 'ArrowUp':
      return at < 0 ? count - 1 : (at - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default: {
      const found = key.length === 1 && key !== ' ' && find ? find(key) : -1;
      return found >= 0 ? found : null;
    }
  }
}

/** Calls back when the pointer or the focus goes elsewhere. */
export function useOutside(root: { current: HTMLElement | null }, isActive: boolean, callback: () => void): void {
  useEffect(() => {
    if (!isActive) {
      return;
    }
    const onEvent = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) {
        callback();
      }
    };
    document.addEventListener('pointerdown', onEvent, true);
    document.addEventListener('focusin', onEvent, true);
    return () => {
      document.removeEventListener('pointerdown', onEvent, true);
      document.removeEventListener('focusin', onEvent, true);
    };
  });
}
