import type { PermissionMode } from '../wire/wire';
import type { IconName } from './parts/icon';
import type { Translator } from './services';

/** The modes in the order in which Shift+Tab goes through them. */
export const MODES: readonly PermissionMode[] = ['default', 'acceptEdits', 'plan', 'bypassPermissions'];

export const MODE_ICONS: Record<PermissionMode, IconName> = {
  default: 'shield',
  acceptEdits: 'edit',
  plan: 'plan',
  bypassPermissions: 'warning'
};

/** Its name on a button. */
export function modeLabel(mode: PermissionMode, trans: Translator): string {
  switch (mode) {
    case 'default':
      return trans.__('Ask');
    case 'acceptEdits':
      return trans.__('Accept edits');
    case 'plan':
      return trans.__('Plan');
    case 'bypassPermissions':
      return trans.__('Never ask');
  }
}

/** What it means. */
export function modeHint(mode: PermissionMode, trans: Translator): string {
  switch (mode) {
    case 'default':
      return trans.__('Asks before it edits or runs what could change something');
    case 'acceptEdits':
      return trans.__('Edits files without asking, asks before commands');
    case 'plan':
      return trans.__('Reads and makes a plan that you approve');
    case 'bypassPermissions':
      return trans.__('Does everything without asking. Only for a sandbox');
  }
}

/** The modes that may be chosen here. */
export const allowedModes = (allowBypass: boolean | undefined): PermissionMode[] =>
  MODES.filter(mode => mode !== 'bypassPermissions' || allowBypass === true);
