import { newId } from './id';
import type { Line } from './socket';

/** What is used of an anywidget's model: custom messages between this page and the kernel. */
export interface CustomMessages {
  on(event: 'msg:custom', callback: (content: unknown) => void): void;
  off(event: 'msg:custom', callback: (content: unknown) => void): void;
  send(content: unknown): void;
}

/** A message of `factory_jupyter/notebook/relay.py`. */
interface RelayMessage {
  view?: string;
  opened?: true;
  lines?: string;
  closed?: string;
}

/** A kernel that says nothing for so long is busy or gone. */
const ANSWER_MS = 20_000;

/**
 * A line to the server through the kernel: to a source it is a WebSocket, and it travels as custom messages of a widget.
 *
 * Frames come as lines of text, in pieces that end anywhere.
 */
export function modelLine(model: CustomMessages, since: number): Line {
  const view = newId();
  let rest = '';

  const line = {
    readyState: WebSocket.CONNECTING as number,
    onopen: null as (() => void) | null,
    onmessage: null as ((message: { data: string }) => void) | null,
    onclose: null as (() => void) | null,
    send: (text: string) => model.send({ view, text }),
    close: () => {
      model.send({ view, close: true });
      end();
    }
  };

  function receive(content: unknown): void {
    const message = content as RelayMessage;
    if (message.view !== view) {
      return;
    }
    if (message.opened) {
      clearTimeout(patience);
      line.readyState = WebSocket.OPEN;
      line.onopen?.();
    } else if (message.lines !== undefined) {
      const lines = (rest + message.lines).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(data => line.onmessage?.({ data }));
    } else if (message.closed !== undefined) {
      end();
    }
  }

  function end(): void {
    clearTimeout(patience);
    model.off('msg:custom', receive);
    if (line.readyState !== WebSocket.CLOSED) {
      line.readyState = WebSocket.CLOSED;
      line.onclose?.();
    }
  }

  model.on('msg:custom', receive);
  model.send({ view, open: since });
  const patience = setTimeout(end, ANSWER_MS);
  return line;
}
