// Reading the fields of an object. A missing or mistyped one is a defect of ours: Napi::TypeError.
#pragma once

#include <napi.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "core/plan.h"

namespace bgcut::addon {

inline Napi::Object read_object(const Napi::Object& from, const char* key) {
  const Napi::Value value = from.Get(key);
  if (!value.IsObject()) throw Napi::TypeError::New(from.Env(), std::string(key) + " is no object");
  return value.As<Napi::Object>();
}

inline double read_number(const Napi::Object& from, const char* key) {
  const Napi::Value value = from.Get(key);
  if (!value.IsNumber()) throw Napi::TypeError::New(from.Env(), std::string(key) + " is no number");
  return value.As<Napi::Number>().DoubleValue();
}

inline int read_int(const Napi::Object& from, const char* key) {
  return static_cast<int>(read_number(from, key));
}

inline std::string read_string(const Napi::Object& from, const char* key) {
  const Napi::Value value = from.Get(key);
  if (!value.IsString()) throw Napi::TypeError::New(from.Env(), std::string(key) + " is no string");
  return value.As<Napi::String>().Utf8Value();
}

// The value that `all` has for the spelling in `name`.
template <typename Enum>
Enum enum_of(const Napi::Value& name, std::initializer_list<std::pair<const char*, Enum>> all) {
  const std::string wanted = name.ToString().Utf8Value();
  for (const auto& [spelling, value] : all) {
    if (wanted == spelling) return value;
  }
  throw Napi::TypeError::New(name.Env(), "unknown value " + wanted);
}

template <typename Enum>
Enum read_enum(const Napi::Object& from, const char* key,
               std::initializer_list<std::pair<const char*, Enum>> all) {
  return enum_of<Enum>(from.Get(key), all);
}

inline Size read_size(const Napi::Object& from) {
  return {read_int(from, "width"), read_int(from, "height")};
}

inline Box read_box(const Napi::Object& from) {
  return {read_int(from, "left"), read_int(from, "top"), read_int(from, "width"),
          read_int(from, "height")};
}

inline Napi::Object size_to_js(Napi::Env env, const Size& size) {
  auto value = Napi::Object::New(env);
  value.Set("width", size.width);
  value.Set("height", size.height);
  return value;
}

inline Napi::Object box_to_js(Napi::Env env, const Box& box) {
  auto value = size_to_js(env, box.size());
  value.Set("left", box.left);
  value.Set("top", box.top);
  return value;
}

}  // namespace bgcut::addon
