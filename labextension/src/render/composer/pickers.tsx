import type { ReactElement } from 'react';
import { money, quantity } from '../../state/format';
import type { ModelChoice, PermissionMode, Session } from '../../wire/wire';
import { allowedModes, MODE_ICONS, modeHint, modeLabel } from '../modes';
import { names } from '../parts/classes';
import { Icon } from '../parts/icon';
import { Menu } from '../parts/menu';
import { useServices, useTrans } from '../services';

/** What Claude may do without asking. */
export function ModePicker({
  mode,
  onChange,
  opens = 'up'
}: {
  mode: PermissionMode;
  onChange: (mode: PermissionMode) => void;
  opens?: 'up' | 'down';
}): ReactElement {
  const { trans, allowBypass } = useServices();
  return (
    <Menu
      className={names('mode', `mod-${mode}`)}
      label={trans.__('Permission mode: %1. Shift+Tab in the message changes it', modeLabel(mode, trans))}
      opens={opens}
      button={
        <>
          <Icon name={MODE_ICONS[mode]} />
          <span>{modeLabel(mode, trans)}</span>
        </>
      }
      items={allowedModes(allowBypass).map(choice => ({
        label: modeLabel(choice, trans),
        hint: modeHint(choice, trans),
        isChecked: choice === mode,
        onSelect: () => onChange(choice)
      }))}
    />
  );
}

/** Which model answers from the next request on. */
export function ModelPicker({
  model,
  models,
  onChange,
  opens = 'up'
}: {
  model: string;
  models: ModelChoice[];
  onChange: (model: string) => void;
  opens?: 'up' | 'down';
}): ReactElement {
  const trans = useTrans();
  const known = models.some(choice => choice.value === '' || choice.value === 'default');
  const choices = known
    ? models
    : [
        {
          value: '',
          display_name: trans.__('Default'),
          description: trans.__('What Claude Code is configured to use')
        },
        ...models
      ];
  const current = choices.find(choice => choice.value === model) ?? {
    value: model,
    display_name: model || trans.__('Default'),
    description: ''
  };
  return (
    <Menu
      label={trans.__('Model: %1', current.display_name)}
      opens={opens}
      button={<span>{current.display_name}</span>}
      items={choices.map(choice => ({
        label: choice.display_name,
        hint: choice.description,
        isChecked: choice.value === current.value,
        onSelect: () => onChange(choice.value)
      }))}
    />
  );
}

/** How full the context is, and what the session has cost. */
export function Gauge({ session }: { session: Session }): ReactElement {
  const trans = useTrans();
  const { context_tokens: used, context_window: size, usage } = session;
  const share = used !== null && size ? Math.min(1, used / size) : null;
  const percent = share === null ? null : Math.round(share * 100);
  return (
    <span className={names('gauge')}>
      {percent !== null && used !== null && size ? (
        <span
          className={names('gauge-context', percent >= 80 && 'mod-full')}
          role="meter"
          aria-label={trans.__('Context used')}
          aria-valuenow={percent}
          aria-valuemin={0}
          aria-valuemax={100}
          title={trans.__('%1 of %2 tokens of context. Compact frees some.', quantity(used), quantity(size))}
        >
          <span className={names('gauge-bar')}>
            <span style={{ width: `${percent}%` }} />
          </span>
          {percent} %
        </span>
      ) : null}
      {usage.cost_usd > 0 ? (
        <span title={trans.__('Cost of this session by the list price')}>{money(usage.cost_usd)}</span>
      ) : null}
    </span>
  );
}
