/** Texts of the tables as readers of the HTTP API know things: by the names of fields. */
import { apiName } from '../../params/parameter.js';
import { parameters } from '../../params/table.js';

const names = Object.keys(parameters).filter((name) => name !== apiName(name));
const pattern = new RegExp(`\\b(${names.join('|')})\\b`, 'g');

/** bgImageUrl becomes bg_image_url, and a pointer to a file of the repository a pointer to the parameter. */
export function forApi(text: string): string {
  return text.replaceAll(' in docs/parameters.md', ' above').replaceAll(pattern, apiName);
}
