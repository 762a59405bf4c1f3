import { published } from './published.js';

/** The version of this package. */
export const { version } = published;
