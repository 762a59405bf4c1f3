// Typed failures of the native core. The public sentence for each code is written once, in
// lib/errors.ts; what travels here is the code and a private cause for logs.
#pragma once

#include <stdexcept>
#include <string>

namespace bgcut {

enum class Code {
  kInvalidFileType,
  kInvalidDimensions,
  kFailedToReadImage,
  kFailedToReadBackground,
  kResolutionTooHigh,
  kUnknownForeground,
  kAborted,
  kTimeout,
  kEngineDisposed,
  kProviderUnavailable,
  kModelInvalid,
  kInferenceFailed,
  kOutOfMemory,
  kInternalError,
};

// The stable spelling of a code, as JavaScript sees it.
const char* code_name(Code code);

// Thrown by every stage. `what()` is the private cause.
class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& cause) : std::runtime_error(cause), code_(code) {}
  Code code() const { return code_; }

 private:
  Code code_;
};

// The failure that is being handled, as an Error: call only inside a catch block.
Error current_error();

}  // namespace bgcut
