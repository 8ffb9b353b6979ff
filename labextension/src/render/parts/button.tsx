import { forwardRef, type ButtonHTMLAttributes, type ReactElement, type ReactNode } from 'react';
import { names } from './classes';
import { Icon, type IconName } from './icon';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'type'>;

interface Props extends Native {
  look?: 'plain' | 'primary' | 'quiet' | 'danger';
  size?: 'normal' | 'small';
  icon?: IconName;
  /** A key that does the same, shown beside the label. */
  shortcut?: string;
  isBusy?: boolean;
  type?: 'button' | 'submit';
  children?: ReactNode;
}

/** A button with a label. */
export const Button = forwardRef<HTMLButtonElement, Props>(function Button(
  { look = 'plain', size = 'normal', icon, shortcut, isBusy = false, disabled, children, type = 'button', ...rest },
  ref
) {
  return (
    <button
      {...rest}
      ref={ref}
      type={type}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy || undefined}
      className={names('button', `mod-${look}`, size === 'small' && 'mod-small')}
    >
      {isBusy ? <span className={names('spinner')} aria-hidden="true" /> : icon ? <Icon name={icon} /> : null}
      {children}
      {shortcut ? (
        <kbd className={names('key')} aria-hidden="true">
          {shortcut}
        </kbd>
      ) : null}
    </button>
  );
});

interface IconButtonProps extends Native {
  icon: IconName;
  label: string;
  look?: 'quiet' | 'primary';
}

/** A button that is only a drawing; its label is read and shown as a tooltip. */
export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(
  { icon, label, look = 'quiet', ...rest },
  ref
): ReactElement {
  return (
    <button
      {...rest}
      ref={ref}
      type="button"
      className={names('icon-button', `mod-${look}`)}
      aria-label={label}
      title={rest.title ?? label}
    >
      <Icon name={icon} />
    </button>
  );
});
