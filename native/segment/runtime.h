// Loading ONNX Runtime by path, once per process. Only native/segment includes ONNX Runtime.
#pragma once

#include <string>
#include <utility>

#include "core/status.h"

namespace bgcut::segment {

// Loads the library at the absolute `path` (UTF-8) without sharing its symbols, so that an app's
// own copy of another version goes on undisturbed, and starts its environment. Later calls do
// nothing. Returns its version. Throws kInternalError with the loader's words.
//
// `own`: the library that this code is in, if it exports the execution provider of native/convnet
// (convnet_provider.h), which then runs what it can of models on the CPU; empty: it is not used.
struct OwnProvider {
  std::string library = {};
  std::string kernels = {};  // the name of the kernels to use; empty: the best for the CPU
};
std::string load_runtime(const std::string& path, const OwnProvider& own = {});

// The version of the loaded runtime; empty before load_runtime.
std::string runtime_version();

// What ONNX Runtime said last at severity warning or above on this process, for naming the cause
// of a failure (a missing library is only ever told to its log); empties the record.
std::string take_runtime_log();

// What a user can use of an error of ONNX Runtime: its last plain clause, without the source files,
// function names and assertions that it puts in front. `log`: what take_runtime_log gave, which
// names missing libraries; it is preferred where it says more.
std::string plain_reason(const std::string& error, const std::string& log);

// Whether an error of ONNX Runtime is about memory, the GPU's or the machine's, that was not to be
// had.
bool is_out_of_memory(const std::string& error);

}  // namespace bgcut::segment
