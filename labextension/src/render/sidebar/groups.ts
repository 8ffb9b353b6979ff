import type { Group } from '../../state/workspaces';
import type { Tone } from '../parts/chip';
import type { Translator } from '../services';

export const GROUP_TONES: Record<Group, Tone> = {
  needs_you: 'warn',
  working: 'brand',
  waiting: 'neutral',
  pr_open: 'neutral',
  approved: 'ok',
  merged: 'merged',
  backlog: 'neutral'
};

export function groupLabel(group: Group, trans: Translator): string {
  switch (group) {
    case 'needs_you':
      return trans.__('Needs you');
    case 'working':
      return trans.__('Working');
    case 'waiting':
      return trans.__('Waiting');
    case 'pr_open':
      return trans.__('Pull request open');
    case 'approved':
      return trans.__('Approved');
    case 'merged':
      return trans.__('Merged');
    case 'backlog':
      return trans.__('Backlog');
  }
}
