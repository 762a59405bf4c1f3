// Private to native/convnet: the scheme for CPUs with AMX.
#pragma once

#include <memory>

#include "convnet/scheme.h"
#include "convnet/tiles.h"

namespace bgcut::convnet {

std::unique_ptr<const Scheme> tiles_scheme(const TileKernels& kernels);

// How a value lies in `memory`, if it isn't plain; those are [height][width] of float32.
TileValue tile_value(void* memory, const Shape& shape);

}  // namespace bgcut::convnet
