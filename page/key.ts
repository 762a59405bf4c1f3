/** The visitor's key: kept in this browser, for this tab or until it is forgotten. */
const name = 'bgcut-key';

/** The key that is kept. */
export const keptKey = (): string | undefined =>
  allowed(() => sessionStorage.getItem(name) ?? localStorage.getItem(name)) ?? undefined;

/** Keeps a key: on this device, or until the tab is closed. */
export function keepKey(key: string, remember: boolean): void {
  forgetKey();
  allowed(() => (remember ? localStorage : sessionStorage).setItem(name, key));
}

/** Leaves no key behind. */
export function forgetKey(): void {
  allowed(() => {
    sessionStorage.removeItem(name);
    localStorage.removeItem(name);
  });
}

/** A browser that blocks storage throws where one looks at it: the page then asks for the key each time. */
function allowed<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
