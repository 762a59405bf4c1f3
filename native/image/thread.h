#pragma once

namespace bgcut::image {

// Frees what libvips keeps per thread: the last call of every thread that used it.
void leave_thread();

}  // namespace bgcut::image
