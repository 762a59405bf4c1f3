#include "segment/convnet_provider.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/cpus.h"
#include "core/helpers.h"
#include "segment/convnet_graph.h"
#include "segment/run_memory.h"

namespace bgcut::segment {

namespace {

constexpr const char* kThreads = "threads";
constexpr const char* kKernels = "kernels";
constexpr convnet::Precisions kAny{true, true};

std::string& wanted_kernels() {
  static auto* const wanted = new std::string;
  return *wanted;
}

// An option of append_convnet, as ONNX Runtime hands it over.
std::string option_of(const OrtSessionOptions* options, const char* name) {
  const std::string key = std::string("ep.bgcutexecutionprovider.") + name;
  return Ort::ConstSessionOptions(options).GetConfigEntryOrDefault(key.c_str(), "");
}

const convnet::Scheme* wanted_scheme(convnet::Precisions allowed) {
  return convnet::scheme(allowed, wanted_kernels().empty() ? nullptr : wanted_kernels().c_str());
}

thread_local const RunWith* current_run = nullptr;

// Runs `work`; what it throws becomes a status, as nothing may be thrown through ONNX Runtime.
template <class Work>
OrtStatus* guarded(Work work) noexcept {
  try {
    work();
    return nullptr;
  } catch (const Ort::Exception& error) {
    return Ort::GetApi().CreateStatus(error.GetOrtErrorCode(), error.what());
  } catch (const std::exception& error) {
    return Ort::GetApi().CreateStatus(ORT_FAIL, error.what());
  }
}

// One network, as ONNX Runtime calls it.
class Compiled : public OrtNodeComputeInfo {
 public:
  Compiled(BuiltConvnet built, int threads)
      : OrtNodeComputeInfo{}, built_(std::move(built)), threads_(threads) {
    ort_version_supported = ORT_API_VERSION;
    CreateState = [](OrtNodeComputeInfo* self, OrtNodeComputeContext* /*context*/, void** state) {
      *state = self;  // a run keeps nothing
      return static_cast<OrtStatus*>(nullptr);
    };
    ReleaseState = [](OrtNodeComputeInfo* /*self*/, void* /*state*/) {};
    Compute = [](OrtNodeComputeInfo* /*self*/, void* state, OrtKernelContext* context) {
      return guarded([state, context] { static_cast<const Compiled*>(state)->compute(context); });
    };
  }

 private:
  void compute(OrtKernelContext* raw) const {
    const Ort::KernelContext context(raw);
    const auto input = context.GetInput(0);
    const auto shape = input.GetTensorTypeAndShapeInfo().GetShape();
    const auto& network = built_.network;
    const auto height = static_cast<int>(shape.at(2));
    const auto width = static_cast<int>(shape.at(3));
    if (height < 1 || width < 1 || !network.accepts(height, width)) {
      throw Ort::Exception("the network can't take this size", ORT_INVALID_ARGUMENT);
    }
    const auto size = network.result_size(built_.result, height, width);
    auto output = context.GetOutput(
        0, {shape.at(0), network.channels(built_.result), size.height, size.width});
    std::optional<RunMemory> memory;
    const RunWith* const run = current_run;
    const bool whole = network.run(
        input.GetTensorData<float>(), height, width, built_.result,
        output.GetTensorMutableData<float>(), threads_,
        [](int count, const std::function<void(int)>& worker) {
          // As many as there are CPUs to spare now: the step is finished by those that there are.
          const SpareCpus spare(count - 1);
          std::atomic<int> next{0};
          Helpers::share(spare.count(), [&] { worker(next++); });
        },
        [&memory, run](size_t bytes) {
          return memory.emplace(bytes, run == nullptr || !run->release_memory()).get();
        },
        [run] { return run != nullptr && run->token().stopped(); });
    if (!whole) throw Ort::Exception("stopped", ORT_FAIL);
  }

  BuiltConvnet built_;
  int threads_;
};

class Provider : public OrtEp {
 public:
  Provider(const convnet::Scheme* scheme, int threads)
      : OrtEp{}, scheme_(scheme), threads_(threads) {
    ort_version_supported = ORT_API_VERSION;
    GetName = [](const OrtEp* /*self*/) noexcept { return kConvnetProvider; };
    GetCapability = [](OrtEp* /*self*/, const OrtGraph* graph,
                       OrtEpGraphSupportInfo* support) noexcept {
      return guarded([graph, support] { claim(Ort::ConstGraph(graph), support); });
    };
    Compile = [](OrtEp* self, const OrtGraph** graphs, const OrtNode** /*fused*/, size_t count,
                 OrtNodeComputeInfo** infos, OrtNode** /*contexts*/) noexcept {
      return guarded([self, graphs, count, infos] {
        std::fill_n(infos, count, nullptr);
        for (size_t k = 0; k < count; ++k) {
          infos[k] = static_cast<Provider*>(self)->compile(Ort::ConstGraph(graphs[k])).release();
        }
      });
    };
    ReleaseNodeComputeInfos = [](OrtEp* /*self*/, OrtNodeComputeInfo** infos,
                                 size_t count) noexcept {
      for (size_t k = 0; k < count; ++k) delete static_cast<Compiled*>(infos[k]);
    };
  }

 private:
  static void claim(const Ort::ConstGraph& graph, OrtEpGraphSupportInfo* support) {
    if (!read_convnet(graph)) return;
    std::vector<const OrtNode*> nodes;
    for (const auto& node : graph.GetNodes()) nodes.push_back(node);
    OrtNodeFusionOptions options{};
    options.ort_version_supported = ORT_API_VERSION;
    options.drop_constant_initializers = true;  // the network has them in its own form
    Ort::ThrowOnError(Ort::GetEpApi().EpGraphSupportInfo_AddNodesToFuse(support, nodes.data(),
                                                                        nodes.size(), &options));
  }

  std::unique_ptr<Compiled> compile(const Ort::ConstGraph& graph) const {
    const auto read = read_convnet(graph);
    if (!read) throw Ort::Exception("not the graph that was claimed", ORT_FAIL);
    return std::make_unique<Compiled>(build_convnet(*read, graph, scheme_), threads_);
  }

  const convnet::Scheme* scheme_;
  int threads_;
};

class Factory : public OrtEpFactory {
 public:
  Factory() : OrtEpFactory{} {
    ort_version_supported = ORT_API_VERSION;
    GetName = [](const OrtEpFactory* /*self*/) noexcept { return kConvnetProvider; };
    GetVendor = [](const OrtEpFactory* /*self*/) noexcept { return "BgCut"; };
    GetVendorId = [](const OrtEpFactory* /*self*/) noexcept -> uint32_t { return 0; };
    GetVersion = [](const OrtEpFactory* /*self*/) noexcept { return "1.0.0"; };
    GetSupportedDevices = [](OrtEpFactory* self, const OrtHardwareDevice* const* devices,
                             size_t device_count, OrtEpDevice** made, size_t most,
                             size_t* count) noexcept {
      return guarded([=] {
        *count = 0;
        for (size_t k = 0; k < device_count && *count < std::min<size_t>(most, 1); ++k) {
          if (Ort::GetApi().HardwareDevice_Type(devices[k]) != OrtHardwareDeviceType_CPU) continue;
          Ort::ThrowOnError(Ort::GetEpApi().CreateEpDevice(self, devices[k], nullptr, nullptr,
                                                           &made[(*count)++]));
        }
      });
    };
    CreateEp = [](OrtEpFactory* /*self*/, const OrtHardwareDevice* const* /*devices*/,
                  const OrtKeyValuePairs* const* /*metadata*/, size_t /*device_count*/,
                  const OrtSessionOptions* options, const OrtLogger* /*logger*/,
                  OrtEp** provider) noexcept {
      return guarded([=] {
        const std::string kernels = option_of(options, kKernels);
        *provider = std::make_unique<Provider>(convnet::scheme(kAny, kernels.c_str()),
                                               std::stoi(option_of(options, kThreads)))
                        .release();
      });
    };
    ReleaseEp = [](OrtEpFactory* /*self*/, OrtEp* provider) noexcept {
      delete static_cast<Provider*>(provider);
    };
    CreateAllocator = [](OrtEpFactory* /*self*/, const OrtMemoryInfo* /*memory*/,
                         const OrtKeyValuePairs* /*options*/, OrtAllocator** allocator) noexcept {
      *allocator = nullptr;  // ONNX Runtime's own
      return static_cast<OrtStatus*>(nullptr);
    };
    ReleaseAllocator = [](OrtEpFactory* /*self*/, OrtAllocator* /*allocator*/) noexcept {};
    CreateDataTransfer = [](OrtEpFactory* /*self*/, OrtDataTransferImpl** transfer) noexcept {
      *transfer = nullptr;  // all memory is the CPU's
      return static_cast<OrtStatus*>(nullptr);
    };
    IsStreamAware = [](const OrtEpFactory* /*self*/) noexcept { return false; };
  }
};

}  // namespace

std::string convnet_kernels(convnet::Precisions allowed) {
  const auto* const scheme = wanted_scheme(allowed);
  return scheme == nullptr ? "" : scheme->name();
}

void register_convnet_provider(Ort::Env& environment, const OwnProvider& own) {
  wanted_kernels() = own.kernels;
  if (wanted_scheme(kAny) == nullptr) return;
  try {
    environment.RegisterExecutionProviderLibrary("bgcut",
                                                 std::filesystem::u8path(own.library).native());
  } catch (const Ort::Exception&) {
    // The library can't be opened by its path where it was loaded from an archive, as Electron
    // does. ONNX Runtime's kernels do the same, slower; Session::kernels() tells.
  }
}

void append_convnet(Ort::Env& environment, Ort::SessionOptions& options, int threads,
                    convnet::Precisions allowed) {
  const std::string kernels = convnet_kernels(allowed);
  if (kernels.empty()) return;
  for (const auto& device : environment.GetEpDevices()) {
    if (std::string(device.EpName()) != kConvnetProvider) continue;
    options.AppendExecutionProvider_V2(environment, {device},
                                       {{kThreads, std::to_string(threads)}, {kKernels, kernels}});
    return;
  }
}

RunWith::RunWith(const CancelToken& token, bool release_memory)
    : token_(token), release_memory_(release_memory) {
  current_run = this;
}

RunWith::~RunWith() {
  current_run = nullptr;
}

OrtStatus* create_convnet_factories(const OrtApiBase* base, OrtEpFactory** factories, size_t most,
                                    size_t* count) noexcept {
  Ort::InitApi(base->GetApi(ORT_API_VERSION));
  return guarded([=] {
    if (most < 1) throw Ort::Exception("no room for a factory", ORT_INVALID_ARGUMENT);
    factories[0] = std::make_unique<Factory>().release();
    *count = 1;
  });
}

OrtStatus* release_convnet_factory(OrtEpFactory* factory) noexcept {
  delete static_cast<Factory*>(factory);
  return nullptr;
}

}  // namespace bgcut::segment
