#include "addon/read_plan.h"

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

}  // namespace

segment::Device read_device(const Napi::Value& name) {
  using segment::Device;
  return enum_of<Device>(name, {{"cpu", Device::kCpu},
                                {"cuda", Device::kCuda},
                                {"tensorrt", Device::kTensorRt},
                                {"directml", Device::kDirectMl},
                                {"coreml", Device::kCoreMl},
                                {"webgpu", Device::kWebGpu}});
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

EngineConfig read_engine_config(const Napi::Object& config) {
  return {read_model_config(config), read_device(config.Get("device")), read_int(config, "threads"),
          read_int(config, "concurrency")};
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
  if (plan.Get("matting").IsObject()) {
    const Napi::Object matting = read_object(plan, "matting");
    result.matting = Matting{read_int(matting, "pixels"), {}, {}};
    if (matting.Get("model").IsObject()) {
      result.matting->model = read_size(read_object(matting, "model"));
    }
    if (matting.Get("secondLook").IsObject()) {
      result.matting->second_look = read_size(read_object(matting, "secondLook"));
    }
  }
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
