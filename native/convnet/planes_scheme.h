// Private to native/convnet: the scheme for CPUs with wide vectors.
#pragma once

#include <memory>

#include "convnet/kernels.h"
#include "convnet/scheme.h"

namespace bgcut::convnet {

std::unique_ptr<const Scheme> planes_scheme(const Kernels& kernels);

}  // namespace bgcut::convnet
