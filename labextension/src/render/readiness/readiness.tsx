import type { ReactElement } from 'react';
import type { Health, HealthCheck } from '../../wire/wire';
import { Button, IconButton } from '../parts/button';
import { names } from '../parts/classes';
import { CopyButton } from '../parts/copy';
import { Icon, type IconName } from '../parts/icon';
import { Skeleton } from '../parts/progress';
import { useServices } from '../services';

interface Props {
  health: Health | null;
  onCheck?: (() => void) | undefined;
  onTour?: (() => void) | undefined;
}

const ICONS: Record<HealthCheck['status'], IconName> = { ok: 'check', degraded: 'warning', error: 'close' };
const ORDER: HealthCheck['status'][] = ['error', 'degraded', 'ok'];

/** What is there and what is missing, each with the one command that mends it. */
export function Readiness({ health, onCheck, onTour }: Props): ReactElement {
  const { trans } = useServices();
  const checks = Object.entries(health?.checks ?? {}).sort(
    ([, one], [, other]) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status)
  );
  return (
    <section className={names('readiness')} aria-label={trans.__('Readiness')}>
      {health ? (
        <ul>
          {checks.map(([name, check]) => (
            <Check key={name} name={name} check={check} />
          ))}
        </ul>
      ) : (
        <Skeleton lines={4} label={trans.__('Checking what is installed')} />
      )}
      <div className={names('readiness-actions')}>
        {onTour ? (
          <Button icon="play" onClick={onTour}>
            {trans.__('Try the tour, no account needed')}
          </Button>
        ) : null}
        {onCheck ? (
          <Button look="quiet" icon="retry" onClick={onCheck}>
            {trans.__('Check again')}
          </Button>
        ) : null}
      </div>
    </section>
  );
}

function Check({ name, check }: { name: string; check: HealthCheck }): ReactElement {
  const { trans, openTerminal } = useServices();
  const label: Record<HealthCheck['status'], string> = {
    ok: trans.__('ready'),
    degraded: trans.__('not needed for a start'),
    error: trans.__('missing')
  };
  const status = check.status === 'error' && !check.required ? 'degraded' : check.status;
  return (
    <li className={names('check', `mod-${status}`)}>
      <Icon name={ICONS[status]} label={label[status]} />
      <div className={names('check-body')}>
        <div>
          {check.message.toLowerCase().startsWith(name.toLowerCase()) ? null : <span className={names('check-name')}>{name}</span>}{' '}
          <span className={names('check-message')}>{check.message}</span>
        </div>
        {check.fix && check.status !== 'ok' ? (
          <div className={names('command')}>
            <code>{check.fix}</code>
            <CopyButton text={check.fix} label={trans.__('Copy the command')} />
            {openTerminal ? (
              <IconButton
                icon="terminal"
                label={trans.__('Open a terminal for it')}
                onClick={() => openTerminal(check.fix ?? '')}
              />
            ) : null}
          </div>
        ) : null}
      </div>
    </li>
  );
}
