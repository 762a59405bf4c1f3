#include "matte/windows.h"

namespace bgcut::matte {

void open_windows(image::Pixels&, const Box&, int) {}

}  // namespace bgcut::matte
