// Private to native/segment: a graph of ONNX Runtime as steps of convnet::Network.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "convnet/network.h"
#include "segment/ort.h"

namespace bgcut::segment {

struct ConvnetStep {
  enum class Kind { kConvolution, kPool, kUpsample };
  Kind kind;
  std::vector<std::string> inputs;  // of a convolution: what its Concat joins
  std::string output;               // the name after the ReLU and the Add
  // Of a convolution.
  convnet::Convolution convolution = {};  // without its values
  std::string residual = {};              // empty: none
  std::string filters = {};
  std::string bias = {};
};

struct ConvnetGraph {
  std::string input;
  int channels;  // of the input
  std::vector<ConvnetStep> steps;
  std::string result;  // what the sigmoid at the end reads
};

// Reads a graph that convnet::Network can run whole, as U2-Net and IS-Net are built: Conv of 3 x 3
// with a ReLU or without, Concat along the channels, Add after a ReLU, MaxPool of 2 x 2, Resize to
// twice the size, one float32 input, one Sigmoid that is the only output. Returns nothing for any
// other graph: a network that ran in part here and in part in ONNX Runtime would gain nothing.
std::optional<ConvnetGraph> read_convnet(const Ort::ConstGraph& graph);

// The network of what read_convnet() read from the same graph, with its weights, and the value that
// the sigmoid reads. Throws Ort::Exception when a weight can't be read.
struct BuiltConvnet {
  convnet::Network network;
  convnet::Value result;
};
BuiltConvnet build_convnet(const ConvnetGraph& read, const Ort::ConstGraph& graph,
                           const convnet::Scheme* scheme);

}  // namespace bgcut::segment
