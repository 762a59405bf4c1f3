// The objects of lib/native.ts, read once into plain structs. Values were validated in TypeScript;
// a missing or mistyped field is a defect of ours and throws Napi::TypeError.
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
Plan read_plan(const Napi::Object& plan);
segment::Device read_device(const Napi::Value& name);

}  // namespace bgcut::addon
