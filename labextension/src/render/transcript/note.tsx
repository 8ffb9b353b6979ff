import type { ReactElement } from 'react';
import type { ModeItem, ModelItem, NoticeItem, StoppedItem } from '../../state/transcript';
import { names } from '../parts/classes';
import { Icon, type IconName } from '../parts/icon';
import { modeLabel } from '../modes';
import { useTrans, type Translator } from '../services';

/** Something that happened beside the conversation: one quiet line. */
export function Note({ item }: { item: NoticeItem | ModeItem | ModelItem | StoppedItem }): ReactElement {
  const trans = useTrans();
  const level = item.kind === 'notice' ? item.level : 'info';
  return (
    <div className={names('note', `mod-${level}`)} role="note">
      <Icon name={iconOf(item)} />
      <span>{words(item, trans)}</span>
    </div>
  );
}

function iconOf(item: NoticeItem | ModeItem | ModelItem | StoppedItem): IconName {
  switch (item.kind) {
    case 'notice':
      return item.level === 'info' ? 'info' : item.level === 'warning' ? 'warning' : 'error';
    case 'mode':
      return 'shield';
    case 'model':
      return 'agent';
    case 'stopped':
      return 'pause';
  }
}

function words(item: NoticeItem | ModeItem | ModelItem | StoppedItem, trans: Translator): string {
  switch (item.kind) {
    case 'notice':
      return item.text;
    case 'mode':
      return trans.__('Mode: %1', modeLabel(item.permission_mode, trans));
    case 'model':
      return item.model ? trans.__('Model: %1', item.model) : trans.__('Model: the default');
    case 'stopped':
      return trans.__('Claude has stopped. %1 The next message resumes the conversation.', sentence(item.reason));
  }
}

/** A reason is a sentence or a code such as `stopped_by_user`. */
function sentence(reason: string): string {
  const plain = reason.replaceAll('_', ' ').trim();
  return plain && (/[.!?]$/.test(plain) ? plain : `${plain.charAt(0).toUpperCase()}${plain.slice(1)}.`);
}
