/** Asks for the visitor's key, says what it has left, and forgets it. */
import type { VNode } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

import { type Account, fetchAccount, Refusal } from './api';

interface KeyDialogProps {
  readonly open: boolean;
  readonly known: string | undefined;
  readonly onKey: (key: string, remember: boolean) => void;
  readonly onForget: () => void;
  readonly onClose: () => void;
}

export function KeyDialog({ open, known, onKey, onForget, onClose }: KeyDialogProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} aria-labelledby="key-title" onClose={onClose}>
      {open && <KeyForm known={known} onKey={onKey} onForget={onForget} onClose={onClose} />}
    </dialog>
  );
}

function KeyForm({ known, onKey, onForget, onClose }: Omit<KeyDialogProps, 'open'>) {
  const id = useId();
  const [key, setKey] = useState('');
  const [remember, setRemember] = useState(true);
  const [checking, setChecking] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();

  async function check(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setChecking(true);
    setRefusal(undefined);
    try {
      await fetchAccount(key);
      onKey(key, remember);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      setRefusal(thrown);
      setChecking(false);
    }
  }

  return (
    <form onSubmit={(event) => void check(event)}>
      <h2 id="key-title">API key</h2>
      {known !== undefined && <Left known={known} />}
      <label for={id}>{known === undefined ? 'Your key' : 'Another key'}</label>
      <input
        id={id}
        type="password"
        autocomplete="off"
        autofocus
        required
        value={key}
        aria-describedby={`${id}-hint`}
        aria-invalid={refusal !== undefined}
        onInput={({ currentTarget }) => setKey(currentTarget.value.trim())}
      />
      <p class="hint" id={`${id}-hint`}>
        The server has printed one at its first start; <code>bgcut keys create NAME</code> makes
        more.
      </p>
      {refusal !== undefined && (
        <p class="wrong" role="alert">
          {refusal.title}
          {refusal.detail !== undefined && `: ${refusal.detail}`}
        </p>
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={remember}
          onChange={({ currentTarget }) => setRemember(currentTarget.checked)}
        />
        Remember it in this browser
      </label>
      <div class="actions">
        <button type="submit" class="primary" disabled={checking}>
          {checking ? 'Checking…' : 'Use this key'}
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        {known !== undefined && (
          <button type="button" class="quiet" onClick={onForget}>
            Forget key
          </button>
        )}
      </div>
    </form>
  );
}

/** What the key in use has left. */
function Left({ known }: { known: string }) {
  const [account, setAccount] = useState<Account>();
  useEffect(() => {
    // Of no use where it fails: the next call says why.
    fetchAccount(known).then(setAccount, () => undefined);
  }, [known]);
  return (
    <p>
      In use: <code>…{known.slice(-4)}</code>
      {account !== undefined &&
        `, with ${account.credits.toLocaleString('en')} credits and ${account.freeCalls} free calls`}
    </p>
  );
}
