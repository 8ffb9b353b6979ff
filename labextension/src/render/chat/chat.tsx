import { useCallback, useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { foldAll } from '../../state/session';
import { EMPTY } from '../../state/transcript';
import type { Source } from '../../wire/source';
import type { ClientFrame, ErrorFrame, ServerFrame } from '../../wire/wire';
import { Composer, type ComposerHandle } from '../composer/composer';
import { useConnection, useFrames } from '../frames';
import { Banner } from '../parts/banner';
import { Button } from '../parts/button';
import { names } from '../parts/classes';
import { Skeleton } from '../parts/progress';
import { Questions } from '../questions/questions';
import { useTrans } from '../services';
import { PlaceProvider } from '../transcript/place';
import { Transcript } from '../transcript/transcript';
import { Announcer } from './announcer';
import { ConnectionBanner } from './connection_banner';
import { Header } from './header';
import { RetryBanner } from './retry_banner';
import { Welcome } from './welcome';

/** What the place of a chat knows beyond its frames. */
export interface ChatOptions {
  /** The worktree, absolute: paths are shown relative to it. */
  root?: string | null;
  /** Name, state and usage above the transcript. */
  hasHeader?: boolean;
  /** Why a message would wait, for example because the worktree is still being made. */
  notice?: ReactNode;
  /** Nobody can answer or write: a saved notebook. */
  isReadOnly?: boolean;
  /** A prompt that a newcomer can send as it is. */
  examplePrompt?: string | null;
  onRename?(name: string): void;
  onFork?(): void;
  /** The composer has the focus from the start. */
  hasFocus?: boolean;
}

interface Props extends ChatOptions {
  source: Source;
}

const SLOW_MS = 10_000;

/** A conversation with Claude: transcript, questions, composer. */
export function Chat({
  source,
  root = null,
  hasHeader = true,
  notice,
  isReadOnly = false,
  examplePrompt,
  onRename,
  onFork,
  hasFocus = false
}: Props): ReactElement {
  const [refusal, setRefusal] = useState<ErrorFrame | null>(null);
  const onFrame = useCallback((frame: ServerFrame) => {
    if (frame.type === 'error') {
      setRefusal(frame);
    }
  }, []);
  const state = useFrames(source, foldAll, EMPTY, onFrame);
  const connection = useConnection(source);
  const composer = useRef<ComposerHandle>(null);
  const chat = useRef<HTMLDivElement>(null);
  const { session, questions, turns, partials, queue } = state;
  const send = useCallback(
    (frame: ClientFrame) => {
      setRefusal(null);
      source.send(frame);
    },
    [source]
  );
  const isKnown = session !== null;
  useEffect(() => {
    if (isKnown && hasFocus) {
      composer.current?.focus();
    }
  }, [isKnown, hasFocus]);
  const focusQuestion = (): boolean => {
    const card = chat.current?.querySelector<HTMLElement>('[data-question] :is(button, input):not(:disabled)');
    card?.focus();
    return card != null;
  };
  const isEmpty = turns.length === 0 && partials.length === 0 && queue.length === 0;
  const isForQuestion = questions.some(question => question.question_id === refusal?.in_reply_to);
  return (
    <PlaceProvider value={{ sessionId: session?.id ?? null, root }}>
      <div ref={chat} className={names('chat')}>
        {hasHeader && session ? (
          <Header state={state} send={send} onRename={onRename} onFork={onFork} isReadOnly={isReadOnly} />
        ) : null}
        <ConnectionBanner connection={connection} reconnect={source.reconnect?.bind(source)} />
        {notice}
        {!session ? (
          <Loading isOffline={connection.state === 'offline'} reconnect={source.reconnect?.bind(source)} />
        ) : isEmpty ? (
          <Welcome
            session={session}
            example={examplePrompt ?? null}
            onPick={isReadOnly ? undefined : text => composer.current?.fill(text)}
          />
        ) : (
          <Transcript state={state} />
        )}
        <Announcer state={state} />
        <RetryBanner retry={state.retry} />
        {isReadOnly || !session ? null : (
          <div className={names('chat-foot')}>
            <Questions questions={questions} refusal={refusal} onAnswer={send} />
            <Composer
              key={session.id}
              session={session}
              state={state}
              send={send}
              handle={composer}
              blocked={connection.state === 'offline' ? connection.reason : null}
              error={refusal && !isForQuestion ? refusal.message : null}
              focusQuestion={focusQuestion}
            />
          </div>
        )}
      </div>
    </PlaceProvider>
  );
}

/** Until the first frame comes; it says so when that takes long. */
function Loading({ isOffline, reconnect }: { isOffline: boolean; reconnect: (() => void) | undefined }): ReactElement {
  const trans = useTrans();
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={names('chat-loading')}>
      {isOffline ? null : <Skeleton lines={6} label={trans.__('Loading the conversation')} />}
      {isSlow && !isOffline ? (
        <Banner
          tone="warn"
          title={trans.__('The server has not answered yet')}
          actions={
            reconnect ? (
              <Button size="small" onClick={reconnect}>
                {trans.__('Try again')}
              </Button>
            ) : null
          }
        >
          {trans.__('The conversation is stored there; nothing is lost.')}
        </Banner>
      ) : null}
    </div>
  );
}
