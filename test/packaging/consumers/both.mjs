// A program in which one part imports the package and another requires it: it must be one and the same.
import { createRequire } from 'node:module';
import * as imported from 'bgcut';

const required = createRequire(import.meta.url)('bgcut');
const names = Object.keys(imported).filter((name) => name !== 'default');
const error = await required.removeBg('none.jpg', { size: 'huge' }).catch((reason) => reason);
console.log(
  JSON.stringify({
    names: names.sort(),
    sameNames: Object.keys(required).sort().join() === names.sort().join(),
    sameValues: names.every((name) => imported[name] === required[name]),
    instance: error instanceof imported.BgcutError && error instanceof required.BgcutError,
    code: error.code,
  }),
);
