import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

/** Heading of our commands in the palette and of our cards in the launcher. */
export const CATEGORY = 'Factory';

/** Arguments of a command about one workspace; without an id, the row under the context menu is meant. */
export const idArgs = (trans: TranslationBundle): ReadonlyJSONObject => ({
  type: 'object',
  properties: { id: { type: 'string', description: trans.__('Id of the Factory workspace') } }
});
