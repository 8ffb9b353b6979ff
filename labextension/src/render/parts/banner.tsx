import type { ReactElement, ReactNode } from 'react';
import { names } from './classes';
import { Icon, type IconName } from './icon';

const ICONS: Record<'info' | 'warn' | 'error' | 'ok', IconName> = {
  info: 'info',
  warn: 'warning',
  error: 'error',
  ok: 'check'
};

interface Props {
  tone: 'info' | 'warn' | 'error' | 'ok';
  title: ReactNode;
  /** What is safe, and what to do. */
  children?: ReactNode;
  actions?: ReactNode;
  isLoud?: boolean;
}

/** What happened, what is safe, what to do. `isLoud` interrupts a screen reader. */
export function Banner({ tone, title, children, actions, isLoud = false }: Props): ReactElement {
  return (
    <div className={names('banner', `mod-${tone}`)} role={isLoud ? 'alert' : 'status'}>
      <Icon name={ICONS[tone]} />
      <div className={names('banner-body')}>
        <div className={names('banner-title')}>{title}</div>
        {children ? <div className={names('banner-text')}>{children}</div> : null}
      </div>
      {actions ? <div className={names('banner-actions')}>{actions}</div> : null}
    </div>
  );
}

/** A place with nothing in it yet, that says what belongs there and how it comes. */
export function Empty({
  icon,
  title,
  children,
  actions
}: {
  icon?: IconName;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}): ReactElement {
  return (
    <div className={names('empty')}>
      {icon ? <Icon name={icon} /> : null}
      <div className={names('empty-title')}>{title}</div>
      {children ? <div className={names('empty-text')}>{children}</div> : null}
      {actions ? <div className={names('empty-actions')}>{actions}</div> : null}
    </div>
  );
}
