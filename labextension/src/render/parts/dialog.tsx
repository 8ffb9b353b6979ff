import { useEffect, useId, useRef, type ReactElement, type ReactNode } from 'react';
import { useTrans } from '../services';
import { IconButton } from './button';
import { names } from './classes';

interface Props {
  title: string;
  children: ReactNode;
  footer?: ReactNode;
  onClose(): void;
}

/** A modal dialog: the browser's own, which keeps the focus inside and closes on Escape. */
export function Dialog({ title, children, footer, onClose }: Props): ReactElement {
  const trans = useTrans();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // Which by itself focuses the first thing in it: the button that closes.
    dialog.current?.querySelector<HTMLElement>('textarea, input, select')?.focus();
    return () => {
      if (before instanceof HTMLElement) {
        before.focus();
      }
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={names('dialog')}
      aria-labelledby={id}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className={names('dialog-head')}>
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={trans.__('Close')} onClick={onClose} />
      </header>
      <div className={names('dialog-body')}>{children}</div>
      {footer ? <footer className={names('dialog-foot')}>{footer}</footer> : null}
    </dialog>
  );
}
