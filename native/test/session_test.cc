// A loaded model by itself, and what is made of ONNX Runtime's errors.
#include "segment/session.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include "segment/runtime.h"
#include "support.h"

namespace bgcut {
namespace {

segment::Mask mask_of(segment::Session& session, float value, Size size) {
  CancelToken token;
  double milliseconds = 0;
  const segment::Tensor input{Floats(static_cast<size_t>(3 * size.area()), value), size};
  return segment::infer(session, test::tiny_contract(), input, false, token, milliseconds);
}

// What tiny.onnx makes of an input of one value.
float expected_of(float value) {
  return 1 / (1 + std::exp(-16 * value));
}

TEST(Session, UsesItsBoundMemoryAgainAndEveryResultIsItsOwn) {
  const auto session = test::open_tiny();
  for (int round = 0; round < 3; ++round) {
    for (const Size size : {Size{32, 64}, Size{64, 32}, Size{96, 96}}) {
      const segment::Mask bright = mask_of(*session, 0.1F, size);
      const segment::Mask dark = mask_of(*session, -0.1F, size);
      ASSERT_EQ(bright.size, size);
      ASSERT_EQ(bright.values.size(), static_cast<size_t>(size.area()));
      for (const float value : bright.values) ASSERT_NEAR(value, expected_of(0.1F), 1e-5);
      for (const float value : dark.values) ASSERT_NEAR(value, expected_of(-0.1F), 1e-5);
    }
  }
}

TEST(Session, RunsSideBySideWithoutMixingUpResults) {
  const auto session = test::open_tiny();
  std::vector<std::thread> runners;
  std::atomic<int> wrong{0};
  runners.reserve(4);
  for (int runner = 0; runner < 4; ++runner) {
    runners.emplace_back([&session, &wrong, runner] {
      const float value = 0.05F * static_cast<float>(runner - 2);
      for (int i = 0; i < 25; ++i) {
        const segment::Mask mask = mask_of(*session, value, {64, 64});
        for (const float got : mask.values) {
          if (std::abs(got - expected_of(value)) > 1e-5F) ++wrong;
        }
      }
    });
  }
  for (auto& runner : runners) runner.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Session, IsTheSameWhenItWasClosedBetween) {
  const auto session = test::open_tiny();
  const segment::Mask before = mask_of(*session, 0.1F, {64, 64});
  session->close();
  EXPECT_EQ(segment::nodes_of(*session).front().nodes, 2);
  EXPECT_EQ(mask_of(*session, 0.1F, {64, 64}).values, before.values);
  session->close();
  EXPECT_EQ(test::open_tiny(), session);  // shared, and opened anew
}

TEST(Session, CountsItsNodesByDevice) {
  const auto nodes = segment::nodes_of(*test::open_tiny());
  ASSERT_EQ(nodes.size(), 1);
  EXPECT_EQ(nodes[0].device, segment::Device::kCpu);
  EXPECT_EQ(nodes[0].nodes, 2);
}

TEST(Provider, ReasonsAreInPlainWords) {
  EXPECT_EQ(segment::plain_reason(
                "x.cc:154 CudaCall(...) CUDA failure 35: CUDA driver version is insufficient for "
                "CUDA runtime version ; GPU=-1 ; hostname=vm ; file=/a/b.cc ; expr=f();",
                ""),
            "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version");
  EXPECT_EQ(segment::plain_reason(
                "Failed to load shared library",
                "a.cc:1988 Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library "
                "/x/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open "
                "shared object file: No such file or directory"),
            "libcublasLt.so.13: cannot open shared object file: No such file or directory");
  EXPECT_EQ(
      segment::plain_reason(
          "Load model failed: tensorprotoutils.cc:434 ValidatePath Absolute path not allowed.", ""),
      "Load model failed: Absolute path not allowed");
  EXPECT_EQ(
      segment::plain_reason("Exception during initialization: onnxruntime::BFCArena::Allocate("
                            "size_t, bool, onnxruntime::Stream*) Available memory of 1943296 is "
                            "smaller than requested bytes of 2359296\n",
                            ""),
      "Available memory of 1943296 is smaller than requested bytes of 2359296");
  EXPECT_EQ(segment::plain_reason("no file a.cc: it is not there", ""),
            "no file a.cc: it is not there");
}

TEST(Runtime, TellsMissingMemoryFromOtherFailures) {
  for (const char* const error :
       {"BFCArena::AllocateRawInternal(...) Available memory of 5 is smaller than requested bytes",
        "bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 67108864",
        "CUDA failure 2: out of memory ; GPU=0", "CUDNN failure 4002: CUDNN_STATUS_ALLOC_FAILED",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED", "std::bad_alloc"}) {
    EXPECT_TRUE(segment::is_out_of_memory(error)) << error;
  }
  EXPECT_FALSE(segment::is_out_of_memory("Non-zero status code returned while running Conv node"));
}

TEST(Provider, CpuRunsAndAMissingOneSaysWhy) {
  test::load_runtime();
  const auto probe = test::read_fixture("../../models/probe.onnx");
  EXPECT_EQ(segment::why_unavailable(segment::Device::kCpu, probe), "");
#ifdef __linux__
  EXPECT_NE(segment::why_unavailable(segment::Device::kDirectMl, probe), "");
  EXPECT_NE(segment::why_unavailable(segment::Device::kCoreMl, probe), "");
#endif
}

}  // namespace
}  // namespace bgcut
