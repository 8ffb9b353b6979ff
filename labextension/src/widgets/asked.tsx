import type { RenderProps } from '@anywidget/types';
import { useCallback, useState, type ReactElement } from 'react';

import { browserServices } from '../render/browser';
import { useFrames } from '../render/frames';
import { mount } from '../render/mount';
import { Questions } from '../render/questions/questions';
import { PlaceProvider } from '../render/transcript/place';
import { foldAll } from '../state/session';
import { EMPTY } from '../state/transcript';
import { Outbox } from '../wire/outbox';
import { chatSource } from '../wire/socket';
import type { Source } from '../wire/source';
import type { ErrorFrame, ServerFrame } from '../wire/wire';
import { widgetEndpoint } from './cell/endpoint';
import { keepPlainKeys } from './cell/keys';
import './asked.css';

/** The questions of a session that wait, below the cell that waits for them. */
function render({ model, el }: RenderProps<{ path: string; root: string }>): () => void {
  const outbox = new Outbox(window.sessionStorage, `factory-jupyter:asked:${model.get('path')}`);
  const source = chatSource(widgetEndpoint(model, model.get('path')), outbox);
  const undo = mount(
    el,
    <PlaceProvider value={{ sessionId: null, root: model.get('root') || null }}>
      <Asked source={source} />
    </PlaceProvider>,
    browserServices()
  );
  const release = keepPlainKeys(el);
  return () => {
    release();
    undo();
  };
}

function Asked({ source }: { source: Source }): ReactElement {
  const [refusal, setRefusal] = useState<ErrorFrame | null>(null);
  const onFrame = useCallback((frame: ServerFrame) => {
    if (frame.type === 'error') {
      setRefusal(frame);
    }
  }, []);
  const { questions } = useFrames(source, foldAll, EMPTY, onFrame);
  return <Questions questions={questions} refusal={refusal} onAnswer={source.send.bind(source)} />;
}

export default { render };
