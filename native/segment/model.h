// A segmentation model: an ONNX Runtime session and the contract of its manifest.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/blocks.h"
#include "core/cancel.h"
#include "core/plan.h"
#include "image/pixels.h"
#include "segment/provider.h"

namespace bgcut::segment {

enum class BandOrder { kRgb, kBgr };
enum class Activation { kNone, kSigmoid, kMinMax };

// What a manifest says about a model's input and output.
struct Contract {
  std::string input_name;
  std::array<float, 3> mean;  // per plane, in their order: x = (byte / 255 - mean) / std
  std::array<float, 3> std;
  BandOrder order;
  std::string output_name;
  Activation activation;  // from the raw output to a foreground probability
};

// Planar float input of the model: [1, planes, height, width]; the picture's three planes, and for
// a matting model the trimap.
struct Tensor {
  Floats values;
  Size size;
};

// Foreground probability 0..1 per pixel of the model's input, row by row.
struct Mask {
  Floats values;
  Size size;
};

// Whether a mask has found its subject: it is sure of a fair part of what it takes for one. A model
// that is shown a picture smaller than those it was trained on now and then is sure of nothing.
bool is_sure(const Mask& mask);

// Normalises `rgb` (three bands) as the contract says.
Tensor fill_tensor(const image::Pixels& rgb, const Contract& contract);

// The weights; shared by all requests, engines and worker threads of the process that ask for the
// same file and placement.
class Session;

// Loads or shares a session. Blocks while loading: for minutes where TensorRT has to build its
// engine. Throws kModelInvalid when the file isn't a model that ONNX Runtime can run, or doesn't
// have the contract's input and output; kProviderUnavailable when the device can't be used;
// kOutOfMemory.
std::shared_ptr<Session> open_session(const std::string& file, const Placement& placement,
                                      const Contract& contract);

// How many nodes of the graph each device has, those of the CPU that a provider left over among
// them; as counted before a provider fuses them.
std::vector<NodeCount> nodes_of(const Session& session);

// Whose kernels a model on the CPU runs with: the name of those of native/convnet, or
// "onnxruntime", as on every other device.
std::string kernels_of(const Session& session);

// Whether an inference keeps as many CPUs busy as its placement has threads, whoever else waits for
// one: ONNX Runtime's kernels do. Those of native/convnet take what is to spare, step by step.
bool keeps_all_threads(const Session& session);

// One inference; may be called from several threads at once. Stops inside the run when the token
// is cancelled. `release_scratch`: gives the memory of the activations back to the system
// afterwards (some 460 MB for IS-Net at 1024; taking it again costs about 5 % of a run).
// `milliseconds`: the time inside ONNX Runtime.
// Throws kInferenceFailed, kOutOfMemory, or the token's reason.
Mask infer(Session& session, const Contract& contract, const Tensor& input, bool release_scratch,
           CancelToken& token, double& milliseconds);

// Gives the memory that runs of native/convnet left for the next ones, of whatever session, back to
// the system: up to 128 MB.
void release_run_memory();

}  // namespace bgcut::segment
