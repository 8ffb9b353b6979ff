import { useState, type ReactElement } from 'react';
import { isProvisioning } from '../../state/workspaces';
import { duration } from '../../state/format';
import type { InitStep, Workspace } from '../../wire/wire';
import { Banner } from '../parts/banner';
import { Button } from '../parts/button';
import { names } from '../parts/classes';
import { Code } from '../parts/code';
import { Icon, type IconName } from '../parts/icon';
import { Progress } from '../parts/progress';
import { Elapsed } from '../parts/time';
import { useTrans, type Translator } from '../services';

export interface ProvisioningProps {
  workspace: Workspace;
  /** How often a failed set-up may be tried again. */
  maxRetries?: number;
  /** Each rejects with a sentence for people. */
  onRetry?(): Promise<void>;
  onSkip?(): Promise<void>;
  onCancel?(): Promise<void>;
}

/** How a workspace is being made: steps with times, the end of the log, and what can be done when it fails. */
export function Provisioning({
  workspace,
  maxRetries = 3,
  onRetry,
  onSkip,
  onCancel
}: ProvisioningProps): ReactElement {
  const trans = useTrans();
  const { init, status, name } = workspace;
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const run = (key: string, action: () => Promise<void>): void => {
    setBusy(key);
    setError(null);
    action()
      .catch((reason: unknown) => setError(reason instanceof Error ? reason.message : String(reason)))
      .finally(() => setBusy(null));
  };
  const isRunning = isProvisioning(workspace);
  const hasFailed = status === 'FAILED';
  const isSetup = init.steps.some(
    step => step.name === 'setup' && (step.state === 'running' || step.state === 'failed')
  );
  const canRetry = hasFailed && onRetry !== undefined && init.retry_count < maxRetries;
  return (
    <section className={names('provisioning')} aria-label={trans.__('Setting up %1', name)}>
      <header className={names('provisioning-head')}>
        <h3>
          {hasFailed
            ? trans.__('Set-up has failed')
            : isRunning
              ? trans.__('Setting up the worktree')
              : trans.__('The worktree is ready')}
        </h3>
        {isRunning && init.started_at ? (
          <span className={names('faint')}>
            <Elapsed since={init.started_at} />
          </span>
        ) : null}
      </header>
      {isRunning ? <Progress value={init.progress || null} label={trans.__('Setting up %1', name)} /> : null}
      <ol className={names('steps')}>
        {init.steps.map(step => (
          <Step key={step.name} step={step} />
        ))}
      </ol>
      {init.log_tail.trim() ? (
        <Code
          text={init.log_tail}
          label={trans.__('Log of the set-up')}
          lines={10}
          isTail
          tone={hasFailed ? 'error' : 'plain'}
        />
      ) : null}
      {hasFailed ? (
        <Banner tone="error" isLoud title={init.error ?? trans.__('No reason is known.')}>
          {trans.__('The agent has not started. Your prompt is kept and is sent when the worktree is ready.')}
          {canRetry || init.retry_count === 0 ? null : ` ${trans.__('It was tried %1 times.', init.retry_count)}`}
        </Banner>
      ) : null}
      {error ? (
        <p className={names('form-error')} role="alert">
          {error}
        </p>
      ) : null}
      {isRunning || hasFailed ? (
        <div className={names('form-actions')}>
          {canRetry ? (
            <Button look="primary" icon="retry" isBusy={busy === 'retry'} onClick={() => run('retry', onRetry)}>
              {trans.__('Try again')}
            </Button>
          ) : null}
          {isSetup && onSkip ? (
            <Button isBusy={busy === 'skip'} onClick={() => run('skip', onSkip)}>
              {trans.__('Skip the set-up script')}
            </Button>
          ) : null}
          {isRunning && onCancel ? (
            <Button isBusy={busy === 'cancel'} onClick={() => run('cancel', onCancel)}>
              {trans.__('Cancel')}
            </Button>
          ) : null}
        </div>
      ) : null}
      {isRunning ? (
        <p className={names('faint')}>
          {trans.__('The agent starts when this has ended. Messages that you write now wait for it.')}
        </p>
      ) : null}
    </section>
  );
}

const ICONS: Record<InitStep['state'], IconName | null> = {
  pending: null,
  running: null,
  done: 'check',
  skipped: 'minus',
  failed: 'close'
};

function Step({ step }: { step: InitStep }): ReactElement {
  const trans = useTrans();
  const icon = ICONS[step.state];
  const label: Record<InitStep['state'], string> = {
    pending: trans.__('to come'),
    running: trans.__('running'),
    done: trans.__('done'),
    skipped: trans.__('skipped'),
    failed: trans.__('failed')
  };
  return (
    <li className={names('step', `mod-${step.state}`)}>
      <span className={names('step-icon')}>
        {icon ? (
          <Icon name={icon} label={label[step.state]} />
        ) : (
          <span
            className={names(step.state === 'running' ? 'spinner' : 'step-dot')}
            role="img"
            aria-label={label[step.state]}
          />
        )}
      </span>
      <span className={names('step-name')}>{stepLabel(step.name, trans)}</span>
      <span className={names('step-detail')} title={step.detail}>
        {step.detail}
      </span>
      {step.duration_ms !== null ? <span className={names('faint')}>{duration(step.duration_ms)}</span> : null}
    </li>
  );
}

function stepLabel(name: string, trans: Translator): string {
  const labels: Record<string, string> = {
    fetch: trans.__('Fetch'),
    worktree: trans.__('Worktree'),
    checkout: trans.__('Check out'),
    submodules: trans.__('Submodules'),
    copy: trans.__('Copy files'),
    setup: trans.__('Set-up script')
  };
  return labels[name] ?? name;
}
