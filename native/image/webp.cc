#include "image/webp.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/parallel.h"
#include "core/status.h"

namespace bgcut::image {

namespace {

// ---- hidden colours

constexpr int kBlock = 8;  // a side: what one transform of the encoder's chroma reads

struct Colour {
  std::array<uint8_t, 3> of;
};

// The mean of what is seen of a block, weighted by its alpha; nothing where all of it is hidden.
std::optional<Colour> seen_colour(const Pixels& rgba, const Box& block) {
  std::array<uint32_t, 3> sums{};
  uint32_t weights = 0;
  for (int y = block.top; y < block.top + block.height; ++y) {
    const uint8_t* pixel = rgba.row(y) + static_cast<ptrdiff_t>(block.left) * 4;
    for (int x = 0; x < block.width; ++x, pixel += 4) {
      weights += pixel[3];
      for (size_t band = 0; band < 3; ++band) sums[band] += uint32_t{pixel[3]} * pixel[band];
    }
  }
  if (weights == 0) return {};
  Colour colour{};
  for (size_t band = 0; band < 3; ++band) {
    colour.of[band] = static_cast<uint8_t>((sums[band] + weights / 2) / weights);
  }
  return colour;
}

bool hides(const Pixels& rgba, const Box& block) {
  for (int y = block.top; y < block.top + block.height; ++y) {
    const uint8_t* const row = rgba.row(y) + static_cast<ptrdiff_t>(block.left) * 4;
    for (int x = 0; x < block.width; ++x) {
      if (row[x * 4 + 3] == 0) return true;
    }
  }
  return false;
}

void fill_block(Pixels& rgba, const Box& block, const Colour& colour) {
  for (int y = block.top; y < block.top + block.height; ++y) {
    uint8_t* pixel = rgba.row(y) + static_cast<ptrdiff_t>(block.left) * 4;
    for (int x = 0; x < block.width; ++x, pixel += 4) {
      if (pixel[3] == 0) std::copy(colour.of.begin(), colour.of.end(), pixel);
    }
  }
}

// ---- RIFF

constexpr size_t kChunkHead = 8;  // its name and its length
constexpr size_t kFileHead = 12;  // "RIFF", the length, "WEBP"
constexpr size_t kLosslessHead = 5;

uint32_t read_32(std::span<const uint8_t> bytes) {
  return bytes[0] | uint32_t{bytes[1]} << 8 | uint32_t{bytes[2]} << 16 | uint32_t{bytes[3]} << 24;
}

// What a file has under that name; empty where it has nothing.
std::span<const uint8_t> chunk_of(std::span<const uint8_t> file, std::string_view name) {
  for (size_t at = kFileHead; at + kChunkHead <= file.size();) {
    const size_t length = read_32(file.subspan(at + 4));
    const size_t body = at + kChunkHead;
    if (length > file.size() - body) break;
    if (std::memcmp(file.data() + at, name.data(), name.size()) == 0) {
      return file.subspan(body, length);
    }
    at = body + length + length % 2;
  }
  return {};
}

class Riff {
 public:
  void number(uint32_t value, int bytes) {
    for (int k = 0; k < bytes; ++k) bytes_.push_back(static_cast<uint8_t>(value >> (8 * k)));
  }
  void text(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  void bytes(std::span<const uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void head(std::string_view name, size_t length) {
    text(name);
    number(static_cast<uint32_t>(length), 4);
  }
  // Chunks begin at even places.
  void even() {
    if (bytes_.size() % 2 != 0) bytes_.push_back(0);
  }
  void chunk(std::string_view name, std::span<const uint8_t> body) {
    head(name, body.size());
    bytes(body);
    even();
  }
  std::vector<uint8_t> finish() {
    const auto length = static_cast<uint32_t>(bytes_.size() - kChunkHead);
    for (int k = 0; k < 4; ++k) bytes_[4 + k] = static_cast<uint8_t>(length >> (8 * k));
    return std::move(bytes_);
  }
  void reserve(size_t bytes) { bytes_.reserve(bytes); }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace

void fill_hidden_colour(Pixels& rgba, int threads) {
  const int strips = (rgba.height() + kBlock - 1) / kBlock;
  parallel_bands(threads, strips, [&](int begin, int end) {
    for (int strip = begin; strip < end; ++strip) {
      const int top = strip * kBlock;
      const int height = std::min(kBlock, rgba.height() - top);
      Colour colour{};
      for (int left = 0; left < rgba.width(); left += kBlock) {
        const Box block{left, top, std::min(kBlock, rgba.width() - left), height};
        if (!hides(rgba, block)) continue;
        colour = seen_colour(rgba, block).value_or(colour);
        fill_block(rgba, block, colour);
      }
    }
  });
}

bool has_alpha(const Pixels& rgba, int threads) {
  std::atomic<bool> found{false};
  parallel_rows(threads, rgba.height(), [&](int begin, int end) {
    for (int y = begin; y < end && !found; ++y) {
      const uint8_t* const row = rgba.row(y);
      uint8_t all = 255;
      for (int x = 0; x < rgba.width(); ++x) all &= row[x * 4 + 3];
      if (all != 255) found = true;
    }
  });
  return found;
}

Pixels filter_alpha(const Pixels& rgba, int threads) {
  const auto width = static_cast<size_t>(rgba.width());
  Pixels out = new_pixels(rgba.size(), 1);
  parallel_rows(threads, rgba.height(), [&](int begin, int end) {
    for (int y = begin; y < end; ++y) {
      const uint8_t* const here = rgba.row(y) + 3;
      const uint8_t* const above = y > 0 ? rgba.row(y - 1) + 3 : nullptr;
      uint8_t* const to = out.row(y);
      to[0] = static_cast<uint8_t>(here[0] - (above != nullptr ? above[0] : 0));
      for (size_t x = 1; x < width; ++x) {
        const int left = here[x * 4 - 4];
        const int predicted =
            above == nullptr ? left : std::clamp(left + above[x * 4] - above[x * 4 - 4], 0, 255);
        to[x] = static_cast<uint8_t>(here[x * 4] - predicted);
      }
    }
  });
  return out;
}

std::vector<uint8_t> join_webp(std::span<const uint8_t> colour, std::span<const uint8_t> alpha,
                               Size size) {
  constexpr uint8_t kHasAlpha = 1 << 4;
  constexpr uint8_t kHasProfile = 1 << 5;
  constexpr uint8_t kLosslessByGradient = 1 | 3 << 2;
  const auto lossy = chunk_of(colour, "VP8 ");
  const auto profile = chunk_of(colour, "ICCP");
  const auto lossless = chunk_of(alpha, "VP8L");
  if (lossy.empty() || lossless.size() <= kLosslessHead) {
    throw Error(Code::kInternalError, "libwebp made another kind of file");
  }
  // An alpha chunk has the lossless stream without its head, which says the size once more.
  const auto stream = lossless.subspan(kLosslessHead);
  Riff riff;
  riff.reserve(colour.size() + alpha.size() + 64);
  riff.head("RIFF", 0);
  riff.text("WEBP");
  riff.head("VP8X", 10);
  riff.number(profile.empty() ? kHasAlpha : kHasAlpha | kHasProfile, 4);
  riff.number(static_cast<uint32_t>(size.width - 1), 3);
  riff.number(static_cast<uint32_t>(size.height - 1), 3);
  if (!profile.empty()) riff.chunk("ICCP", profile);
  riff.head("ALPH", stream.size() + 1);
  riff.number(kLosslessByGradient, 1);
  riff.bytes(stream);
  riff.even();
  riff.chunk("VP8 ", lossy);
  return riff.finish();
}

}  // namespace bgcut::image
