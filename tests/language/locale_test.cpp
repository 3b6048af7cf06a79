// A program means the same whatever locale the calling program chose.
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "tests/language/language.h"

namespace wengert::language {
namespace {

/// A locale whose decimal point is a comma, for as long as this lives: an installed one, or one that
/// localedef makes.
class CommaLocale {
 public:
  CommaLocale() {
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8"})
      if (std::setlocale(LC_NUMERIC, name)) return;
    folder_ = std::filesystem::temp_directory_path() / ("wengert-locale-" + std::to_string(getpid()));
    std::filesystem::create_directory(folder_);
    const std::string made = (folder_ / "de_DE.UTF-8").string();
    if (std::system(("localedef -i de_DE -f UTF-8 '" + made + "' 2>/dev/null").c_str()) != 0) return;
    setenv("LOCPATH", folder_.c_str(), 1);
    std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
  }
  ~CommaLocale() {
    std::setlocale(LC_NUMERIC, "C");
    unsetenv("LOCPATH");
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  bool chosen() const { return *std::localeconv()->decimal_point == ','; }

 private:
  std::filesystem::path folder_;
};

}  // namespace

TEST_CASE("numbers in the text where the decimal point of the locale is a comma") {
  const CommaLocale locale;
  if (!locale.chosen()) {
    MESSAGE("this system has no such locale and cannot make one");
    return;
  }
  CHECK(value_of("fn f() -> f64 { 1.5 }").at(0) == 1.5);
  CHECK(value_of("fn f(x: f64) -> f64 { 2.5e-1 * x ** 0.5 }", {scalar(4)}).at(0) == 0.5);
  CHECK(value_of("fn f(x: f32) -> f32 { x + 1_000.25 }", {Tensor::scalar(f32, 1)}).at(0) == 1001.25);
}

TEST_CASE("floats at the ends of their range") {
  CHECK(value_of("fn f() -> f64 { 1e-400 }").at(0) == 0);
  CHECK(value_of("fn f() -> f64 { 5e-324 }").at(0) == 5e-324);
  CHECK(value_of("fn f() -> f64 { 1.7976931348623157e308 }").at(0) == 1.7976931348623157e308);
  CHECK(value_of("fn f() -> f64 { 1. + .5 }").at(0) == 1.5);
}

}  // namespace wengert::language
