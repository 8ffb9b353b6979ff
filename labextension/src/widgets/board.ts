import type { AnyModel, RenderProps } from '@anywidget/types';

import { mountBoard } from '../render/board/mount';
import { browserServices } from '../render/browser';
import type { AnswerBody } from '../render/questions/answer';
import { newId } from '../wire/id';
import { boardSource } from '../wire/socket';
import type { Question } from '../wire/wire';
import { widgetEndpoint } from './cell/endpoint';
import { keepPlainKeys } from './cell/keys';
import { hideRecord } from './cell/record';
import './board.css';

interface BoardModel {
  path: string;
  record: string;
}

/** `factory.board()` in a cell. */
function render({ model, el }: RenderProps<BoardModel>): () => void {
  el.classList.add('jp-Factory-cell-board');
  const source = boardSource(widgetEndpoint(model, model.get('path')));
  const actions = { answer: (question: Question, body: AnswerBody) => answer(model, question, body) };
  const undo = [mountBoard(el, source, browserServices(), { actions, isCompact: true }), keepPlainKeys(el), hideRecord(model.get('record'))];
  return () => undo.forEach(each => each());
}

/** Answers through the kernel; rejects with the server's sentence. */
function answer(model: AnyModel<BoardModel>, question: Question, body: AnswerBody): Promise<void> {
  const request = newId();
  return new Promise((resolve, reject) => {
    const receive = (content: unknown): void => {
      const reply = content as { request?: string; error?: string };
      if (reply.request === request) {
        model.off('msg:custom', receive);
        if (reply.error === undefined) {
          resolve();
        } else {
          reject(new Error(reply.error));
        }
      }
    };
    model.on('msg:custom', receive);
    model.send({ session: question.session_id, request, answer: { type: 'answer', question_id: question.id, ...body } });
  });
}

export default { render };
