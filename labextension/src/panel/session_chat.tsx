import { PageConfig } from '@jupyterlab/coreutils';
import { memo, type ReactElement, useMemo, useState, useSyncExternalStore } from 'react';

import { type FactoryApi, FactoryError } from '../api';
import { Chat } from '../render/chat/chat';
import { useConnection } from '../render/frames';
import { Banner } from '../render/parts/banner';
import { type Translator, useTrans } from '../render/services';
import type { IFactory } from '../tokens';
import { Outbox } from '../wire/outbox';
import { chatSource, type Endpoint } from '../wire/socket';
import type { Source } from '../wire/source';

interface Props {
  factory: IFactory;
  sessionId: string;
  /** The worktree. */
  root: string | null;
  /** Whether the person who opened it waits for the composer. */
  hasFocus: boolean;
}

/** The chat of one session over its own socket, which is open as long as this is mounted. */
export const SessionChat = memo(function SessionChat({ factory, sessionId, root, hasFocus }: Props): ReactElement {
  const { api, trans } = factory;
  // Only at the beginning: later the focus is the person's.
  const [hasFocusAtFirst] = useState(hasFocus);
  const [outbox, source] = useMemo(() => {
    const outbox = new Outbox(window.localStorage, `factory-jupyter:${PageConfig.getBaseUrl()}:outbox:${sessionId}`);
    return [outbox, chatSource(endpoint(api, trans, sessionId), outbox)];
  }, [api, trans, sessionId]);
  return (
    <Chat
      source={source}
      root={root}
      hasHeader={false}
      hasFocus={hasFocusAtFirst}
      notice={<Unsent outbox={outbox} source={source} />}
      examplePrompt={PageConfig.getOption('factoryDemoPrompt') || null}
    />
  );
});

/** What was said while the server was away: it is not in the transcript yet, and must not look lost. */
function Unsent({ outbox, source }: { outbox: Outbox; source: Source }): ReactElement | null {
  const trans = useTrans();
  const says = useSyncExternalStore(outbox.subscribe, () => outbox.says);
  const connection = useConnection(source);
  // Over an open connection a message is confirmed within a moment.
  if (says.length === 0 || connection.state === 'open') {
    return null;
  }
  return (
    <Banner tone="info" title={trans._n('%1 message is kept here until it is sent', '%1 messages are kept here until they are sent', says.length)}>
      {says.map(say => (
        <div key={say.id}>{say.text}</div>
      ))}
    </Banner>
  );
}

function endpoint(api: FactoryApi, trans: Translator, sessionId: string): Endpoint {
  return {
    open: since => api.chatSocket(sessionId, since),
    // A browser does not tell why a socket was refused, so the session is asked for by other means.
    whyClosed: async () => {
      const status = await api.session(sessionId).then(
        () => 200,
        (error: unknown) => (error instanceof FactoryError ? error.status : 0)
      );
      switch (status) {
        case 404:
          return trans.__('This session was deleted.');
        case 401:
        case 403:
          return trans.__('You are logged out of Jupyter. Reload the page to log in again; nothing is lost.');
        default:
          return null;
      }
    }
  };
}
