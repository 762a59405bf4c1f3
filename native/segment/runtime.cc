#include "segment/runtime.h"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <string>
#include <utility>

#include "segment/convnet_provider.h"
#include "segment/ort.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace bgcut::segment {

namespace {

using GetApiBase = const OrtApiBase* (*)();

struct Runtime {
  std::mutex mutex;
  Ort::Env* environment = nullptr;
  std::string version;
  std::string log;
};

// Never destroyed, for the reason given at environment().
Runtime& runtime() {
  static auto* const instance = new Runtime;
  return *instance;
}

#ifdef _WIN32
GetApiBase find_entry(const std::string& path) {
  const int length = MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, nullptr, 0);
  std::wstring wide(static_cast<size_t>(length), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, wide.data(), length);
  const HMODULE library = LoadLibraryExW(wide.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
  if (library == nullptr) {
    throw Error(Code::kInternalError, "LoadLibrary failed with " + std::to_string(GetLastError()));
  }
  return reinterpret_cast<GetApiBase>(GetProcAddress(library, "OrtGetApiBase"));
}
#else
GetApiBase find_entry(const std::string& path) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw Error(Code::kInternalError, dlerror());
  return reinterpret_cast<GetApiBase>(dlsym(library, "OrtGetApiBase"));
}
#endif

void ORT_API_CALL record(void* state, OrtLoggingLevel severity, const char* /*category*/,
                         const char* /*log_id*/, const char* /*location*/, const char* message) {
  if (severity < ORT_LOGGING_LEVEL_ERROR) return;
  constexpr size_t kLongest = 8192;
  auto& instance = *static_cast<Runtime*>(state);
  const std::lock_guard lock(instance.mutex);
  if (instance.log.size() > kLongest) return;
  if (!instance.log.empty()) instance.log += '\n';
  instance.log += message;
}

// Without "tensorprotoutils.cc:434 ValidateExternalDataPath ", a place in ONNX Runtime's source, in
// front of what is wrong. (std::regex does not compile under GCC 12's sanitizers without a
// warning.)
std::string without_source_place(std::string text) {
  for (const std::string extension : {".cc:", ".cpp:", ".h:"}) {
    const size_t dot = text.find(extension);
    if (dot == std::string::npos) continue;
    const size_t line = dot + extension.size();
    const size_t function = text.find(' ', line);
    const size_t end = text.find(' ', function == std::string::npos ? function : function + 1);
    if (end == std::string::npos || std::isdigit(static_cast<unsigned char>(text[line])) == 0)
      continue;
    const size_t before = text.find_last_of(" \n", dot);
    const size_t start = before == std::string::npos ? 0 : before + 1;
    text.erase(start, end + 1 - start);
  }
  return text;
}

}  // namespace

std::string load_runtime(const std::string& path, const OwnProvider& own) {
  auto& instance = runtime();
  static std::mutex loading;  // not instance.mutex, which the log callback takes
  const std::lock_guard lock(loading);
  if (instance.environment != nullptr) return instance.version;
  const GetApiBase entry = find_entry(path);
  if (entry == nullptr) throw Error(Code::kInternalError, path + " has no OrtGetApiBase");
  const OrtApi* const api = entry()->GetApi(ORT_API_VERSION);
  std::string version = entry()->GetVersionString();
  if (api == nullptr) {
    throw Error(Code::kInternalError, "ONNX Runtime " + version + " is older than the API " +
                                          std::to_string(ORT_API_VERSION) + " that is needed");
  }
  Ort::InitApi(api);
  try {
    // The log goes to a record, not to stderr: what a user must know comes as an error.
    instance.environment = new Ort::Env(ORT_LOGGING_LEVEL_ERROR, "bgcut", record, &instance);
    instance.environment->DisableTelemetryEvents();
    // One arena for all sessions, which grows by just what a tensor needs: doubling, its default,
    // keeps whole regions for the one small output that is alive when a run gives memory back.
    constexpr int kSameAsRequested = 1;
    constexpr int kDefault = -1;
    const Ort::ArenaCfg arena(0, kSameAsRequested, kDefault, kDefault);
    instance.environment->CreateAndRegisterAllocator(
        Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault), arena);
    if (!own.library.empty()) register_convnet_provider(*instance.environment, own);
  } catch (const Ort::Exception& error) {
    throw Error(Code::kInternalError, error.what());
  }
  instance.version = version;
  return version;
}

std::string plain_reason(const std::string& error, const std::string& log) {
  // The log is about a library that can't be loaded; the exception then only says that much.
  std::string text = log.find("library") != std::string::npos ? log : error;
  // NVIDIA's libraries fail with a number and a sentence, inside a line about the call that failed.
  for (const char* const failure : {"CUDA failure ", "CUDNN failure ", "CUBLAS failure "}) {
    const size_t at = text.find(failure);
    if (at != std::string::npos) text = text.substr(at, text.find(" ; GPU=", at) - at);
  }
  if (const size_t at = text.find("Available memory of "); at != std::string::npos) {
    text.erase(0, at);  // of an arena that may not grow
  }
  for (const char* const marker :
       {"FAIL : ", "was false. ", "[ONNXRuntimeError] : ", " with error: "}) {
    const size_t at = text.rfind(marker);
    if (at != std::string::npos) text = text.substr(at + std::char_traits<char>::length(marker));
  }
  const size_t end = text.find_last_not_of(" \n.)");
  text.resize(end == std::string::npos ? text.size() : end + 1);
  return without_source_place(std::move(text));
}

bool is_out_of_memory(const std::string& error) {
  // An arena at its limit, an arena that the driver gives nothing, CUDA, cuBLAS and cuDNN, the CPU.
  const auto phrases = {"Available memory of ", "Failed to allocate memory", "out of memory",
                        "_STATUS_ALLOC_FAILED", "bad_alloc"};
  return std::any_of(phrases.begin(), phrases.end(), [&error](const char* phrase) {
    return error.find(phrase) != std::string::npos;
  });
}

std::string runtime_version() {
  return runtime().version;
}

std::string take_runtime_log() {
  auto& instance = runtime();
  const std::lock_guard lock(instance.mutex);
  return std::exchange(instance.log, {});
}

Ort::Env& environment() {
  auto* const environment = runtime().environment;
  if (environment == nullptr) throw Error(Code::kInternalError, "ONNX Runtime isn't loaded");
  return *environment;
}

}  // namespace bgcut::segment
