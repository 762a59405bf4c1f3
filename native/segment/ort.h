// Private to native/segment: the C++ API of ONNX Runtime and the process-wide environment.
#pragma once

#include <onnxruntime_cxx_api.h>

namespace bgcut::segment {

// The environment that load_runtime started. Throws kInternalError before that. It is never
// destroyed: sessions may live until the process ends, and ONNX Runtime's own static objects may
// be gone by then.
Ort::Env& environment();

}  // namespace bgcut::segment
