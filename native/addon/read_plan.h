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

struct EngineConfig {
  ModelConfig model;
  segment::Device device;
  int threads;
  int concurrency;
};

ModelConfig read_model_config(const Napi::Object& config);
EngineConfig read_engine_config(const Napi::Object& config);
segment::Device read_device(const Napi::Value& name);
Plan read_plan(const Napi::Object& plan);
// Without the background picture, which is a native object of its own.
Composition read_composition(const Napi::Object& composition);

}  // namespace bgcut::addon
