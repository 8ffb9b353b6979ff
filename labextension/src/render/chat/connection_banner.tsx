import { useEffect, useState, type ReactElement } from 'react';
import type { Connection } from '../../wire/source';
import { Banner } from '../parts/banner';
import { Button } from '../parts/button';
import { Countdown } from '../parts/time';
import { useTrans } from '../services';

/** A connection that comes within this time is not worth a word. */
const PATIENCE_MS = 800;

/** Says when the server cannot be reached, since when nothing new is shown, and when it is tried again. */
export function ConnectionBanner({
  connection,
  reconnect
}: {
  connection: Connection;
  reconnect: (() => void) | undefined;
}): ReactElement | null {
  const trans = useTrans();
  const isLate = useLate(connection.state === 'connecting');
  switch (connection.state) {
    case 'open':
      return null;
    case 'connecting':
      return isLate ? <Banner tone="info" title={trans.__('Connecting…')} /> : null;
    case 'reconnecting':
      return (
        <Banner
          tone="warn"
          title={
            <>
              {trans.__('Connection lost. Next attempt in')} <Countdown until={connection.retry_at} />
            </>
          }
          actions={
            reconnect ? (
              <Button size="small" icon="retry" onClick={reconnect}>
                {trans.__('Try now')}
              </Button>
            ) : null
          }
        >
          {trans.__('Claude works on; what it does meanwhile is shown here afterwards.')}
        </Banner>
      );
    case 'offline':
      return <Banner tone="info" title={connection.reason} />;
  }
}

function useLate(isWaiting: boolean): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    const timer = isWaiting ? setTimeout(() => setLate(true), PATIENCE_MS) : undefined;
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return isLate && isWaiting;
}
