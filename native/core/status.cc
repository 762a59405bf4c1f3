#include "core/status.h"

#include <new>

namespace bgcut {

const char* code_name(Code code) {
  switch (code) {
    case Code::kInvalidFileType:
      return "invalid_file_type";
    case Code::kInvalidDimensions:
      return "invalid_dimensions";
    case Code::kFailedToReadImage:
      return "failed_to_read_image";
    case Code::kFailedToReadBackground:
      return "failed_to_read_background";
    case Code::kResolutionTooHigh:
      return "resolution_too_high";
    case Code::kUnknownForeground:
      return "unknown_foreground";
    case Code::kAborted:
      return "aborted";
    case Code::kTimeout:
      return "timeout";
    case Code::kEngineDisposed:
      return "engine_disposed";
    case Code::kProviderUnavailable:
      return "provider_unavailable";
    case Code::kModelInvalid:
      return "model_invalid";
    case Code::kInferenceFailed:
      return "inference_failed";
    case Code::kOutOfMemory:
      return "out_of_memory";
    case Code::kInternalError:
      return "internal_error";
  }
  return "internal_error";
}

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {Code::kOutOfMemory, "allocation failed"};
  } catch (const std::exception& error) {
    return {Code::kInternalError, error.what()};
  } catch (...) {
    return {Code::kInternalError, "unknown exception"};
  }
}

}  // namespace bgcut
