// The objects of lib/native.ts, read once into plain structs. Values were validated in TypeScript.
#pragma once

#include <napi.h>

#include <string>

#include "core/plan.h"
#include "segment/model.h"

namespace bgcut::addon {

struct EngineConfig {
  std::string model_file;
  segment::Device device;
  int threads;
  int concurrency;
  segment::Contract contract;
};

EngineConfig read_engine_config(const Napi::Object& config);
segment::Device read_device(const Napi::Value& name);
Plan read_plan(const Napi::Object& plan);
// Without the background picture, which is a native object of its own.
Composition read_composition(const Napi::Object& composition);

}  // namespace bgcut::addon
