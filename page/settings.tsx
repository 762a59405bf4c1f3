/** Every parameter of the API as a control, with what the API says of it. */
import type { VNode } from 'preact';
import { useId, useState } from 'preact/hooks';

import type { Control, Values } from './parameters';

type OnChange = (control: Control, value: string | File) => void;

interface SettingsProps {
  readonly controls: readonly Control[];
  readonly values: Values;
  /** The field that the API has refused. */
  readonly wrong: string | undefined;
  readonly onChange: OnChange;
  readonly onReset: () => void;
}

export function Settings({ controls, values, wrong, onChange, onReset }: SettingsProps): VNode {
  // Beside the picture there is room for them, below it they would be in the way.
  const [open] = useState(() => matchMedia('(min-width: 60rem)').matches);
  const current = controls.filter(({ deprecated }) => !deprecated);
  const deprecated = controls.filter((control) => control.deprecated);
  const fields = (some: readonly Control[]) =>
    some.map((control) => (
      <Field
        key={control.name}
        control={control}
        values={values}
        isWrong={control.name === wrong}
        onChange={onChange}
      />
    ));
  const count = Object.keys(values).length;
  return (
    <section class="card settings" aria-labelledby="settings">
      <button type="button" class="quiet reset" disabled={count === 0} onClick={onReset}>
        Reset{count > 0 && ` (${count})`}
      </button>
      <details open={open}>
        <summary>
          <h2 id="settings">Settings</h2>
        </summary>
        {fields(current)}
        {deprecated.length > 0 && (
          <details class="more">
            <summary>Deprecated</summary>
            {fields(deprecated)}
          </details>
        )}
      </details>
    </section>
  );
}

/** Leads to a setting, wherever it is folded away. */
export function goToSetting(name: string): void {
  const control = document.querySelector<HTMLElement>(`.settings [name="${CSS.escape(name)}"]`);
  if (control === null) return;
  let folded = control.closest('details');
  while (folded !== null) {
    folded.open = true;
    folded = folded.parentElement?.closest('details') ?? null;
  }
  control.scrollIntoView({ block: 'center' });
  control.focus({ preventScroll: true });
}

interface FieldProps {
  readonly control: Control;
  readonly values: Values;
  readonly isWrong: boolean;
  readonly onChange: OnChange;
}

function Field({ control, values, isWrong, onChange }: FieldProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const { name, label, doc, each } = control;
  const value = values[name];
  const hint = hintOf(control, value);
  return (
    <div class={`field ${control.kind}`}>
      <div class="label">
        <label for={id}>{label}</label>
        <button
          type="button"
          class="about"
          aria-expanded={open}
          aria-controls={`${id}-doc`}
          aria-label={`About ${label}`}
          onClick={() => setOpen(!open)}
        >
          ?
        </button>
      </div>
      <Entry
        id={id}
        control={control}
        value={value}
        describedBy={`${id}-hint ${id}-doc`}
        isWrong={isWrong}
        onChange={onChange}
      />
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
      <p class="doc" id={`${id}-doc`} hidden={!open}>
        {doc} Field: <code>{name}</code>
      </p>
      {each.length > 0 && (
        <details class="more">
          <summary>By type of subject</summary>
          {each.map((one) => (
            <One key={one.name} control={one} value={values[one.name]} onChange={onChange} />
          ))}
        </details>
      )}
    </div>
  );
}

/** What is worth knowing without asking. */
function hintOf({ choices, shape, initial }: Control, value: Values[string] | undefined): string {
  const chosen = choices.find((choice) => choice.value === (value ?? initial));
  return chosen?.doc ?? shape;
}

interface OneProps {
  readonly control: Control;
  readonly value: Values[string] | undefined;
  readonly onChange: OnChange;
}

/** A value for one type: a line. */
function One({ control, value, onChange }: OneProps) {
  const id = useId();
  return (
    <div class="one">
      <label for={id}>{control.label}</label>
      <Entry id={id} control={control} value={value} onChange={onChange} />
    </div>
  );
}

interface EntryProps extends OneProps {
  readonly id: string;
  readonly describedBy?: string;
  readonly isWrong?: boolean;
}

function Entry({ id, control, value, describedBy, isWrong = false, onChange }: EntryProps) {
  const { kind, name, choices, initial } = control;
  const common = { id, name, 'aria-describedby': describedBy, 'aria-invalid': isWrong };
  const text = typeof value === 'string' ? value : undefined;
  if (kind === 'switch') {
    return (
      <input
        {...common}
        type="checkbox"
        role="switch"
        checked={(text ?? initial) === 'true'}
        onChange={({ currentTarget }) => onChange(control, String(currentTarget.checked))}
      />
    );
  }
  if (kind === 'choice') {
    return (
      <select
        {...common}
        value={text ?? initial}
        onChange={({ currentTarget }) => onChange(control, currentTarget.value)}
      >
        {initial === '' && <option value="">not set</option>}
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.value}
          </option>
        ))}
      </select>
    );
  }
  if (kind === 'file') {
    return <FileEntry {...common} control={control} value={value} onChange={onChange} />;
  }
  return (
    <span class="pair">
      <input
        {...common}
        type="text"
        value={text ?? ''}
        placeholder={initial === '' ? 'not set' : initial}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={({ currentTarget }) => onChange(control, currentTarget.value.trim())}
      />
      {kind === 'colour' && (
        <input
          type="color"
          aria-label={`Pick: ${control.label}`}
          value={/^#[\da-f]{6}$/i.test(text ?? '') ? text : '#ffffff'}
          onInput={({ currentTarget }) => onChange(control, currentTarget.value)}
        />
      )}
    </span>
  );
}

interface FileEntryProps extends OneProps {
  readonly id: string;
  readonly name: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
}

function FileEntry({ control, value, onChange, ...common }: FileEntryProps) {
  return (
    <span class="pair">
      <input
        {...common}
        // An input of files can't be told its value: a new one is an empty one.
        key={value === undefined ? 'empty' : 'given'}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        onChange={({ currentTarget }) => onChange(control, currentTarget.files?.[0] ?? '')}
      />
    </span>
  );
}
