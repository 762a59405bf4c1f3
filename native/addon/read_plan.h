// The objects of lib/native.ts, read once into plain structs. Values were validated in TypeScript.
#pragma once

#include <napi.h>

#include <string>

#include "core/plan.h"
#include "segment/model.h"

namespace bgcut::addon {

// The model of an engine, or its detector: the same fields.
struct ModelConfig {
  std::string file;
  segment::Contract contract;
};

ModelConfig read_model_config(const Napi::Object& config);
// The fields of NativePlacement; device "cpu" where the object has none.
segment::Placement read_placement(const Napi::Object& config);
// The spelling of a device in JavaScript, and back.
segment::Device read_device(const Napi::Value& name);
const char* device_name(segment::Device wanted);
Plan read_plan(const Napi::Object& plan);
// Without the background picture, which is a native object of its own.
Composition read_composition(const Napi::Object& composition);

}  // namespace bgcut::addon
