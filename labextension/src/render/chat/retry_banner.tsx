import { useMemo, type ReactElement } from 'react';
import type { Retry } from '../../state/transcript';
import { Banner } from '../parts/banner';
import { Countdown } from '../parts/time';
import { useServices, type Translator } from '../services';

/** The API did not answer; Claude Code tries again by itself. */
export function RetryBanner({ retry }: { retry: Retry | null }): ReactElement | null {
  const { trans, now } = useServices();
  const until = useMemo(() => (retry ? now() + retry.delay_ms : 0), [retry, now]);
  if (!retry) {
    return null;
  }
  const attempt = retry.max_attempts
    ? trans.__('attempt %1 of %2', retry.attempt, retry.max_attempts)
    : trans.__('attempt %1', retry.attempt);
  return (
    <Banner
      tone="warn"
      title={
        <>
          {reason(retry, trans)} {trans.__('Trying again in')} <Countdown until={until} /> <span>({attempt})</span>
        </>
      }
    />
  );
}

function reason({ status, reason: code }: Retry, trans: Translator): string {
  if (code === 'factory_rate_limit') {
    return trans.__('Many prompts at once: this one waits for its turn.');
  }
  switch (status) {
    case null:
      return trans.__('Claude could not be reached.');
    case 401:
    case 403:
      return trans.__('Claude refused the login.');
    case 429:
      return trans.__('The usage limit is reached.');
    case 529:
      return trans.__('Claude is overloaded.');
    default:
      return trans.__('Claude’s servers failed (%1).', status);
  }
}
