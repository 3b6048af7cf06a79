#include "row_cases.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace wengert::testing {
namespace {

void read_file(const std::filesystem::path& path, std::vector<RowCase>& cases) {
  std::ifstream file(path);
  std::string line;
  bool after = false;
  for (int number = 1; std::getline(file, line); number++) {
    if (line.starts_with("row: ")) {
      RowCase next;
      next.place = path.filename().string() + ":" + std::to_string(number);
      next.row = line.substr(5);
      cases.push_back(std::move(next));
      after = false;
      continue;
    }
    if (line.empty() || line.starts_with("#")) continue;
    if (cases.empty()) throw std::runtime_error(path.string() + ": no case yet");
    RowCase& now = cases.back();
    if (line.starts_with("T: ")) {
      std::istringstream words(line.substr(3));
      for (std::string word; words >> word;) now.types.push_back(word);
    } else if (line.starts_with("bind: ")) {
      std::istringstream words(line.substr(6));
      for (std::string word; words >> word;)
        now.symbols[word.substr(0, word.find('='))] = std::stoll(word.substr(word.find('=') + 1));
    } else if (line.starts_with("range: ")) {
      std::istringstream(line.substr(7)) >> now.low >> now.high;
    } else if (line == "unchanged") {
      now.unchanged = true;
    } else if (line == "=>") {
      after = true;
    } else {
      (after ? now.after : now.before) += line + "\n";
    }
  }
}

}  // namespace

std::vector<RowCase> read_row_cases(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<RowCase> cases;
  for (const auto& path : files) read_file(path, cases);
  return cases;
}

std::string with_type(const std::string& text, const std::string& type) {
  std::string out = std::regex_replace(text, std::regex("\\bT\\b"), type);
  out = std::regex_replace(out, std::regex("bool\\(1\\)"), "bool(true)");
  return "wengert 1\n" + std::regex_replace(out, std::regex("bool\\(0\\)"), "bool(false)");
}

}  // namespace wengert::testing
