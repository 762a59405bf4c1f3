// libvips keeps a list of its living objects, so LeakSanitizer takes one that our code forgot for
// one in use. After every test program that list must be empty.
#include <gtest/gtest.h>
#include <vips/vips.h>

namespace {

class NothingOfLibvipsAlive : public testing::Environment {
 public:
  void TearDown() override {
    vips_cache_drop_all();
    vips_object_map(
        [](void* object, void*, void*) -> void* {
          ADD_FAILURE() << "still alive: " << VIPS_OBJECT_GET_CLASS(object)->nickname;
          return nullptr;
        },
        nullptr, nullptr);
  }
};

[[maybe_unused]] const testing::Environment* const kEnvironment =
    testing::AddGlobalTestEnvironment(new NothingOfLibvipsAlive);

}  // namespace
