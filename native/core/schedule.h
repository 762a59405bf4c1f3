// In what order requests are worked on.
#pragma once

#include "core/cpus.h"
#include "core/pipeline.h"

namespace bgcut {

// Whether a request is large: at most all but one of an engine's threads work on such at a time, so
// that small pictures are not stuck behind them, and not too many large ones are in memory.
bool is_large(const Request& request);

// The rank of a request that was submitted at `submitted`: as if it had come later the more
// megapixels it has, 50 ms for each of the picture and of the result. So small pictures overtake
// large ones, and none waits for ever: what is submitted 5 s later never overtakes.
Rank rank_of(const Request& request, Clock::time_point submitted);

}  // namespace bgcut
