// Private to native/segment: the settings of a session.
#pragma once

#include "segment/ort.h"
#include "segment/provider.h"

namespace bgcut::segment {

// Options for a session on `device` with `threads` CPU threads.
// Throws Ort::Exception when the provider can't be had.
Ort::SessionOptions session_options(Device device, int threads);

}  // namespace bgcut::segment
