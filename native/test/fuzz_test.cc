// Every input of the corpus through its target: what fuzzing has found stays mended.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "fuzz/targets.h"
#include "support.h"

namespace bgcut {

namespace fuzz {

// How GoogleTest names the parameter of a test.
void PrintTo(const Target& target, std::ostream* out) {
  *out << target.name;
}

}  // namespace fuzz

namespace {

std::vector<std::filesystem::path> files_in(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  const auto path = std::filesystem::path(BGCUT_FUZZ_CORPUS) / folder;
  if (!std::filesystem::exists(path)) return files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class Corpus : public testing::TestWithParam<fuzz::Target> {};

TEST_P(Corpus, KeepsItsPromises) {
  auto files = files_in(GetParam().seeds);
  ASSERT_GT(files.size(), 20U);
  const auto own = files_in(GetParam().name);
  files.insert(files.end(), own.begin(), own.end());
  for (const auto& file : files) GetParam().run(test::read_file(file.string()));
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, testing::ValuesIn(fuzz::kTargets),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace bgcut
