import { useId, useState, type ReactElement, type ReactNode } from 'react';
import { names } from './classes';
import { Icon } from './icon';

interface Props {
  /** Always visible; the whole line opens and closes. */
  head: ReactNode;
  /** Drawn only while open. */
  children: () => ReactNode;
  isOpenAtFirst?: boolean;
  /** Beside the head, outside of the button. */
  actions?: ReactNode;
  className?: string;
  hasBody?: boolean;
}

/** A line that opens. What the person chose stays until the line is gone. */
export function Disclosure({
  head,
  children,
  isOpenAtFirst = false,
  actions,
  className = '',
  hasBody = true
}: Props): ReactElement {
  const [chosen, choose] = useState<boolean | null>(null);
  const id = useId();
  const isOpen = hasBody && (chosen ?? isOpenAtFirst);
  return (
    <div className={`${names('disclosure', isOpen && 'mod-open')} ${className}`}>
      <div className={names('disclosure-head')}>
        {hasBody ? (
          <button
            type="button"
            className={names('disclosure-button')}
            aria-expanded={isOpen}
            aria-controls={isOpen ? id : undefined}
            onClick={() => choose(!isOpen)}
          >
            {head}
            <Icon name="chevron" className={names('disclosure-chevron')} />
          </button>
        ) : (
          <div className={names('disclosure-button')}>{head}</div>
        )}
        {actions}
      </div>
      {isOpen ? (
        <div id={id} className={names('disclosure-body')}>
          {children()}
        </div>
      ) : null}
    </div>
  );
}
