// Private to native/image, like vips_image.h: pixels whose memory goes back while they are read.
#pragma once

#include <mutex>
#include <vector>

#include "image/pixels.h"
#include "image/vips_image.h"

namespace bgcut::image {

// Shows `pixels` to libvips for one reading, in any order and by any number of threads: a row's
// memory goes back to the system (Pixels::discard_rows_before) once every pixel of it and of those
// above has been copied out. Each pixel may be asked for once; savers do so. Progress signals would
// not do for this: they count what has been handed to a thread, which may be far behind the others.
// `pixels` must outlive it. Throws kOutOfMemory.
class ReadOnce {
 public:
  explicit ReadOnce(Pixels& pixels);
  ReadOnce(const ReadOnce&) = delete;
  ReadOnce& operator=(const ReadOnce&) = delete;

  VipsImage* image() const { return image_.get(); }

 private:
  static int copy_out(VipsRegion* out, void*, void* self, void*, gboolean*);
  void count(const VipsRect& area);

  Pixels& pixels_;
  std::mutex mutex_;
  std::vector<int> unread_;  // pixels of each row
  int discarded_ = 0;        // rows
  SourceImage image_;
};

}  // namespace bgcut::image
