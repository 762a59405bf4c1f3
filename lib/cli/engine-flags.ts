/** The options of an engine as flags of commands. */
import { text } from '../params/grammar.js';
import { engineOptions } from '../params/options.js';

/** On the command line a model is a name or a path; what code may pass instead would only puzzle here. */
export const onCommandLine = {
  ...engineOptions,
  model: {
    ...engineOptions.model,
    grammar: text('a name or a path'),
    doc: 'A model by its name ("bgcut models" lists them), or the path of an .onnx file.',
  },
  mattingModel: {
    ...engineOptions.mattingModel,
    grammar: text('a name or a path'),
    doc: 'A model that makes the matte in place of BgCut, by its name or path.',
  },
};
