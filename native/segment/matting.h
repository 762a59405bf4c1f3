// A learned matting model: alpha from a picture and its trimap.
#pragma once

#include <memory>

#include "core/cancel.h"
#include "image/pixels.h"
#include "segment/model.h"

namespace bgcut::segment {

// A model with the contract of ViTMatte (Yao, Wang, Yang, Wang: ViTMatte: Boosting Image Matting
// with Pretrained Plain Vision Transformers, 2023): its input is [1, 4, height, width], the picture
// normalised as the contract says and the trimap, 0 for background, 1 for foreground, .5 between;
// its output is one alpha for each pixel.
struct MattingModel {
  std::shared_ptr<Session> session;
  Contract contract;
};

// Alpha of `rgb` (three bands), whose `trimap` (0, .5 or 1) has the same size; of any size, as the
// model gives it. Throws what infer throws.
Mask infer_alpha(const MattingModel& model, const image::Pixels& rgb, const Mask& trimap,
                 CancelToken& token);

}  // namespace bgcut::segment
