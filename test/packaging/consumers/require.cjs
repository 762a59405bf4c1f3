// A CommonJS module that uses the installed package.
const { BgcutError, createEngine } = require('bgcut');

const [model, photo] = process.argv.slice(2);
(async () => {
  const engine = await createEngine({ model, device: 'cpu' });
  const { format, width, height, data } = await engine.removeBg(photo, { format: 'png' });
  const { code } = await engine.removeBg(photo, { size: 'huge' }).catch((error) => {
    if (!(error instanceof BgcutError)) throw error;
    return error;
  });
  await engine.dispose();
  console.log(
    JSON.stringify({
      format,
      width,
      height,
      isPng: data.subarray(1, 4).toString() === 'PNG',
      code,
    }),
  );
})();
