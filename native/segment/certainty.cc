#include <algorithm>

#include "segment/model.h"

namespace bgcut::segment {

namespace {

// Foreground probabilities of what is surely subject, and of what may be.
constexpr float kSubject = 0.95F;
constexpr float kTrace = 0.05F;

// Of what may be subject, so much has to be. Chosen on the pictures of docs/types.md: where the
// subject is lost next to nothing is sure, where it is seen well mostly more than half.
constexpr double kSureShare = 0.4;

// Traces of less than this share of the picture are no subject.
constexpr double kLeast = 0.01;

}  // namespace

bool is_sure(const Mask& mask) {
  const auto above = [&mask](float level) {
    return static_cast<double>(std::count_if(mask.values.begin(), mask.values.end(),
                                             [level](float value) { return value >= level; }));
  };
  const double least = kLeast * static_cast<double>(mask.values.size());
  return above(kSubject) >= kSureShare * std::max(above(kTrace), least);
}

}  // namespace bgcut::segment
