// The installed command, as a shell would start it: command.cjs ARGS…
const { dirname, join } = require('node:path');

const manifest = require.resolve('bgcut/package.json');
require(join(dirname(manifest), require(manifest).bin.bgcut));
