// Hand-written C of the same problems, if the user has some: a shared library with functions man_*, named and
// typed as the rows say. run.py compiles it from a folder that it is given.
#pragma once
#include <string>

namespace wengert::benchmarks {

/// A shared library, loaded for as long as the process lives. Throws Error(file).
class Yardstick {
 public:
  explicit Yardstick(const std::string& path);
  void* find(const char* name) const;  ///< null if there is none

  /// A function of type F. Throws Error(name).
  template <class F>
  F* function(const char* name) const {
    return reinterpret_cast<F*>(require(name));
  }

 private:
  void* require(const char* name) const;
  void* library_;
};

}  // namespace wengert::benchmarks
