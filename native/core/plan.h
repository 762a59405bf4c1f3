// What one request is to do: the output of lib/plan.ts, read once by native/addon/read_plan.cc.
// TypeScript has validated it; no default value stands here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace bgcut {

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
  int64_t area() const { return static_cast<int64_t>(width) * height; }
};

enum class Format { kPng, kJpg, kWebp, kZip };
enum class Channels { kRgba, kAlpha };
enum class PngFilter { kNone, kSub, kUp, kAll };

// Settings of one encoder; each format reads its own fields only.
struct Encoder {
  Format format = Format::kPng;
  int quality = 0;                      // jpg, webp, zip (its color.jpg): 1..100
  int compression = 0;                  // png, zip (its alpha.png): zlib level 0..9
  int effort = 0;                       // webp: 0..6
  PngFilter filter = PngFilter::kNone;  // png, zip (its alpha.png)
};

// One way to write the result: its size in pixels, upright, and its encoder.
struct Target {
  Size size;
  Encoder encoder;
};

struct Plan {
  Target transparent;            // the answer, unless `opaque` is there and nothing is transparent
  std::optional<Target> opaque;  // format auto only
  Size segment;                  // the model's input: the picture is squeezed to it
  Channels channels = Channels::kRgba;
  std::chrono::milliseconds timeout{0};  // from submission; 0: none
};

}  // namespace bgcut
