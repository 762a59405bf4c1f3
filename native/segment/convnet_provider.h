// Private to native/segment, but for the two functions that ONNX Runtime looks for in the library:
// an execution provider for ONNX Runtime that runs networks of the U2-Net family on the CPU with
// the kernels of native/convnet.
#pragma once

#include <string>

#include "convnet/scheme.h"
#include "core/cancel.h"
#include "segment/ort.h"
#include "segment/runtime.h"

namespace bgcut::segment {

// The provider's name, as ONNX Runtime has it.
inline constexpr const char* kConvnetProvider = "BgCutExecutionProvider";

// The name of the kernels that a session gets whose model allows these precisions; empty where
// there are none.
std::string convnet_kernels(convnet::Precisions allowed);

// Makes the provider known to the environment. `own.library` exports CreateEpFactories and
// ReleaseEpFactory; ONNX Runtime opens it once more. Where that can't be done, or this CPU has not
// the kernels, sessions have ONNX Runtime's.
void register_convnet_provider(Ort::Env& environment, const OwnProvider& own);

// Gives a session the provider, if it is registered; what it can't run whole stays with ONNX
// Runtime.
void append_convnet(Ort::Env& environment, Ort::SessionOptions& options, int threads,
                    convnet::Precisions allowed);

// While it lives, a run that this thread starts ends early once `token` is stopped: ONNX Runtime's
// own flag is looked at between nodes only, and for it the whole network is one.
// `release_memory`: the memory of the run goes back to the system afterwards.
class RunWith {
 public:
  RunWith(const CancelToken& token, bool release_memory);
  ~RunWith();
  RunWith(const RunWith&) = delete;
  RunWith& operator=(const RunWith&) = delete;

  const CancelToken& token() const { return token_; }
  bool release_memory() const { return release_memory_; }

 private:
  const CancelToken& token_;
  const bool release_memory_;
};

// What the library has to export: see OrtEpFactory.
OrtStatus* create_convnet_factories(const OrtApiBase* base, OrtEpFactory** factories, size_t most,
                                    size_t* count) noexcept;
OrtStatus* release_convnet_factory(OrtEpFactory* factory) noexcept;

}  // namespace bgcut::segment
