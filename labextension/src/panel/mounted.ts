import { Widget } from '@lumino/widgets';
import type { ReactNode } from 'react';

import { mount } from '../render/mount';
import type { RenderServices } from '../render/services';

/** A Lumino widget that shows components, from its making to its end. */
export class Mounted extends Widget {
  private readonly undo: () => void;

  constructor(drawing: ReactNode, services: RenderServices) {
    super();
    this.undo = mount(this.node, drawing, services);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.undo();
      super.dispose();
    }
  }
}
