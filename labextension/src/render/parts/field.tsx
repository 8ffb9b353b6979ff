import { useId, type ReactElement, type ReactNode } from 'react';
import { names } from './classes';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  /** Draws the control with the ids that tie it to its label and message. */
  children: (ids: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean | undefined;
  }) => ReactNode;
}

/** A labelled control with a hint or an error below. */
export function Field({ label, hint, error, children }: FieldProps): ReactElement {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={names('field', error != null && 'mod-error')}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': note ? `${id}-note` : undefined, 'aria-invalid': error ? true : undefined })}
      {note ? (
        <div id={`${id}-note`} className={names('field-note')} role={error ? 'alert' : undefined}>
          {note}
        </div>
      ) : null}
    </div>
  );
}

interface SelectProps<Value extends string> {
  value: Value;
  options: { value: Value; label: string }[];
  onChange(value: Value): void;
  id?: string;
  label?: string;
}

/** The browser's own choice box. */
export function Select<Value extends string>({
  value,
  options,
  onChange,
  id,
  label
}: SelectProps<Value>): ReactElement {
  return (
    <span className={names('select')}>
      <select id={id} aria-label={label} value={value} onChange={event => onChange(event.target.value as Value)}>
        {options.map(option => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </span>
  );
}
