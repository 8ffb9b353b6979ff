import type { BoardSource } from '../../wire/source';
import { mount } from '../mount';
import type { RenderServices } from '../services';
import { Board, type BoardOptions } from './board';

/** Draws the board in `el`; returns the undo. */
export function mountBoard(
  el: HTMLElement,
  source: BoardSource,
  services: RenderServices,
  options: BoardOptions = {}
): () => void {
  return mount(el, <Board source={source} {...options} />, services);
}
