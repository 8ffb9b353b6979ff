import type { ReactElement } from 'react';
import { duration, money, quantity } from '../../state/format';
import type { TurnEnd } from '../../state/transcript';
import { advice } from '../advice';
import { Banner } from '../parts/banner';
import { Button } from '../parts/button';
import { names } from '../parts/classes';
import { CopyButton } from '../parts/copy';
import { useServices, useTrans } from '../services';

/** The end of a turn: what it took, and after an error what is safe and what to do. */
export function End({ end }: { end: TurnEnd }): ReactElement {
  const trans = useTrans();
  const { usage } = end;
  const tokens = usage
    ? usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens + usage.output_tokens
    : 0;
  const facts = [
    end.reason === 'interrupted' ? trans.__('Interrupted') : '',
    new Date(end.at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
    end.model ?? '',
    end.duration_ms ? duration(end.duration_ms) : '',
    tokens ? trans.__('%1 tokens', quantity(tokens)) : '',
    end.cost_usd ? money(end.cost_usd) : ''
  ].filter(Boolean);
  const detail = usage
    ? trans.__(
        '%1 new, %2 from cache, %3 written',
        quantity(usage.input_tokens + usage.cache_creation_input_tokens),
        quantity(usage.cache_read_input_tokens),
        quantity(usage.output_tokens)
      )
    : undefined;
  return (
    <div className={names('turn-end')}>
      {end.is_error && end.reason !== 'interrupted' ? <Failure end={end} /> : null}
      <div className={names('turn-facts')} title={detail}>
        {facts.map((fact, index) => (
          <span key={index}>{fact}</span>
        ))}
      </div>
    </div>
  );
}

function Failure({ end }: { end: TurnEnd }): ReactElement {
  const { trans, openTerminal } = useServices();
  const { title, text, command } = advice(end.error_code ?? end.reason, trans);
  const result = end.result?.trim();
  return (
    <Banner
      tone="error"
      title={title}
      actions={
        command && openTerminal ? (
          <Button size="small" icon="terminal" onClick={() => openTerminal(command)}>
            {trans.__('Open terminal')}
          </Button>
        ) : null
      }
    >
      <p>{text}</p>
      {command ? (
        <p className={names('command')}>
          <code>{command}</code>
          <CopyButton text={command} />
        </p>
      ) : null}
      {result && result !== text ? <p className={names('banner-detail')}>{result}</p> : null}
    </Banner>
  );
}
