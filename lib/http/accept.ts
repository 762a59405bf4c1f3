/** What a client accepts: the result as it is, or wrapped in JSON. */

/** Whether JSON is asked for: application/json, ranked above every image, zip and anything-goes. */
export function wantsJson(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  let json = 0;
  let binary = 0;
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const rank = quality(parameters);
    if (type === 'application/json') json = Math.max(json, rank);
    else if (/^(image\/.*|application\/(zip|\*|octet-stream)|\*\/\*)$/.test(type)) {
      binary = Math.max(binary, rank);
    }
  }
  return json > binary;
}

function quality(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const value = given === undefined ? 1 : Number(given.slice(2));
  return value >= 0 && value <= 1 ? value : 1;
}
