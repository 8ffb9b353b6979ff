import { useEffect, useRef, useState, type ReactElement, type ReactNode, type SyntheticEvent } from 'react';
import { names } from '../parts/classes';
import { Icon, type IconName } from '../parts/icon';
import { RelativeTime } from '../parts/time';
import { useTrans } from '../services';

/** A card that has just appeared takes no answer for so long: what was meant for the one before must not hit it. */
export const INERT_MS = 500;

interface Props {
  icon: IconName;
  title: ReactNode;
  askedAt: string;
  /** How many more wait behind it. */
  waiting: number;
  error: string | null;
  children: ReactNode;
  footer: ReactNode;
  /** A digit was typed while the card, but no text field, had the focus: counted from 1. */
  onNumber?(number: number): void;
}

/** Something that waits for a person. It never takes the focus, and is never answered for the person. */
export function QuestionCard({
  icon,
  title,
  askedAt,
  waiting,
  error,
  children,
  footer,
  onNumber
}: Props): ReactElement {
  const trans = useTrans();
  const isInert = useInert();
  const card = useRef<HTMLElement>(null);
  const guard = (event: SyntheticEvent): void => {
    if (isInert) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <section
      ref={card}
      className={names('question', isInert && 'mod-inert')}
      aria-label={trans.__('Claude waits for you')}
      tabIndex={-1}
      data-question=""
      onClickCapture={guard}
      onKeyDownCapture={event => {
        if (event.key !== 'Tab' && event.key !== 'Escape') {
          guard(event);
        }
      }}
      onKeyDown={event => {
        const isTyping = (event.target as HTMLElement).matches('textarea, input[type=text]');
        if (!isTyping && /^[1-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
          event.preventDefault();
          onNumber?.(Number(event.key));
        }
      }}
    >
      <header className={names('question-head')}>
        <Icon name={icon} />
        <h3 className={names('question-title')}>{title}</h3>
        <span className={names('question-meta')}>
          {waiting > 0 ? <span>{trans._n('%1 more waiting', '%1 more waiting', waiting)} · </span> : null}
          <RelativeTime at={askedAt} />
        </span>
      </header>
      <div className={names('question-body')}>{children}</div>
      {error ? (
        <p className={names('question-error')} role="alert">
          {error}
        </p>
      ) : null}
      <footer className={names('question-foot')}>{footer}</footer>
    </section>
  );
}

function useInert(): boolean {
  const [isInert, setInert] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setInert(false), INERT_MS);
    return () => clearTimeout(timer);
  }, []);
  return isInert;
}
