#include "core/schedule.h"

#include <algorithm>

namespace bgcut {

bool is_large(const Request& request) {
  return std::max(request.picture->header.size.area(), request.plan.frame.area()) > kLargePicture;
}

Rank rank_of(const Request& request, Clock::time_point submitted) {
  constexpr int64_t kPixelsPerMillisecond = 20'000;
  const int64_t pixels = request.picture->header.size.area() + request.plan.frame.area();
  return submitted + std::chrono::milliseconds(pixels / kPixelsPerMillisecond);
}

}  // namespace bgcut
