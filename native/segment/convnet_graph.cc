#include "segment/convnet_graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace bgcut::segment {

namespace {

using Integers = std::vector<int64_t>;

// One node, its names, and its attributes by what ONNX calls them.
class NodeView {
 public:
  explicit NodeView(Ort::ConstNode node) : node_(node), type_(node.GetOperatorType()) {
    for (const auto& input : node.GetInputs()) {
      inputs_.push_back(input == nullptr ? std::string() : input.GetName());
    }
    for (const auto& output : node.GetOutputs()) outputs_.push_back(output.GetName());
  }

  const std::string& type() const { return type_; }
  const std::vector<std::string>& inputs() const { return inputs_; }
  const std::string& input(size_t index) const {
    static const std::string none;
    return index < inputs_.size() ? inputs_[index] : none;
  }
  const std::string& output() const { return outputs_.front(); }
  bool plain() const { return node_.GetDomain().empty() && outputs_.size() == 1; }

  Integers integers(const char* name, Integers otherwise) const {
    Ort::ConstOpAttr attribute;
    if (!node_.GetAttributeByName(name, attribute).IsOK() || attribute == nullptr) return otherwise;
    Integers values;
    return attribute.GetValueArray(values).IsOK() ? values : Integers{};
  }
  int64_t integer(const char* name, int64_t otherwise) const {
    Ort::ConstOpAttr attribute;
    if (!node_.GetAttributeByName(name, attribute).IsOK() || attribute == nullptr) return otherwise;
    int64_t value = 0;
    return attribute.GetValue(value).IsOK() ? value : otherwise;
  }
  std::string text(const char* name, std::string otherwise) const {
    Ort::ConstOpAttr attribute;
    if (!node_.GetAttributeByName(name, attribute).IsOK() || attribute == nullptr) return otherwise;
    std::string value;
    return attribute.GetValue(value).IsOK() ? value : std::string();
  }

 private:
  Ort::ConstNode node_;
  std::string type_;
  std::vector<std::string> inputs_;
  std::vector<std::string> outputs_;
};

// The constants of a graph by their names: shapes, and values where they are floats.
class Constants {
 public:
  explicit Constants(const Ort::ConstGraph& graph) {
    for (const auto& initializer : graph.GetInitializers()) {
      if (initializer.IsConstantInitializer()) by_name_.emplace(initializer.GetName(), initializer);
    }
  }

  // Empty where it is no float32 constant.
  Integers shape(const std::string& name) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return {};
    const auto info = found->second.TypeInfo().GetTensorTypeAndShapeInfo();
    return info.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT ? info.GetShape()
                                                                        : Integers{};
  }

  // Lives as long as the graph.
  const float* floats(const std::string& name) const {
    Ort::ConstValue value;
    const Ort::Status status = by_name_.at(name).GetInitializer(value);
    if (!status.IsOK()) throw Ort::Exception(status.GetErrorMessage(), status.GetErrorCode());
    return value.GetTensorData<float>();
  }

 private:
  std::map<std::string, Ort::ConstValueInfo> by_name_;
};

class Reader {
 public:
  explicit Reader(const Ort::ConstGraph& graph) : graph_(graph), constants_(graph) {}

  std::optional<ConvnetGraph> read() {
    if (!read_input() || graph_.GetOutputs().size() != 1) return std::nullopt;
    for (const auto& node : graph_.GetNodes()) {
      const NodeView& view = nodes_.emplace_back(node);
      if (!view.plain()) return std::nullopt;
      for (const auto& input : view.inputs()) readers_[input].push_back(nodes_.size() - 1);
    }
    for (size_t index = 0; index < nodes_.size(); ++index) {
      if (!read_node(index)) return std::nullopt;
    }
    return read_.result.empty() ? std::nullopt : std::optional(std::move(read_));
  }

 private:
  bool read_input() {
    const auto inputs = graph_.GetInputs();
    if (inputs.size() != 1) return false;
    const auto info = inputs.front().TypeInfo().GetTensorTypeAndShapeInfo();
    const auto shape = info.GetShape();
    if (info.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || shape.size() != 4 ||
        shape[0] != 1 || shape[1] < 1) {
      return false;
    }
    read_.input = inputs.front().GetName();
    read_.channels = static_cast<int>(shape[1]);
    return true;
  }

  bool read_node(size_t index) {
    if (within_.count(index) != 0) return true;
    const NodeView& node = nodes_[index];
    if (node.type() == "Conv") return read_convolution(node);
    if (node.type() == "Concat") return read_concat(node);
    if (node.type() == "MaxPool") return read_pool(node);
    if (node.type() == "Resize") return read_resize(node);
    return node.type() == "Sigmoid" && read_sigmoid(node);
  }

  // The only node that reads a value, if it is of that type.
  const NodeView* only_reader(const std::string& value, const char* type) const {
    const auto found = readers_.find(value);
    if (found == readers_.end() || found->second.size() != 1) return nullptr;
    const NodeView& node = nodes_[found->second.front()];
    return node.type() == type ? &node : nullptr;
  }

  void take(const NodeView& node) { within_.insert(static_cast<size_t>(&node - nodes_.data())); }

  bool known(const std::string& value) const { return made_.count(value) != 0; }

  int64_t channels_of(const std::vector<std::string>& values) const {
    int64_t sum = 0;
    for (const auto& value : values) sum += made_.at(value);
    return sum;
  }

  bool read_convolution(const NodeView& node) {
    ConvnetStep step{ConvnetStep::Kind::kConvolution, {}, node.output()};
    step.filters = node.input(1);
    step.bias = node.input(2);
    const Integers shape = constants_.shape(step.filters);
    if (shape.size() != 4 || shape[2] != 3 || shape[3] != 3) return false;
    if (constants_.shape(step.bias) != Integers{shape[0]}) return false;
    const Integers strides = node.integers("strides", {1, 1});
    const Integers dilations = node.integers("dilations", {1, 1});
    const int64_t dilation = dilations.empty() ? 0 : dilations.front();
    if (node.integer("group", 1) != 1 || node.text("auto_pad", "NOTSET") != "NOTSET" ||
        dilation < 1 || dilations != Integers{dilation, dilation} ||
        node.integers("pads", {}) != Integers(4, dilation)) {
      return false;
    }
    step.convolution.channels_out = static_cast<int>(shape[0]);
    step.convolution.dilation = static_cast<int>(dilation);
    const bool from_picture = node.input(0) == read_.input;
    if (strides != (from_picture ? Integers{2, 2} : Integers{1, 1})) return false;
    if (from_picture) {
      if (dilation != 1 || shape[1] != read_.channels) return false;
      step.convolution.stride = 2;
      step.inputs = {read_.input};
    } else {
      step.inputs = joined(node.input(0));
      if (channels_of(step.inputs) != shape[1]) return false;
    }
    follow(step);
    made_[step.output] = shape[0];
    read_.steps.push_back(std::move(step));
    return true;
  }

  // The ReLU after a convolution and the Add after that, if nothing else reads what is between.
  void follow(ConvnetStep& step) {
    const NodeView* const relu = only_reader(step.output, "Relu");
    if (relu == nullptr) return;
    take(*relu);
    step.convolution.relu = true;
    step.output = relu->output();
    const NodeView* const add = only_reader(step.output, "Add");
    if (add == nullptr || step.convolution.stride != 1) return;
    const std::string& other = add->input(0) == step.output ? add->input(1) : add->input(0);
    if (!known(other)) return;
    take(*add);
    step.residual = other;
    step.output = add->output();
  }

  // What a value is joined of; empty where it is unknown.
  std::vector<std::string> joined(const std::string& value) const {
    const auto found = joined_.find(value);
    if (found != joined_.end()) return found->second;
    return known(value) ? std::vector{value} : std::vector<std::string>();
  }

  bool read_concat(const NodeView& node) {
    if (node.integer("axis", 0) != 1) return false;
    auto& parts = joined_[node.output()];
    for (const auto& input : node.inputs()) {
      const auto more = joined(input);
      if (more.empty()) return false;
      parts.insert(parts.end(), more.begin(), more.end());
    }
    return true;
  }

  bool add_plain(const NodeView& node, ConvnetStep::Kind kind) {
    if (!known(node.input(0))) return false;
    made_[node.output()] = made_.at(node.input(0));
    read_.steps.push_back({kind, {node.input(0)}, node.output()});
    return true;
  }

  bool read_pool(const NodeView& node) {
    const Integers twos{2, 2};
    return node.integers("kernel_shape", {}) == twos && node.integers("strides", {}) == twos &&
           node.integers("pads", {0, 0, 0, 0}) == Integers(4, 0) &&
           node.integers("dilations", {1, 1}) == Integers(2, 1) &&
           node.integer("ceil_mode", 0) == 1 && node.text("auto_pad", "NOTSET") == "NOTSET" &&
           add_plain(node, ConvnetStep::Kind::kPool);
  }

  bool read_resize(const NodeView& node) {
    if (node.text("mode", "nearest") != "linear" || !node.input(1).empty() ||
        !node.input(3).empty() ||
        node.text("coordinate_transformation_mode", "half_pixel") != "half_pixel" ||
        node.integer("antialias", 0) != 0 || !node.integers("axes", {}).empty() ||
        constants_.shape(node.input(2)) != Integers{4}) {
      return false;
    }
    const float* const scales = constants_.floats(node.input(2));
    return std::equal(scales, scales + 4, std::vector{1.0F, 1.0F, 2.0F, 2.0F}.begin()) &&
           add_plain(node, ConvnetStep::Kind::kUpsample);
  }

  bool read_sigmoid(const NodeView& node) {
    if (!known(node.input(0)) || !read_.result.empty() ||
        node.output() != graph_.GetOutputs().front().GetName() ||
        readers_.count(node.output()) != 0) {
      return false;
    }
    read_.result = node.input(0);
    return true;
  }

  const Ort::ConstGraph& graph_;
  Constants constants_;
  std::vector<NodeView> nodes_;
  std::map<std::string, std::vector<size_t>> readers_;
  std::map<std::string, std::vector<std::string>> joined_;
  std::map<std::string, int64_t> made_;  // channels of each value
  std::set<size_t> within_;              // nodes that a convolution has in it
  ConvnetGraph read_{};
};

}  // namespace

std::optional<ConvnetGraph> read_convnet(const Ort::ConstGraph& graph) {
  return Reader(graph).read();
}

BuiltConvnet build_convnet(const ConvnetGraph& read, const Ort::ConstGraph& graph,
                           const convnet::Scheme* scheme) {
  const Constants constants(graph);
  BuiltConvnet built{convnet::Network(scheme, read.channels), -1};
  std::map<std::string, convnet::Value> values{{read.input, 0}};
  for (const auto& step : read.steps) {
    auto& made = values[step.output];
    switch (step.kind) {
      case ConvnetStep::Kind::kConvolution: {
        convnet::Convolution convolution = step.convolution;
        for (const auto& input : step.inputs) convolution.inputs.push_back(values.at(input));
        if (!step.residual.empty()) convolution.residual = values.at(step.residual);
        made = built.network.add_convolution(convolution, constants.floats(step.filters),
                                             constants.floats(step.bias));
        break;
      }
      case ConvnetStep::Kind::kPool:
        made = built.network.add_pool(values.at(step.inputs.front()));
        break;
      case ConvnetStep::Kind::kUpsample:
        made = built.network.add_upsample(values.at(step.inputs.front()));
        break;
    }
  }
  built.result = values.at(read.result);
  return built;
}

}  // namespace bgcut::segment
