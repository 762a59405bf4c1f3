#include "compose/canvas.h"

#include <algorithm>
#include <cstring>

#include "image/decode.h"

namespace bgcut::compose {

namespace {

// The intersection of `box` with a picture of `size` at the origin.
Box clip(const Box& box, Size size) {
  const int left = std::max(box.left, 0);
  const int top = std::max(box.top, 0);
  const int right = std::min(box.left + box.width, size.width);
  const int bottom = std::min(box.top + box.height, size.height);
  return {left, top, std::max(right - left, 0), std::max(bottom - top, 0)};
}

void copy_rows(const image::Pixels& from, int from_left, int from_top, image::Pixels& to,
               const Box& where) {
  const auto length = static_cast<size_t>(where.width) * 4;
  for (int y = 0; y < where.height; ++y) {
    std::memcpy(to.row(where.top + y) + static_cast<ptrdiff_t>(where.left) * 4,
                from.row(from_top + y) + static_cast<ptrdiff_t>(from_left) * 4, length);
  }
}

}  // namespace

image::Pixels place(const image::Pixels& frame, const Box& source, const Box& target, Size canvas,
                    int threads, const CancelToken& token) {
  image::Pixels result = image::transparent_pixels(canvas);
  const Box visible = clip(target, canvas);
  if (visible.width == 0 || visible.height == 0) return result;
  if (source.size() == target.size()) {
    copy_rows(frame, source.left + visible.left - target.left,
              source.top + visible.top - target.top, result, visible);
    return result;
  }
  const image::Pixels scaled = image::resize(frame, source, target.size(), true, threads, token);
  copy_rows(scaled, visible.left - target.left, visible.top - target.top, result, visible);
  return result;
}

}  // namespace bgcut::compose
