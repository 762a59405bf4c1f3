#include "image/thread.h"

#include <vips/vips.h>

namespace bgcut::image {

void leave_thread() {
  vips_thread_shutdown();
}

}  // namespace bgcut::image
