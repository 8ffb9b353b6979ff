import type { ReactElement } from 'react';
import { bytes } from '../../state/format';
import type { Attachment } from '../../wire/wire';
import { IconButton } from '../parts/button';
import { names } from '../parts/classes';
import { Icon } from '../parts/icon';
import { useTrans } from '../services';

/** A file that waits to be sent. */
export interface Attached {
  attachment: Attachment;
  /** Bytes. */
  size: number;
}

/** Its name and size, with a way to leave it out. */
export function AttachmentChip({
  file: { attachment, size },
  onRemove
}: {
  file: Attached;
  onRemove: () => void;
}): ReactElement {
  const trans = useTrans();
  const isImage = attachment.media_type.startsWith('image/');
  return (
    <span className={names('attachment')}>
      {isImage ? <img src={`data:${attachment.media_type};base64,${attachment.data}`} alt="" /> : <Icon name="file" />}
      <span className={names('attachment-name')}>{attachment.name}</span>
      <span className={names('faint')}>{bytes(size)}</span>
      <IconButton icon="close" label={trans.__('Remove %1', attachment.name)} onClick={onRemove} />
    </span>
  );
}
