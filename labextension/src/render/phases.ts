import type { SessionPhase, Workflow } from '../wire/wire';
import type { DotState } from './parts/chip';
import type { Translator } from './services';

const DOTS: Record<SessionPhase, DotState> = {
  idle: 'ok',
  starting: 'working',
  running: 'working',
  waiting: 'waiting',
  stopping: 'working',
  stopped: 'idle'
};

/** The colour of what a session does. */
export const phaseDot = (phase: SessionPhase): DotState => DOTS[phase];

/** What a session does, in a word or two. */
export function phaseLabel(phase: SessionPhase, trans: Translator): string {
  switch (phase) {
    case 'idle':
      return trans.__('Ready');
    case 'starting':
      return trans.__('Starting');
    case 'running':
      return trans.__('Working');
    case 'waiting':
      return trans.__('Needs you');
    case 'stopping':
      return trans.__('Stopping');
    case 'stopped':
      return trans.__('Not running');
  }
}

/** The ways to work, as a person chooses among them. */
export const WORKFLOWS: readonly Workflow[] = ['feature', 'bugfix', 'explore', 'followup'];

export function workflowLabel(workflow: Workflow, trans: Translator): string {
  switch (workflow) {
    case 'feature':
      return trans.__('Feature');
    case 'bugfix':
      return trans.__('Bug fix');
    case 'explore':
      return trans.__('Explore');
    case 'followup':
      return trans.__('Follow-up');
  }
}

export function workflowHint(workflow: Workflow, trans: Translator): string {
  switch (workflow) {
    case 'feature':
      return trans.__('Understand, plan, build, test');
    case 'bugfix':
      return trans.__('Reproduce first, then find the cause and prove the fix');
    case 'explore':
      return trans.__('Read and explain; change nothing');
    case 'followup':
      return trans.__('Go on with work that is already on the branch');
  }
}
