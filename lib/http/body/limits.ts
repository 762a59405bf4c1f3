/** What a form is, and how large it may be. */
import { maxSourceBytes } from '../../limits.js';

/** The fields of a form. Later ones of the same name have replaced earlier ones. */
export type Form = Map<string, unknown>;

/** Fields that hold the bytes of a picture. */
export const fileFields: readonly string[] = ['image_file', 'bg_image_file'];

/** The field whose text is a picture. */
export const base64Field = 'image_file_b64';

/** Characters of base64 for the largest picture, with line ends. */
export const maxBase64 = Math.ceil((Math.ceil(maxSourceBytes / 3) * 4 * 78) / 76) + 1024;

/** Bytes of everything in a form that is no picture. */
const maxRest = 65_536;

/** The largest body: a picture as escaped base64, with a background beside it. */
export const maxBodyBytes = 2 * maxBase64 + maxSourceBytes + maxRest;

/** Notes the bytes of one body; throws when they are too many. */
export type Count = (bytes: number) => void;
