#include "addon/read_plan.h"

#include <initializer_list>
#include <utility>

namespace bgcut::addon {

namespace {

Napi::Object read_object(const Napi::Object& from, const char* key) {
  const Napi::Value value = from.Get(key);
  if (!value.IsObject()) throw Napi::TypeError::New(from.Env(), std::string(key) + " is no object");
  return value.As<Napi::Object>();
}

double read_number(const Napi::Object& from, const char* key) {
  const Napi::Value value = from.Get(key);
  if (!value.IsNumber()) throw Napi::TypeError::New(from.Env(), std::string(key) + " is no number");
  return value.As<Napi::Number>().DoubleValue();
}

int read_int(const Napi::Object& from, const char* key) {
  return static_cast<int>(read_number(from, key));
}

std::string read_string(const Napi::Object& from, const char* key) {
  const Napi::Value value = from.Get(key);
  if (!value.IsString()) throw Napi::TypeError::New(from.Env(), std::string(key) + " is no string");
  return value.As<Napi::String>().Utf8Value();
}

template <typename Enum>
Enum one_of(Napi::Env env, const std::string& name,
            std::initializer_list<std::pair<const char*, Enum>> all) {
  for (const auto& [spelling, value] : all) {
    if (name == spelling) return value;
  }
  throw Napi::TypeError::New(env, "unknown value " + name);
}

std::array<float, 3> read_triple(const Napi::Object& from, const char* key) {
  const Napi::Object values = read_object(from, key);
  std::array<float, 3> triple{};
  for (uint32_t i = 0; i < 3; ++i) triple[i] = values.Get(i).ToNumber().FloatValue();
  return triple;
}

Size read_size(const Napi::Object& from) {
  return {read_int(from, "width"), read_int(from, "height")};
}

PngFilter read_filter(const Napi::Object& from) {
  return one_of<PngFilter>(from.Env(), read_string(from, "filter"),
                           {{"none", PngFilter::kNone},
                            {"sub", PngFilter::kSub},
                            {"up", PngFilter::kUp},
                            {"all", PngFilter::kAll}});
}

Encoder read_encoder(const Napi::Object& from) {
  Encoder encoder;
  encoder.format = one_of<Format>(from.Env(), read_string(from, "format"),
                                  {{"png", Format::kPng},
                                   {"jpg", Format::kJpg},
                                   {"webp", Format::kWebp},
                                   {"zip", Format::kZip}});
  const bool png = encoder.format == Format::kPng || encoder.format == Format::kZip;
  if (png) {
    encoder.compression = read_int(from, "compression");
    encoder.filter = read_filter(from);
  }
  if (encoder.format != Format::kPng) encoder.quality = read_int(from, "quality");
  if (encoder.format == Format::kWebp) encoder.effort = read_int(from, "effort");
  return encoder;
}

Target read_target(const Napi::Object& from) {
  return {read_size(from), read_encoder(read_object(from, "encoder"))};
}

}  // namespace

segment::Device read_device(const Napi::Value& name) {
  using segment::Device;
  return one_of<Device>(name.Env(), name.ToString().Utf8Value(),
                        {{"cpu", Device::kCpu},
                         {"cuda", Device::kCuda},
                         {"tensorrt", Device::kTensorRt},
                         {"directml", Device::kDirectMl},
                         {"coreml", Device::kCoreMl},
                         {"webgpu", Device::kWebGpu}});
}

EngineConfig read_engine_config(const Napi::Object& config) {
  const Napi::Object input = read_object(config, "input");
  const Napi::Object output = read_object(config, "output");
  return {
      read_string(config, "modelFile"),
      read_device(config.Get("device")),
      read_int(config, "threads"),
      read_int(config, "concurrency"),
      {
          read_string(input, "name"),
          read_triple(input, "mean"),
          read_triple(input, "std"),
          one_of<segment::BandOrder>(
              config.Env(), read_string(input, "order"),
              {{"rgb", segment::BandOrder::kRgb}, {"bgr", segment::BandOrder::kBgr}}),
          read_string(output, "name"),
          one_of<segment::Activation>(config.Env(), read_string(output, "activation"),
                                      {{"none", segment::Activation::kNone},
                                       {"sigmoid", segment::Activation::kSigmoid},
                                       {"minmax", segment::Activation::kMinMax}}),
      },
  };
}

Plan read_plan(const Napi::Object& plan) {
  Plan result;
  result.transparent = read_target(read_object(plan, "transparent"));
  if (plan.Get("opaque").IsObject()) result.opaque = read_target(read_object(plan, "opaque"));
  result.segment = read_size(read_object(plan, "segment"));
  result.channels = one_of<Channels>(plan.Env(), read_string(plan, "channels"),
                                     {{"rgba", Channels::kRgba}, {"alpha", Channels::kAlpha}});
  result.timeout = std::chrono::milliseconds(static_cast<int64_t>(read_number(plan, "timeoutMs")));
  return result;
}

}  // namespace bgcut::addon
