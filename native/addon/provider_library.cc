// What ONNX Runtime looks for in a library of execution providers: the addon is one
// (segment/convnet_provider.h).
#include "segment/convnet_provider.h"

#if defined(_WIN32)
#define BGCUT_EXPORT extern "C" __declspec(dllexport)
#else
#define BGCUT_EXPORT extern "C" __attribute__((visibility("default")))
#endif

BGCUT_EXPORT OrtStatus* CreateEpFactories(const char* /*registered_name*/, const OrtApiBase* base,
                                          const OrtLogger* /*logger*/, OrtEpFactory** factories,
                                          size_t most, size_t* count) {
  return bgcut::segment::create_convnet_factories(base, factories, most, count);
}

BGCUT_EXPORT OrtStatus* ReleaseEpFactory(OrtEpFactory* factory) {
  return bgcut::segment::release_convnet_factory(factory);
}
