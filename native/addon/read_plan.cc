#include "addon/read_plan.h"

#include <array>
#include <utility>

#include "addon/read_value.h"

namespace bgcut::addon {

namespace {

std::array<float, 3> read_triple(const Napi::Object& from, const char* key) {
  const Napi::Object values = read_object(from, key);
  std::array<float, 3> triple{};
  for (uint32_t i = 0; i < 3; ++i) triple[i] = values.Get(i).ToNumber().FloatValue();
  return triple;
}

Encoder read_encoder(const Napi::Object& from) {
  Encoder encoder;
  encoder.format = read_enum<Format>(from, "format",
                                     {{"png", Format::kPng},
                                      {"jpg", Format::kJpg},
                                      {"webp", Format::kWebp},
                                      {"zip", Format::kZip}});
  if (encoder.format == Format::kPng || encoder.format == Format::kZip) {
    encoder.compression = read_int(from, "compression");
    encoder.filter = read_enum<PngFilter>(from, "filter",
                                          {{"none", PngFilter::kNone},
                                           {"sub", PngFilter::kSub},
                                           {"up", PngFilter::kUp},
                                           {"all", PngFilter::kAll}});
  }
  if (encoder.format != Format::kPng) encoder.quality = read_int(from, "quality");
  if (encoder.format == Format::kJpg || encoder.format == Format::kZip) {
    encoder.optimize = from.Get("optimize").ToBoolean().Value();
  }
  if (encoder.format == Format::kWebp) encoder.effort = read_int(from, "effort");
  return encoder;
}

Shadow read_shadow(const Napi::Object& from) {
  return {
      read_enum<ShadowKind>(
          from, "kind",
          {{"drop", ShadowKind::kDrop}, {"3D", ShadowKind::kThreeD}, {"car", ShadowKind::kCar}}),
      static_cast<float>(read_number(from, "opacity"))};
}

Colour read_colour(const Napi::Object& rgba) {
  const auto band = [&](uint32_t i) {
    return static_cast<uint8_t>(rgba.Get(i).ToNumber().Uint32Value());
  };
  return {band(0), band(1), band(2), band(3)};
}

Matting read_matting(const Napi::Object& matting) {
  Matting result;
  result.pixels = read_int(matting, "pixels");
  if (matting.Get("model").IsObject()) result.model = read_size(read_object(matting, "model"));
  if (matting.Get("otherScale").IsObject()) {
    result.other_scale = read_size(read_object(matting, "otherScale"));
  }
  if (!matting.Has("without")) return result;
  const auto without = matting.Get("without").As<Napi::Array>();
  for (uint32_t i = 0; i < without.Length(); ++i) {
    const auto step = enum_of<bool MattingSteps::*>(
        without.Get(i), {{"closer-look", &MattingSteps::closer_look},
                         {"holes", &MattingSteps::holes},
                         {"prior", &MattingSteps::prior},
                         {"doubt", &MattingSteps::doubt},
                         {"background", &MattingSteps::background},
                         {"coarse-start", &MattingSteps::coarse_start},
                         {"solid-inside", &MattingSteps::solid_inside},
                         {"haze", &MattingSteps::haze},
                         {"filled-inside", &MattingSteps::filled_inside},
                         {"detail", &MattingSteps::detail}});
    result.steps.*step = false;
  }
  return result;
}

}  // namespace

constexpr std::array<std::pair<const char*, segment::Device>, 6> kDevices{
    {{"cpu", segment::Device::kCpu},
     {"cuda", segment::Device::kCuda},
     {"tensorrt", segment::Device::kTensorRt},
     {"directml", segment::Device::kDirectMl},
     {"coreml", segment::Device::kCoreMl},
     {"webgpu", segment::Device::kWebGpu}}};

segment::Device read_device(const Napi::Value& name) {
  const std::string wanted = name.ToString().Utf8Value();
  for (const auto& [spelling, device] : kDevices) {
    if (wanted == spelling) return device;
  }
  throw Napi::TypeError::New(name.Env(), "unknown value " + wanted);
}

const char* device_name(segment::Device wanted) {
  for (const auto& [spelling, device] : kDevices) {
    if (wanted == device) return spelling;
  }
  return "";
}

ModelConfig read_model_config(const Napi::Object& config) {
  const Napi::Object input = read_object(config, "input");
  const Napi::Object output = read_object(config, "output");
  return {
      read_string(config, "modelFile"),
      {
          read_string(input, "name"),
          read_triple(input, "mean"),
          read_triple(input, "std"),
          read_enum<segment::BandOrder>(
              input, "order",
              {{"rgb", segment::BandOrder::kRgb}, {"bgr", segment::BandOrder::kBgr}}),
          read_string(output, "name"),
          read_enum<segment::Activation>(output, "activation",
                                         {{"none", segment::Activation::kNone},
                                          {"sigmoid", segment::Activation::kSigmoid},
                                          {"minmax", segment::Activation::kMinMax}}),
      },
  };
}

segment::Placement read_placement(const Napi::Object& config) {
  segment::Placement placement;
  if (config.Has("device")) placement.device = read_device(config.Get("device"));
  placement.threads = read_int(config, "threads");
  if (config.Has("gpuMemoryLimit")) {
    placement.gpu_memory_limit = static_cast<uint64_t>(read_number(config, "gpuMemoryLimit"));
  }
  placement.half = config.Get("half").ToBoolean().Value();
  placement.bfloat16 = config.Get("bfloat16").ToBoolean().Value();
  if (config.Has("cacheFolder")) placement.cache = read_string(config, "cacheFolder");
  if (config.Has("inputSides")) {
    const auto sides = config.Get("inputSides").As<Napi::Array>();
    for (uint32_t i = 0; i < sides.Length(); ++i) {
      placement.sides.push_back(sides.Get(i).ToNumber().Int32Value());
    }
  }
  return placement;
}

Plan read_plan(const Napi::Object& plan) {
  Plan result;
  result.frame = read_size(read_object(plan, "frame"));
  if (plan.Get("transparentFrame").IsObject()) {
    result.transparent_frame = read_size(read_object(plan, "transparentFrame"));
  }
  result.segment = read_size(read_object(plan, "segment"));
  if (plan.Get("segmentAgain").IsObject()) {
    result.segment_again = read_size(read_object(plan, "segmentAgain"));
  }
  if (plan.Get("roi").IsObject()) result.roi = read_box(read_object(plan, "roi"));
  if (plan.Get("matting").IsObject()) result.matting = read_matting(read_object(plan, "matting"));
  result.classify = plan.Get("classify").ToBoolean().Value();
  result.timeout = std::chrono::milliseconds(static_cast<int64_t>(read_number(plan, "timeoutMs")));
  return result;
}

Composition read_composition(const Napi::Object& composition) {
  Composition result;
  result.canvas = read_size(read_object(composition, "canvas"));
  result.source = read_box(read_object(composition, "source"));
  result.target = read_box(read_object(composition, "target"));
  result.windows = read_enum<Windows>(
      composition, "windows",
      {{"as-found", Windows::kAsFound}, {"open", Windows::kOpen}, {"closed", Windows::kClosed}});
  if (composition.Get("shadow").IsObject()) {
    result.shadow = read_shadow(read_object(composition, "shadow"));
  }
  if (composition.Get("background").IsObject()) {
    const Napi::Object background = read_object(composition, "background");
    if (background.Has("color"))
      result.background_colour = read_colour(read_object(background, "color"));
  }
  result.channels = read_enum<Channels>(composition, "channels",
                                        {{"rgba", Channels::kRgba}, {"alpha", Channels::kAlpha}});
  result.encoder = read_encoder(read_object(composition, "encoder"));
  return result;
}

}  // namespace bgcut::addon
