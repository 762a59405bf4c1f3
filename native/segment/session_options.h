// Private to native/segment: the settings of a session, each provider's own among them.
#pragma once

#include <string>

#include "segment/ort.h"
#include "segment/provider.h"

namespace bgcut::segment {

// Options for a session at `placement` of a model whose input is called `input_name`.
// Throws Ort::Exception when the provider can't be had.
Ort::SessionOptions session_options(const Placement& placement, const std::string& input_name);

}  // namespace bgcut::segment
