// Alpha in the unknown part of a trimap, from the colours of the picture: closed-form matting
// (Levin, Lischinski, Weiss: A Closed-Form Solution to Natural Image Matting, 2008).
#pragma once

#include "core/cancel.h"
#include "image/pixels.h"
#include "matte/plane.h"
#include "matte/trimap.h"

namespace bgcut::matte {

// What is believed of alpha before the colours are looked at, where it is unknown. Both planes are
// of the picture's size.
struct Prior {
  const Plane& alpha;
  const Plane& weight;  // 0 or more; of the order of .001 beside the colours' weight of 1
};

// When the solver is to stop, and how far colours may lie off a line.
struct Effort {
  int iterations;   // at most
  float tolerance;  // of the residual, relative to that of the first guess
  float epsilon;    // Levin's: colours are 0..1
};

// Minimises a'La + sum w (a - prior)^2 over the unknown pixels of `trimap`, L being the matting
// Laplacian of 3 x 3 windows of `rgb` (three bands, of the trimap's size); what is known stays 0 or
// 1. Conjugate gradients from `start` on, preconditioned by the diagonal. Needs some 140 bytes for
// each unknown pixel. The result, 0..1, doesn't depend on `threads`.
// Throws the token's reason.
Plane closed_form(const image::Pixels& rgb, const Trimap& trimap, const Plane& start,
                  const Prior& prior, const Effort& effort, int threads, const CancelToken& token);

}  // namespace bgcut::matte
