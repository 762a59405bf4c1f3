/** The page at /: reads what the API takes from its OpenAPI document, then shows itself. */
import { render } from 'preact';

import { fetchControls } from './api';
import { App } from './app';

const place = document.querySelector('#page');
if (place !== null) {
  const controls = await fetchControls().catch(() => undefined);
  render(
    controls === undefined ? (
      <p class="failure" role="alert">
        The description of the API could not be read. Reload the page to try again.
      </p>
    ) : (
      <App controls={controls} />
    ),
    place,
  );
}
