import type { RenderProps } from '@anywidget/types';

import { browserServices } from '../render/browser';
import { mountChat } from '../render/chat/mount';
import { Outbox } from '../wire/outbox';
import { chatSource } from '../wire/socket';
import { widgetEndpoint } from './cell/endpoint';
import { keepPlainKeys } from './cell/keys';
import { hideRecord } from './cell/record';
import './chat.css';

interface ChatModel {
  path: string;
  session_id: string;
  root: string;
  record: string;
}

/** `session.chat()` in a cell. */
function render({ model, el }: RenderProps<ChatModel>): () => void {
  el.classList.add('jp-Factory-cell-chat');
  const outbox = new Outbox(window.localStorage, `factory-jupyter:outbox:${model.get('session_id')}`);
  const source = chatSource(widgetEndpoint(model, model.get('path')), outbox);
  const undo = [mountChat(el, source, browserServices(), { root: model.get('root') || null }), keepPlainKeys(el), hideRecord(model.get('record'))];
  return () => undo.forEach(each => each());
}

export default { render };
