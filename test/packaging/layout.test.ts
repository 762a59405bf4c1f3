// The rules of ARCHITECTURE.md that a reader can't see broken in one file.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** Every file with that ending below a folder, with its text, by its path from the root. */
function sources(folder: string, ending: RegExp): [path: string, text: string][] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .map((file) => join(folder, file).replaceAll('\\', '/'))
    .filter((path) => ending.test(path))
    .map((path) => [path, readFileSync(join(root, path), 'utf8')]);
}

const native = sources('native', /\.(cc|h)$/);
const lib = sources('lib', /\.m?ts$/);

describe('the layout', () => {
  it.each([
    ['Node-API', /#include [<"](napi|node_api|uv)/, 'native/addon/'],
    ['libvips', /#include [<"](vips|glib)/, 'native/image/'],
    ['ONNX Runtime', /#include [<"]onnxruntime/, 'native/segment/'],
  ])('lets one folder alone know %s', (_library, include, folder) => {
    const knowing = native.filter(([, text]) => include.test(text)).map(([path]) => path);
    const elsewhere = knowing.filter((path) => !path.startsWith('native/test/'));
    expect(elsewhere.length).toBeGreaterThan(0);
    expect(elsewhere.filter((path) => !path.startsWith(folder))).toEqual([]);
  });

  it('lets nothing below the command line know of it', () => {
    const knowing = lib.filter(([path]) => !path.startsWith('lib/cli/'));
    expect(knowing.filter(([, text]) => /from '[^']*\/cli\//.test(text))).toEqual([]);
  });

  it('lets nothing but the command line know of the server', () => {
    const knowing = lib.filter(([path]) => !/^lib\/(cli|http)\//.test(path));
    expect(knowing.filter(([, text]) => /from '[^']*\/http\//.test(text))).toEqual([]);
  });

  it('keeps native files short enough to be read in one sitting', () => {
    expect(native.length).toBeGreaterThan(20);
    expect(native.filter(([, text]) => text.split('\n').length > 400)).toEqual([]);
  });
});
