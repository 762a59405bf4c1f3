#include "segment/matting.h"

namespace bgcut::segment {

Mask infer_alpha(const MattingModel& model, const image::Pixels& rgb, const Mask& trimap,
                 CancelToken& token) {
  Tensor input = fill_tensor(rgb, model.contract);
  input.values.insert(input.values.end(), trimap.values.begin(), trimap.values.end());
  double milliseconds = 0;
  return infer(*model.session, model.contract, input, false, token, milliseconds);
}

}  // namespace bgcut::segment
