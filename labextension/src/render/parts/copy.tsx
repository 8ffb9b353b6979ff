import { useEffect, useState, type ReactElement } from 'react';
import { useServices } from '../services';
import { IconButton } from './button';

/** Copies a text, and says for a moment that it did. */
export function CopyButton({ text, label }: { text: string; label?: string }): ReactElement {
  const { copy, trans } = useServices();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    const timer = isCopied ? setTimeout(() => setCopied(false), 1500) : undefined;
    return () => clearTimeout(timer);
  }, [isCopied]);
  const onClick = (): void => void Promise.resolve(copy(text)).then(() => setCopied(true));
  return (
    <IconButton
      icon={isCopied ? 'check' : 'copy'}
      label={isCopied ? trans.__('Copied') : (label ?? trans.__('Copy'))}
      onClick={onClick}
    />
  );
}
