import { useEffect, useState, type ReactElement } from 'react';
import { useServices } from '../services';
import { IconButton } from './button';

/** Copies a text, and says for a moment whether it did. */
export function CopyButton({ text, label }: { text: string; label?: string }): ReactElement {
  const { copy, trans } = useServices();
  const [outcome, setOutcome] = useState<'copied' | 'refused' | null>(null);
  useEffect(() => {
    const timer = outcome ? setTimeout(() => setOutcome(null), 1500) : undefined;
    return () => clearTimeout(timer);
  }, [outcome]);
  const onClick = (): void =>
    void Promise.resolve(copy(text)).then(
      () => setOutcome('copied'),
      () => setOutcome('refused')
    );
  switch (outcome) {
    case 'copied':
      return <IconButton icon="check" label={trans.__('Copied')} onClick={onClick} />;
    case 'refused':
      return <IconButton icon="close" label={trans.__('The browser does not allow copying here')} onClick={onClick} />;
    case null:
      return <IconButton icon="copy" label={label ?? trans.__('Copy')} onClick={onClick} />;
  }
}
