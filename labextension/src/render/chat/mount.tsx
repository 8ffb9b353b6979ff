import type { Source } from '../../wire/source';
import { mount } from '../mount';
import type { RenderServices } from '../services';
import { Chat, type ChatOptions } from './chat';

/** Draws a chat in `el`; returns the undo. */
export function mountChat(
  el: HTMLElement,
  source: Source,
  services: RenderServices,
  options: ChatOptions = {}
): () => void {
  return mount(el, <Chat source={source} {...options} />, services);
}
