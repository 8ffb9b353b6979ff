import type { ReactElement } from 'react';

import { Banner } from '../render/parts/banner';
import { Button } from '../render/parts/button';
import { useTrans } from '../render/services';
import { VERSION } from '../version';

/** Says so when the server was upgraded under an open page, or the other way round; draws nothing while both agree. */
export function VersionBanner({ server }: { server: string }): ReactElement | null {
  const trans = useTrans();
  if (server === '' || server === VERSION) {
    return null;
  }
  return (
    <Banner
      tone="warn"
      title={trans.__('This page and the server do not fit together')}
      actions={<Button onClick={() => window.location.reload()}>{trans.__('Reload the page')}</Button>}
    >
      {trans.__(
        'The server runs factory-jupyter %1, this page %2: one of them was upgraded. Reload the page; if this stays, restart the Jupyter server. Your work is safe.',
        server,
        VERSION
      )}
    </Banner>
  );
}
